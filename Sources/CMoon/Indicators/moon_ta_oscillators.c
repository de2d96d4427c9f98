// Momentum: change, mom, roc, rsi, macd, trix, stoch, willr, cci.

#include "moon_ta_arguments.h"
#include "moon_ta_parts.h"
#include "moon_ta_windows.h"

// MARK: - Against the value some updates ago

static int new_past(lua_State *L, const ta_kind *kind, uint32_t usual)
{  // raises: mistakes, calls
    uint32_t length = ta_only_length(L, kind, 1, usual);
    ta_ring *past = ta_new_state(L, kind, sizeof *past + length * sizeof(double));
    ta_ring_init(past, length, (double *)(past + 1));
    return ta_indicator(L);
}

/// How much `x` is above `past`, in percent; 0 where that has no meaning.
static double percent_change(double x, double past)
{
    return past == 0 ? 0 : (x / past - 1.0) * 100.0;
}

static void step_change(void *state, const double *in, ta_results *out)
{
    double x = in[0], past = 0;
    bool ready = ta_ring_push(state, x, &past);
    ta_one(out, ready, x - past);
}

static const ta_kind change_kind = {"change", ta_value_alone, 1, 1, step_change, 0};

static int new_change(lua_State *L) { return new_past(L, &change_kind, 1); }  // raises: mistakes, calls

static const ta_kind mom_kind = {"mom", ta_value_alone, 1, 1, step_change, 0};

static int new_mom(lua_State *L) { return new_past(L, &mom_kind, 10); }  // raises: mistakes, calls

static void step_roc(void *state, const double *in, ta_results *out)
{
    double x = in[0], past = 0;
    bool ready = ta_ring_push(state, x, &past);
    ta_one(out, ready, percent_change(x, past));
}

static const ta_kind roc_kind = {"roc", ta_value_alone, 1, 1, step_roc, 0};

static int new_roc(lua_State *L) { return new_past(L, &roc_kind, 10); }  // raises: mistakes, calls

// MARK: - Relative strength index

typedef struct {
    ta_wilder gain, loss;
    double previous;
    bool started;
} rsi_state;

static void step_rsi(void *state, const double *in, ta_results *out)
{
    rsi_state *rsi = state;
    double x = in[0], change = x - rsi->previous, value = 0;
    bool ready = false;
    if (rsi->started) {
        ta_wilder_push(&rsi->gain, change > 0 ? change : 0);
        ready = ta_wilder_push(&rsi->loss, change < 0 ? -change : 0);
        double total = rsi->gain.value + rsi->loss.value;
        value = total > 0 ? 100.0 * (rsi->gain.value / total) : 0;
    }
    rsi->previous = x;
    rsi->started = true;
    ta_one(out, ready, value);
}

static const ta_kind rsi_kind = {"rsi", ta_value_alone, 1, 1, step_rsi, 0};

static int new_rsi(lua_State *L)
{  // raises: mistakes, calls
    uint32_t length = ta_only_length(L, &rsi_kind, 2, 14);
    rsi_state *rsi = ta_new_state(L, &rsi_kind, sizeof *rsi);
    *rsi = (rsi_state){.started = false};
    ta_wilder_init(&rsi->gain, length);
    ta_wilder_init(&rsi->loss, length);
    return ta_indicator(L);
}

// MARK: - Moving average convergence divergence

typedef struct {
    ta_ema fast, slow, signal;
    uint32_t head_start;  // updates until the fast average begins
} macd_state;

static void step_macd(void *state, const double *in, ta_results *out)
{
    macd_state *macd = state;
    double x = in[0], value = 0;
    bool ready = ta_ema_push(&macd->slow, x);
    if (macd->head_start > 0)  // so that both averages have their first value on the same update
        macd->head_start--;
    else
        ta_ema_push(&macd->fast, x);
    if (ready) {
        value = macd->fast.value - macd->slow.value;
        ready = ta_ema_push(&macd->signal, value);
    }
    ta_three(out, ready, value, macd->signal.value, value - macd->signal.value);
}

static const ta_kind macd_kind = {"macd", ta_value_alone, 1, 3, step_macd, 0};

static int new_macd(lua_State *L)
{  // raises: mistakes, calls
    ta_parameters(L, "macd", 3, "fast, slow, signal");
    uint32_t fast = ta_count(L, "macd", 1, "fast", 2, TA_LONGEST, 12);
    uint32_t slow = ta_count(L, "macd", 2, "slow", 2, TA_LONGEST, 26);
    uint32_t signal = ta_count(L, "macd", 3, "signal", 1, TA_LONGEST, 9);
    if (fast >= slow)
        return luaL_error(
            L, "ta.macd: fast must be less than slow, got fast %d, slow %d", (int)fast, (int)slow);
    macd_state *macd = ta_new_state(L, &macd_kind, sizeof *macd);
    ta_ema_init(&macd->fast, fast);
    ta_ema_init(&macd->slow, slow);
    ta_ema_init(&macd->signal, signal);
    macd->head_start = slow - fast;
    return ta_indicator(L);
}

// MARK: - TRIX

typedef struct {
    ta_ema ema[3];
    ta_ring past;
    double value;
} trix_state;

static void step_trix(void *state, const double *in, ta_results *out)
{
    trix_state *trix = state;
    double past = 0;
    bool ready = ta_ema_push(&trix->ema[0], in[0])
        && ta_ema_push(&trix->ema[1], trix->ema[0].value)
        && ta_ema_push(&trix->ema[2], trix->ema[1].value)
        && ta_ring_push(&trix->past, trix->ema[2].value, &past);
    ta_one(out, ready, percent_change(trix->ema[2].value, past));
}

static const ta_kind trix_kind = {"trix", ta_value_alone, 1, 1, step_trix, 0};

