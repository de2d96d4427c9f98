// Trend and range: tr, atr, adx, supertrend, linreg, crossover, crossunder.

#include "moon_follow.h"
#include "moon_ta_arguments.h"
#include "moon_ta_parts.h"
#include "moon_ta_windows.h"

// MARK: - True range

static void step_tr(void *state, const double *in, ta_results *out)
{
    ta_true_range *tr = state;
    double range;
    bool ready = ta_true_range_push(tr, in[0], in[1], in[2], &range);
    ta_one(out, ready, range);
}

static const ta_kind tr_kind = {"tr", moon_ta_high_low_close, 3, 1, step_tr, 0};

static int new_tr(lua_State *L)
{  // raises: mistakes
    ta_parameters(L, "tr", 0, "");
    ta_true_range *tr = ta_new_state(L, &tr_kind, sizeof *tr);
    *tr = (ta_true_range){.has_close = false};
    return ta_indicator(L);
}

static void step_atr(void *state, const double *in, ta_results *out)
{
    ta_atr *atr = state;
    bool ready = ta_atr_push(atr, in[0], in[1], in[2]);
    ta_one(out, ready, atr->average.value);
}

static const ta_kind atr_kind = {"atr", moon_ta_high_low_close, 3, 1, step_atr, 0};

static int new_atr(lua_State *L)
{  // raises: mistakes, calls
    uint32_t length = ta_only_length(L, &atr_kind, 1, 14);
    ta_atr *atr = ta_new_state(L, &atr_kind, sizeof *atr);
    ta_atr_init(atr, length);
    return ta_indicator(L);
}

// MARK: - Average directional index

typedef struct {
    double high, low;               // of the bar before
    double plus_dm, minus_dm, sum;  // Wilder's running totals; `sum` is that of the true range
    double plus_di, minus_di, adx;
    ta_true_range range;
    uint32_t length, bars;  // `bars` counts up to 2 × length, when all is warm
} adx_state;

/// Moves the running totals on by one bar and says whether they cover `length` of them.
static bool adx_add_bar(adx_state *adx, const double bar[3])
{
    double range;
    bool has_previous = ta_true_range_push(&adx->range, bar[0], bar[1], bar[2], &range);
    double up = bar[0] - adx->high, down = adx->low - bar[1];
    adx->high = bar[0];
    adx->low = bar[1];
    if (!has_previous)
        return false;
    bool is_smoothing = adx->bars >= adx->length;
    if (is_smoothing) {
        adx->plus_dm -= adx->plus_dm / adx->length;
        adx->minus_dm -= adx->minus_dm / adx->length;
        adx->sum -= adx->sum / adx->length;
    }
    if (down > 0 && up < down)
        adx->minus_dm += down;
    else if (up > 0 && up > down)
        adx->plus_dm += up;
    adx->sum += range;
    return is_smoothing;
}

/// Wilder's average of the directional index. A bar without any direction adds 0 while the average
/// warms up and is passed over afterwards, as in TA-Lib.
static void adx_average(adx_state *adx)
{
    double length = adx->length, total = adx->plus_di + adx->minus_di;
    double dx = total > 0 ? 100.0 * (fabs(adx->minus_di - adx->plus_di) / total) : 0;
    if (adx->bars < 2 * adx->length - 1)
        adx->adx += dx;
    else if (adx->bars == 2 * adx->length - 1)
        adx->adx = (adx->adx + dx) / length;
    else if (total > 0)
        adx->adx = (adx->adx * (length - 1.0) + dx) / length;
}

static void step_adx(void *state, const double *in, ta_results *out)
{
    adx_state *adx = state;
    bool has_directions = adx_add_bar(adx, in);
    if (has_directions) {
        adx->plus_di = adx->sum > 0 ? 100.0 * (adx->plus_dm / adx->sum) : 0;
        adx->minus_di = adx->sum > 0 ? 100.0 * (adx->minus_dm / adx->sum) : 0;
        adx_average(adx);
    }
    if (adx->bars < 2 * adx->length)
        adx->bars++;
    ta_give(out, 0, adx->bars == 2 * adx->length, adx->adx);
    ta_give(out, 1, has_directions, adx->plus_di);
    ta_give(out, 2, has_directions, adx->minus_di);
}

static const ta_kind adx_kind = {"adx", moon_ta_high_low_close, 3, 3, step_adx, 0};

static int new_adx(lua_State *L)
{  // raises: mistakes, calls
    uint32_t length = ta_only_length(L, &adx_kind, 2, 14);
    adx_state *adx = ta_new_state(L, &adx_kind, sizeof *adx);
    *adx = (adx_state){.length = length};
    return ta_indicator(L);
}

// MARK: - SuperTrend

typedef struct {
    ta_atr atr;
    double factor, upper, lower, close;  // `close` is that of the bar before
    bool is_up, started;
} supertrend_state;

