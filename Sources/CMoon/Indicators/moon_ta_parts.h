// What the indicators are made of besides windows: averages without one, and the true range.
#ifndef MOON_TA_PARTS_H
#define MOON_TA_PARTS_H

#include "moon_ta_windows.h"

static inline double ta_typical(double high, double low, double close)
{
    return (high + low + close) / 3.0;
}

// MARK: - Averages without a window

/// Exponential moving average, begun with the mean of the first `length` values.
typedef struct {
    double factor, value;
    uint32_t length, count;
} ta_ema;

static inline void ta_ema_init(ta_ema *ema, uint32_t length)
{
    *ema = (ta_ema){.factor = 2.0 / (length + 1.0), .length = length};
}

/// Feeds `x`; true once `value` holds an average.
static inline bool ta_ema_push(ta_ema *ema, double x)
{
    if (ema->length == 1) {
        ema->value = x;  // the formula below would round
        return true;
    }
    if (ema->count == ema->length) {
        ema->value = (x - ema->value) * ema->factor + ema->value;
        return true;
    }
    ema->value += x;
    if (++ema->count < ema->length)
        return false;
    ema->value /= ema->length;
    return true;
}

/// Wilder's average: each value weighs 1/length; begun with the mean of the first `length` values.
typedef struct {
    double value;
    uint32_t length, count;
} ta_wilder;

static inline void ta_wilder_init(ta_wilder *wilder, uint32_t length)
{
    *wilder = (ta_wilder){.length = length};
}

static inline bool ta_wilder_push(ta_wilder *wilder, double x)
{
    if (wilder->count == wilder->length) {
        wilder->value *= wilder->length - 1.0;
        wilder->value += x;
        wilder->value /= wilder->length;
        return true;
    }
    wilder->value += x;
    if (++wilder->count < wilder->length)
        return false;
    wilder->value /= wilder->length;
    return true;
}

// MARK: - True range

/// The larger of the bar's own range and its distance from the close before.
typedef struct {
    double close;
    bool has_close;
} ta_true_range;

/// Feeds a bar; true from the second bar on, when `range` holds a value.
static inline bool ta_true_range_push(
    ta_true_range *tr, double high, double low, double close, double *range)
{
    bool ready = tr->has_close;
    *range = fmax(high - low, fmax(fabs(tr->close - high), fabs(tr->close - low)));
    tr->close = close;
    tr->has_close = true;
    return ready;
}

typedef struct {
    ta_true_range range;
    ta_wilder average;
} ta_atr;

static inline void ta_atr_init(ta_atr *atr, uint32_t length)
{
    *atr = (ta_atr){.range = {.has_close = false}};
    ta_wilder_init(&atr->average, length);
}

/// Feeds a bar; true once `average.value` holds the average true range.
static inline bool ta_atr_push(ta_atr *atr, double high, double low, double close)
{
    double range;
    return ta_true_range_push(&atr->range, high, low, close, &range)
        && ta_wilder_push(&atr->average, range);
}

#endif
