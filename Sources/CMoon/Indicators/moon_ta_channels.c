// Dispersion, extremes and the channels made of them: variance, stdev, zscore, bbands, highest,
// lowest, donchian, keltner.

#include "moon_ta_arguments.h"
#include "moon_ta_parts.h"
#include "moon_ta_windows.h"

// MARK: - Dispersion

static int new_moments(lua_State *L, const ta_kind *kind, uint32_t least)
{  // raises: mistakes, calls
    uint32_t length = ta_only_length(L, kind, least, 20);
    ta_moments *moments = ta_new_state(L, kind, sizeof *moments + length * sizeof(double));
    ta_moments_init(moments, length, (double *)(moments + 1));
    return ta_indicator(L);
}

static void step_variance(void *state, const double *in, ta_results *out)
{
    ta_moments *moments = state;
    bool ready = ta_moments_push(moments, in[0]);
    ta_one(out, ready, ready ? ta_moments_variance(moments) : 0);
}

static const ta_kind variance_kind = {"variance", ta_value_alone, 1, 1, step_variance, 0};

static int new_variance(lua_State *L) { return new_moments(L, &variance_kind, 1); }  // raises: mistakes, calls

static void step_stdev(void *state, const double *in, ta_results *out)
{
    ta_moments *moments = state;
    bool ready = ta_moments_push(moments, in[0]);
    ta_one(out, ready, ready ? sqrt(ta_moments_variance(moments)) : 0);
}

static const ta_kind stdev_kind = {"stdev", ta_value_alone, 1, 1, step_stdev, 0};

static int new_stdev(lua_State *L) { return new_moments(L, &stdev_kind, 2); }  // raises: mistakes, calls

static void step_zscore(void *state, const double *in, ta_results *out)
{
    ta_moments *moments = state;
    double x = in[0], score = 0;
    bool ready = ta_moments_push(moments, x);
    if (ready) {
        double deviation = sqrt(ta_moments_variance(moments));
        if (deviation > 0)
            score = (x - ta_window_mean(&moments->window)) / deviation;
    }
    ta_one(out, ready, score);
}

static const ta_kind zscore_kind = {"zscore", ta_value_alone, 1, 1, step_zscore, 0};

static int new_zscore(lua_State *L) { return new_moments(L, &zscore_kind, 2); }  // raises: mistakes, calls

// MARK: - Bollinger bands

typedef struct {
    double factor;
    ta_moments moments;
} bbands_state;

static void step_bbands(void *state, const double *in, ta_results *out)
{
    bbands_state *bands = state;
    double middle = 0, distance = 0;
    bool ready = ta_moments_push(&bands->moments, in[0]);
    if (ready) {
        middle = ta_window_mean(&bands->moments.window);
        distance = bands->factor * sqrt(ta_moments_variance(&bands->moments));
    }
    ta_three(out, ready, middle + distance, middle, middle - distance);
}

static const ta_kind bbands_kind = {"bbands", ta_value_alone, 1, 3, step_bbands, 0};

static int new_bbands(lua_State *L)
{  // raises: mistakes, calls
    ta_parameters(L, "bbands", 2, "length, deviations");
    uint32_t length = ta_length(L, "bbands", 1, 2, 20);
    double factor = ta_factor(L, "bbands", 2, "deviations", 2);
    bbands_state *bands = ta_new_state(L, &bbands_kind, sizeof *bands + length * sizeof(double));
    bands->factor = factor;
    ta_moments_init(&bands->moments, length, (double *)(bands + 1));
    return ta_indicator(L);
}

// MARK: - Highest and lowest

static int new_extreme(lua_State *L, const ta_kind *kind, double sign)
{  // raises: mistakes, calls
    uint32_t length = ta_only_length(L, kind, 1, 0);
    ta_extreme *extreme = ta_new_state(L, kind, sizeof *extreme + length * sizeof(ta_candidate));
    ta_extreme_init(extreme, sign, length, (ta_candidate *)(extreme + 1));
    return ta_indicator(L);
}

static void step_highest(void *state, const double *in, ta_results *out)
{
    ta_extreme *extreme = state;
    bool ready = ta_extreme_push(extreme, in[0]);
    ta_one(out, ready, ta_extreme_value(extreme));
}

static const ta_kind highest_kind = {"highest", ta_value_alone, 1, 1, step_highest, 0};