/// Moves the bands, which only come closer until a close goes beyond them, and turns the trend.
static void supertrend_add_bar(supertrend_state *st, const double bar[3])
{
    double median = (bar[0] + bar[1]) / 2.0, distance = st->factor * st->atr.average.value;
    double upper = median + distance, lower = median - distance;
    if (!st->started || upper < st->upper || st->close > st->upper)
        st->upper = upper;
    if (!st->started || lower > st->lower || st->close < st->lower)
        st->lower = lower;
    if (!st->started)
        st->is_up = true;  // nothing to go by: a convention, TA-Lib's
    else
        st->is_up = st->is_up ? bar[2] >= st->lower : bar[2] > st->upper;
    st->close = bar[2];
    st->started = true;
}

static void step_supertrend(void *state, const double *in, ta_results *out)
{
    supertrend_state *st = state;
    bool ready = ta_atr_push(&st->atr, in[0], in[1], in[2]);
    if (ready)
        supertrend_add_bar(st, in);
    ta_two(out, ready, st->is_up ? st->lower : st->upper, st->is_up ? 1 : -1);
}

static const ta_kind supertrend_kind = {
    "supertrend", moon_ta_high_low_close, 3, 2, step_supertrend, TA_WHOLE_SECOND};

static int new_supertrend(lua_State *L)
{  // raises: mistakes, calls
    ta_parameters(L, "supertrend", 2, "length, multiplier");
    uint32_t length = ta_length(L, "supertrend", 1, 1, 10);
    double factor = ta_factor(L, "supertrend", 2, "multiplier", 3);
    supertrend_state *st = ta_new_state(L, &supertrend_kind, sizeof *st);
    *st = (supertrend_state){.factor = factor};
    ta_atr_init(&st->atr, length);
    return ta_indicator(L);
}

// MARK: - Linear regression

static void step_linreg(void *state, const double *in, ta_results *out)
{
    ta_weighted *w = state;
    double slope = 0, length = w->window.ring.length;
    bool ready = ta_weighted_push(w, in[0]);
    if (ready && !ta_window_is_flat(&w->window)) {
        // Σ(i − mean of i)·x, of which the weighted sum less a multiple of the sum leaves little.
        ta_exact moment = w->weighted;
        ta_exact_add_product(&moment, -(length + 1) / 2, w->window.sum.high);
        ta_exact_add_product(&moment, -(length + 1) / 2, w->window.sum.low);
        slope = 12 * moment.high / (length * (length * length - 1));
    }
    ta_two(out, ready, ta_window_mean(&w->window) + slope * (length - 1) / 2, slope);
}

static const ta_kind linreg_kind = {"linreg", ta_value_alone, 1, 2, step_linreg, 0};

static int new_linreg(lua_State *L)
{  // raises: mistakes, calls
    uint32_t length = ta_only_length(L, &linreg_kind, 2, 14);
    ta_weighted *w = ta_new_state(L, &linreg_kind, sizeof *w + length * sizeof(double));
    ta_weighted_init(w, length, (double *)(w + 1));
    return ta_indicator(L);
}

// MARK: - Crossings

typedef struct {
    double a, b;
    bool started;
} cross_state;

static const char *const cross_inputs[] = {"a", "b"};

/// Takes a and b in and gives the pair before; false on the first update, which has none.
static bool cross_push(cross_state *state, const double *in, cross_state *before)
{
    *before = *state;
    *state = (cross_state){.a = in[0], .b = in[1], .started = true};
    return before->started;
}

static void step_crossover(void *state, const double *in, ta_results *out)
{
    cross_state before;
    bool has_before = cross_push(state, in, &before);
    ta_one(out, true, has_before && before.a <= before.b && in[0] > in[1]);
}

static const ta_kind crossover_kind = {
    "crossover", cross_inputs, 2, 1, step_crossover, TA_BOOLEAN};

static void step_crossunder(void *state, const double *in, ta_results *out)
{
    cross_state before;
    bool has_before = cross_push(state, in, &before);
    ta_one(out, true, has_before && before.a >= before.b && in[0] < in[1]);
}

static const ta_kind crossunder_kind = {
    "crossunder", cross_inputs, 2, 1, step_crossunder, TA_BOOLEAN};

static int new_crossover(lua_State *L)
{  // raises: mistakes, calls
    if (lua_gettop(L) > 0)  // of two indicators that follow a feed
        return moon_new_condition(L, MOON_CROSSOVER);
    cross_state *state = ta_new_state(L, &crossover_kind, sizeof *state);
    *state = (cross_state){.started = false};
    return ta_indicator(L);
}

static int new_crossunder(lua_State *L)
{  // raises: mistakes, calls
    if (lua_gettop(L) > 0)  // of two indicators that follow a feed
        return moon_new_condition(L, MOON_CROSSUNDER);
    cross_state *state = ta_new_state(L, &crossunder_kind, sizeof *state);
    *state = (cross_state){.started = false};
    return ta_indicator(L);
}

const luaL_Reg moon_ta_trend[] = {
    {"tr", new_tr},
    {"atr", new_atr},
    {"adx", new_adx},
    {"supertrend", new_supertrend},
    {"linreg", new_linreg},
    {"crossover", new_crossover},
    {"crossunder", new_crossunder},
    {NULL, NULL},
};