static int new_trix(lua_State *L)
{  // raises: mistakes, calls
    uint32_t length = ta_only_length(L, &trix_kind, 1, 18);
    trix_state *trix = ta_new_state(L, &trix_kind, sizeof *trix);
    for (int i = 0; i < 3; i++)
        ta_ema_init(&trix->ema[i], length);
    ta_ring_init(&trix->past, 1, &trix->value);
    return ta_indicator(L);
}

// MARK: - Where the close lies in the range: stochastic and Williams %R

typedef struct {
    ta_extreme highest, lowest;
} range_state;

static void range_init(range_state *range, uint32_t length, ta_candidate *candidates)
{
    ta_extreme_init(&range->highest, 1, length, candidates);
    ta_extreme_init(&range->lowest, -1, length, candidates + length);
}

static bool range_push(range_state *range, const double bar[3])
{
    ta_extreme_push(&range->highest, bar[0]);
    return ta_extreme_push(&range->lowest, bar[1]);
}

typedef struct {
    range_state range;
    ta_window k, d;
} stoch_state;

static void step_stoch(void *state, const double *in, ta_results *out)
{
    stoch_state *stoch = state;
    double k = 0, d = 0;
    bool ready = range_push(&stoch->range, in);
    if (ready) {
        double lowest = ta_extreme_value(&stoch->range.lowest);
        double percent = (ta_extreme_value(&stoch->range.highest) - lowest) / 100.0;
        double fast_k = percent != 0 ? (in[2] - lowest) / percent : 0;
        ready = ta_window_average(&stoch->k, fast_k, &k) && ta_window_average(&stoch->d, k, &d);
    }
    ta_two(out, ready, k, d);
}

static const ta_kind stoch_kind = {"stoch", moon_ta_high_low_close, 3, 2, step_stoch, 0};

static int new_stoch(lua_State *L)
{  // raises: mistakes, calls
    ta_parameters(L, "stoch", 3, "fastk, slowk, slowd");
    uint32_t fast_k = ta_count(L, "stoch", 1, "fastk", 1, TA_LONGEST, 14);
    uint32_t slow_k = ta_count(L, "stoch", 2, "slowk", 1, TA_LONGEST, 3);
    uint32_t slow_d = ta_count(L, "stoch", 3, "slowd", 1, TA_LONGEST, 3);
    stoch_state *stoch = ta_new_state(
        L, &stoch_kind,
        sizeof *stoch + 2 * fast_k * sizeof(ta_candidate) + (slow_k + slow_d) * sizeof(double));
    ta_candidate *candidates = (ta_candidate *)(stoch + 1);
    double *values = (double *)(candidates + 2 * fast_k);
    range_init(&stoch->range, fast_k, candidates);
    ta_window_init(&stoch->k, slow_k, values);
    ta_window_init(&stoch->d, slow_d, values + slow_k);
    return ta_indicator(L);
}

static void step_willr(void *state, const double *in, ta_results *out)
{
    range_state *range = state;
    bool ready = range_push(range, in);
    double highest = ta_extreme_value(&range->highest);
    double height = highest - ta_extreme_value(&range->lowest);
    double value = height != 0 ? (highest - in[2]) / height * -100.0 : 0;
    ta_one(out, ready, value + 0.0);  // adding 0 turns -0.0, which would print so, into 0.0
}

static const ta_kind willr_kind = {"willr", moon_ta_high_low_close, 3, 1, step_willr, 0};

static int new_willr(lua_State *L)
{  // raises: mistakes, calls
    uint32_t length = ta_only_length(L, &willr_kind, 2, 14);
    range_state *range =
        ta_new_state(L, &willr_kind, sizeof *range + 2 * length * sizeof(ta_candidate));
    range_init(range, length, (ta_candidate *)(range + 1));
    return ta_indicator(L);
}

// MARK: - Commodity channel index

/// The last typical price's distance from the mean of all, against their mean distance.
static double cci_value(const ta_window *prices, double typical)
{
    double mean = 0, distance = 0;
    if (ta_window_is_flat(prices))
        return 0;
    // The mean distance from a moving mean cannot be kept up to date: the window is scanned.
    uint32_t length = prices->ring.length;
    for (uint32_t i = 0; i < length; i++)
        mean += prices->ring.values[i];
    mean /= length;
    for (uint32_t i = 0; i < length; i++)
        distance += fabs(prices->ring.values[i] - mean);
    double scale = 0.015 * (distance / length);
    return scale > 0 ? (typical - mean) / scale : 0;
}

static void step_cci(void *state, const double *in, ta_results *out)
{
    ta_window *prices = state;
    double oldest, typical = ta_typical(in[0], in[1], in[2]);
    ta_window_push(prices, typical, &oldest);
    bool ready = ta_window_is_full(prices);
    ta_one(out, ready, ready ? cci_value(prices, typical) : 0);
}

static const ta_kind cci_kind = {"cci", moon_ta_high_low_close, 3, 1, step_cci, 0};

static int new_cci(lua_State *L)
{  // raises: mistakes, calls
    ta_parameters(L, "cci", 1, "length");
    uint32_t length = ta_count(L, "cci", 1, "length", 2, TA_LONGEST_SCANNED, 20);
    ta_window *prices = ta_new_state(L, &cci_kind, sizeof *prices + length * sizeof(double));
    ta_window_init(prices, length, (double *)(prices + 1));
    return ta_indicator(L);
}

const luaL_Reg moon_ta_oscillators[] = {
    {"change", new_change}, {"mom", new_mom},     {"roc", new_roc},     {"rsi", new_rsi},
    {"macd", new_macd},     {"trix", new_trix},   {"stoch", new_stoch}, {"willr", new_willr},
    {"cci", new_cci},       {NULL, NULL},
};
