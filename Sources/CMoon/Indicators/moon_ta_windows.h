// What the indicators are made of: exact sums, windows over the last values, extremes.
//
// Internal to the moon_ta files. Every part is plain memory inside one Lua userdata, whose buffers
// lie behind the state struct, so Lua's allocator counts them and nothing needs a finaliser.
//
// The order of the floating-point operations is part of the contract: it gives TA-Lib's values, and
// the same bits on every machine, which replay relies on.

#ifndef MOON_TA_WINDOWS_H
#define MOON_TA_WINDOWS_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>

#ifdef __FAST_MATH__
#error "the exact sums need IEEE arithmetic: build without -ffast-math"
#endif
#ifdef __clang__
#pragma STDC FP_CONTRACT OFF  // a fused multiply-add would give other bits on arm64 than on x86-64
#endif

// MARK: - Exact sums

/// A sum held as two doubles, so that what was added can be taken away again without a trace: about
/// 32 digits. A plain running sum loses a little on every update and never gets it back.
typedef struct {
    double high, low;
} ta_exact;

static inline void ta_exact_add(ta_exact *sum, double x)
{
    double total = sum->high + x;
    double part = total - sum->high;
    double error = (sum->high - (total - part)) + (x - part) + sum->low;
    sum->high = total + error;
    sum->low = error - (sum->high - total);
}

static inline void ta_exact_add_product(ta_exact *sum, double a, double b)
{
    double product = a * b;
    ta_exact_add(sum, product);
    ta_exact_add(sum, fma(a, b, -product));
}

// MARK: - Windows over the last values

/// The last `length` values.
typedef struct {
    double *values;  // oldest at `next` once the ring is full
    uint32_t length, count, next;
} ta_ring;

static inline void ta_ring_init(ta_ring *ring, uint32_t length, double *values)
{
    *ring = (ta_ring){.values = values, .length = length};
}

static inline bool ta_ring_is_full(const ta_ring *ring)
{
    return ring->count == ring->length;
}

/// Stores `x`; true when that pushed out a value, the one from `length` updates ago.
static inline bool ta_ring_push(ta_ring *ring, double x, double *oldest)
{
    bool full = ta_ring_is_full(ring);
    if (full)
        *oldest = ring->values[ring->next];
    else
        ring->count++;
    ring->values[ring->next] = x;
    ring->next = ring->next + 1 == ring->length ? 0 : ring->next + 1;
    return full;
}

/// A ring that knows its sum.
///
/// Each time the ring has gone round, the sum is made anew from the values: an error that an
/// extreme value left behind lives for one window at most, at one more addition per update.
typedef struct {
    ta_ring ring;
    ta_exact sum;
    double latest;
    uint32_t equal;  // how many of the latest values are equal, up to `length`
} ta_window;

static inline void ta_window_init(ta_window *window, uint32_t length, double *values)
{
    *window = (ta_window){.equal = 0};
    ta_ring_init(&window->ring, length, values);
}

static inline bool ta_window_is_full(const ta_window *window)
{
    return ta_ring_is_full(&window->ring);
}

/// True for a full window of one and the same value. Counted, not computed, so that a flat market
/// gives exact answers: its own price as the average, a deviation of zero.
static inline bool ta_window_is_flat(const ta_window *window)
{
    return window->equal == window->ring.length;
}

/// True when the ring has just gone round: the time to make sums anew.
static inline bool ta_window_went_round(const ta_window *window)
{
    return window->ring.next == 0;
}

static inline bool ta_window_push(ta_window *window, double x, double *oldest)
{
    bool pushed_out = ta_ring_push(&window->ring, x, oldest);
    if (window->equal == 0 || x != window->latest)
        window->equal = 1;
    else if (window->equal < window->ring.length)
        window->equal++;
    window->latest = x;
    if (ta_window_went_round(window)) {
        window->sum = (ta_exact){0, 0};
        for (uint32_t i = 0; i < window->ring.length; i++)
            ta_exact_add(&window->sum, window->ring.values[i]);
    } else {
        if (pushed_out)
            ta_exact_add(&window->sum, -*oldest);
        ta_exact_add(&window->sum, x);
    }
    return pushed_out;
}

static inline double ta_window_sum(const ta_window *window)
{
    if (ta_window_is_flat(window) && window->latest == 0)
        return 0;
    return window->sum.high;
}

static inline double ta_window_mean(const ta_window *window)
{
    return ta_window_is_flat(window) ? window->latest : window->sum.high / window->ring.length;
}

/// Feeds a simple moving average; true once `mean` holds one.
static inline bool ta_window_average(ta_window *window, double x, double *mean)
{
    double oldest;
    ta_window_push(window, x, &oldest);
    if (!ta_window_is_full(window))
        return false;
    *mean = ta_window_mean(window);
    return true;
}

/// A window that also knows the sum of its values times 1 (oldest) to `length` (latest): enough for
/// the weighted average and the regression line.
typedef struct {
    ta_window window;
    ta_exact weighted;
} ta_weighted;