static int new_highest(lua_State *L) { return new_extreme(L, &highest_kind, 1); }  // raises: mistakes, calls

static void step_lowest(void *state, const double *in, ta_results *out)
{
    ta_extreme *extreme = state;
    bool ready = ta_extreme_push(extreme, in[0]);
    ta_one(out, ready, ta_extreme_value(extreme));
}

static const ta_kind lowest_kind = {"lowest", ta_value_alone, 1, 1, step_lowest, 0};

static int new_lowest(lua_State *L) { return new_extreme(L, &lowest_kind, -1); }  // raises: mistakes, calls

// MARK: - Donchian

typedef struct {
    ta_extreme highest, lowest;
} donchian_state;

static void step_donchian(void *state, const double *in, ta_results *out)
{
    donchian_state *channel = state;
    ta_extreme_push(&channel->highest, in[0]);
    bool ready = ta_extreme_push(&channel->lowest, in[1]);
    double upper = ta_extreme_value(&channel->highest), lower = ta_extreme_value(&channel->lowest);
    ta_three(out, ready, upper, (upper + lower) / 2.0, lower);
}

static const ta_kind donchian_kind = {"donchian", moon_ta_high_low_close, 2, 3, step_donchian, 0};

static int new_donchian(lua_State *L)
{  // raises: mistakes, calls
    uint32_t length = ta_only_length(L, &donchian_kind, 1, 20);
    donchian_state *channel =
        ta_new_state(L, &donchian_kind, sizeof *channel + 2 * length * sizeof(ta_candidate));
    ta_candidate *candidates = (ta_candidate *)(channel + 1);
    ta_extreme_init(&channel->highest, 1, length, candidates);
    ta_extreme_init(&channel->lowest, -1, length, candidates + length);
    return ta_indicator(L);
}

// MARK: - Keltner

typedef struct {
    double factor;
    ta_ema middle;
    ta_atr atr;
    // Bars until each part begins: both have their first value on the same bar, as in TA-Lib.
    uint32_t middle_wait, atr_wait;
} keltner_state;

static bool keltner_push(keltner_state *channel, const double bar[3])
{
    bool has_middle = false, has_range = false;
    if (channel->middle_wait > 0)
        channel->middle_wait--;
    else
        has_middle = ta_ema_push(&channel->middle, ta_typical(bar[0], bar[1], bar[2]));
    if (channel->atr_wait > 0)
        channel->atr_wait--;
    else
        has_range = ta_atr_push(&channel->atr, bar[0], bar[1], bar[2]);
    return has_middle && has_range;
}

static void step_keltner(void *state, const double *in, ta_results *out)
{
    keltner_state *channel = state;
    bool ready = keltner_push(channel, in);
    double middle = channel->middle.value;
    double distance = channel->atr.average.value * channel->factor;
    ta_three(out, ready, middle + distance, middle, middle - distance);
}

static const ta_kind keltner_kind = {"keltner", moon_ta_high_low_close, 3, 3, step_keltner, 0};

static int new_keltner(lua_State *L)
{  // raises: mistakes, calls
    ta_parameters(L, "keltner", 3, "length, multiplier, atr_length");
    uint32_t length = ta_length(L, "keltner", 1, 1, 20);
    double factor = ta_factor(L, "keltner", 2, "multiplier", 2);
    uint32_t atr_length = ta_count(L, "keltner", 3, "atr_length", 1, TA_LONGEST, 10);
    uint32_t middle_lead = length - 1, atr_lead = atr_length;
    uint32_t lead = middle_lead > atr_lead ? middle_lead : atr_lead;
    keltner_state *channel = ta_new_state(L, &keltner_kind, sizeof *channel);
    channel->factor = factor;
    channel->middle_wait = lead - middle_lead;
    channel->atr_wait = lead - atr_lead;
    ta_ema_init(&channel->middle, length);
    ta_atr_init(&channel->atr, atr_length);
    return ta_indicator(L);
}

const luaL_Reg moon_ta_channels[] = {
    {"variance", new_variance}, {"stdev", new_stdev},       {"zscore", new_zscore},
    {"bbands", new_bbands},     {"highest", new_highest},   {"lowest", new_lowest},
    {"donchian", new_donchian}, {"keltner", new_keltner},   {NULL, NULL},
};