static inline void ta_weighted_init(ta_weighted *w, uint32_t length, double *values)
{
    ta_window_init(&w->window, length, values);
    w->weighted = (ta_exact){0, 0};
}

static inline bool ta_weighted_push(ta_weighted *w, double x)
{
    ta_ring *ring = &w->window.ring;
    ta_exact before = w->window.sum;
    double oldest;
    bool pushed_out = ta_window_push(&w->window, x, &oldest);
    if (ta_window_went_round(&w->window)) {
        w->weighted = (ta_exact){0, 0};
        for (uint32_t i = 0; i < ring->length; i++)
            ta_exact_add_product(&w->weighted, i + 1.0, ring->values[i]);
    } else {
        if (pushed_out) {  // every weight sinks by one, the oldest value's to nothing
            ta_exact_add(&w->weighted, -before.high);
            ta_exact_add(&w->weighted, -before.low);
        }
        ta_exact_add_product(&w->weighted, ring->count, x);
    }
    return ta_ring_is_full(ring);
}

static inline double ta_weighted_mean(const ta_weighted *w)
{
    double length = w->window.ring.length;
    if (ta_window_is_flat(&w->window))
        return w->window.latest;
    return w->weighted.high / (length * (length + 1) / 2);
}

/// Feeds a weighted moving average; true once `mean` holds one.
static inline bool ta_weighted_average(ta_weighted *w, double x, double *mean)
{
    if (!ta_weighted_push(w, x))
        return false;
    *mean = ta_weighted_mean(w);
    return true;
}

/// A window that also knows the sum of its squares: mean and variance.
typedef struct {
    ta_window window;
    ta_exact squares;
} ta_moments;

static inline void ta_moments_init(ta_moments *m, uint32_t length, double *values)
{
    ta_window_init(&m->window, length, values);
    m->squares = (ta_exact){0, 0};
}

static inline bool ta_moments_push(ta_moments *m, double x)
{
    const ta_ring *ring = &m->window.ring;
    double oldest;
    bool pushed_out = ta_window_push(&m->window, x, &oldest);
    if (ta_window_went_round(&m->window)) {
        m->squares = (ta_exact){0, 0};
        for (uint32_t i = 0; i < ring->length; i++)
            ta_exact_add_product(&m->squares, ring->values[i], ring->values[i]);
    } else {
        if (pushed_out)
            ta_exact_add_product(&m->squares, -oldest, oldest);
        ta_exact_add_product(&m->squares, x, x);
    }
    return ta_ring_is_full(ring);
}

/// The population variance: (n Σx² − (Σx)²) / n², whose difference needs the exact sums, for it
/// cancels all but the last digits when a price moves little.
static inline double ta_moments_variance(const ta_moments *m)
{
    double length = m->window.ring.length;
    ta_exact sum = m->window.sum, difference = {0, 0};
    if (ta_window_is_flat(&m->window))
        return 0;
    ta_exact_add_product(&difference, length, m->squares.high);
    ta_exact_add_product(&difference, length, m->squares.low);
    ta_exact_add_product(&difference, -sum.high, sum.high);
    ta_exact_add_product(&difference, -2 * sum.high, sum.low);
    return difference.high > 0 ? difference.high / (length * length) : 0;
}

// MARK: - Extremes

typedef struct {
    double value;
    uint32_t when;
} ta_candidate;

/// The highest (`sign` 1) or lowest (`sign` -1) of the last `length` values.
///
/// Keeps only values that may still become the extreme, in falling order: a value that is no higher
/// than a later one never will. Each value enters and leaves once, so an update is O(1) on average.
typedef struct {
    ta_candidate *candidates;  // a ring of `length`, the extreme at `head`
    double sign;
    uint32_t length, count, head, size;
    uint32_t now;  // wraps around; only differences up to `length` matter
} ta_extreme;

static inline void ta_extreme_init(
    ta_extreme *extreme, double sign, uint32_t length, ta_candidate *candidates)
{
    *extreme = (ta_extreme){.candidates = candidates, .sign = sign, .length = length};
}

/// Feeds `x`; true once `length` values were seen.
static inline bool ta_extreme_push(ta_extreme *extreme, double x)
{
    double value = extreme->sign * x;
    uint32_t length = extreme->length, now = extreme->now++;
    if (extreme->size > 0 && now - extreme->candidates[extreme->head].when >= length) {
        extreme->head = extreme->head + 1 == length ? 0 : extreme->head + 1;
        extreme->size--;
    }
    while (extreme->size > 0) {
        uint32_t last = (extreme->head + extreme->size - 1) % length;
        if (extreme->candidates[last].value > value)
            break;
        extreme->size--;
    }
    extreme->candidates[(extreme->head + extreme->size) % length] = (ta_candidate){value, now};
    extreme->size++;
    if (extreme->count < length)
        extreme->count++;
    return extreme->count == length;
}

static inline double ta_extreme_value(const ta_extreme *extreme)
{
    return extreme->sign * extreme->candidates[extreme->head].value;
}

#endif
