// Moving averages: sma, ema, wma, rma, dema, tema, hma, kama.

#include "moon_ta_arguments.h"
#include "moon_ta_parts.h"
#include "moon_ta_windows.h"

// MARK: - The value itself

static void step_value(void *state, const double *in, ta_results *out)
{
    (void)state;
    ta_one(out, true, in[0]);
}

static const ta_kind value_kind = {"value", ta_value_alone, 1, 1, step_value, 0};

static int new_value(lua_State *L)
{  // raises: mistakes
    ta_parameters(L, "value", 0, "");
    ta_new_state(L, &value_kind, 0);
    return ta_indicator(L);
}

// MARK: - Simple

static void step_sma(void *state, const double *in, ta_results *out)
{
    ta_window *window = state;
    double mean = 0;
    bool ready = ta_window_average(window, in[0], &mean);
    ta_one(out, ready, mean);
}

static const ta_kind sma_kind = {"sma", ta_value_alone, 1, 1, step_sma, 0};

static int new_sma(lua_State *L)
{  // raises: mistakes, calls
    uint32_t length = ta_only_length(L, &sma_kind, 1, 0);
    ta_window *window = ta_new_state(L, &sma_kind, sizeof *window + length * sizeof(double));
    ta_window_init(window, length, (double *)(window + 1));
    return ta_indicator(L);
}

// MARK: - Exponential, once, twice and three times

/// An indicator over `count` averages of one length.
static int new_emas(lua_State *L, const ta_kind *kind, int count)
{  // raises: mistakes, calls
    uint32_t length = ta_only_length(L, kind, 1, 0);
    ta_ema *ema = ta_new_state(L, kind, (size_t)count * sizeof *ema);
    for (int i = 0; i < count; i++)
        ta_ema_init(&ema[i], length);
    return ta_indicator(L);
}

static void step_ema(void *state, const double *in, ta_results *out)
{
    ta_ema *ema = state;
    bool ready = ta_ema_push(ema, in[0]);
    ta_one(out, ready, ema->value);
}

static const ta_kind ema_kind = {"ema", ta_value_alone, 1, 1, step_ema, 0};

static int new_ema(lua_State *L) { return new_emas(L, &ema_kind, 1); }  // raises: mistakes, calls

static void step_dema(void *state, const double *in, ta_results *out)
{
    ta_ema *ema = state;
    bool ready =
        ta_ema_push(&ema[0], in[0]) && ta_ema_push(&ema[1], ema[0].value);
    ta_one(out, ready, 2.0 * ema[0].value - ema[1].value);
}

static const ta_kind dema_kind = {"dema", ta_value_alone, 1, 1, step_dema, 0};

static int new_dema(lua_State *L) { return new_emas(L, &dema_kind, 2); }  // raises: mistakes, calls

static void step_tema(void *state, const double *in, ta_results *out)
{
    ta_ema *ema = state;
    bool ready = ta_ema_push(&ema[0], in[0])
        && ta_ema_push(&ema[1], ema[0].value) && ta_ema_push(&ema[2], ema[1].value);
    ta_one(out, ready, ema[2].value + (3.0 * ema[0].value - 3.0 * ema[1].value));
}

static const ta_kind tema_kind = {"tema", ta_value_alone, 1, 1, step_tema, 0};

static int new_tema(lua_State *L) { return new_emas(L, &tema_kind, 3); }  // raises: mistakes, calls

// MARK: - Wilder's

static void step_rma(void *state, const double *in, ta_results *out)
{
    ta_wilder *wilder = state;
    bool ready = ta_wilder_push(wilder, in[0]);
    ta_one(out, ready, wilder->value);
}

static const ta_kind rma_kind = {"rma", ta_value_alone, 1, 1, step_rma, 0};

static int new_rma(lua_State *L)
{  // raises: mistakes, calls
    uint32_t length = ta_only_length(L, &rma_kind, 1, 0);
    ta_wilder *wilder = ta_new_state(L, &rma_kind, sizeof *wilder);
    ta_wilder_init(wilder, length);
    return ta_indicator(L);
}

// MARK: - Weighted, and Hull's

static void step_wma(void *state, const double *in, ta_results *out)
{
    ta_weighted *weighted = state;
    double mean = 0;
    bool ready = ta_weighted_average(weighted, in[0], &mean);
    ta_one(out, ready, mean);
}

static const ta_kind wma_kind = {"wma", ta_value_alone, 1, 1, step_wma, 0};

static int new_wma(lua_State *L)
{  // raises: mistakes, calls
    uint32_t length = ta_only_length(L, &wma_kind, 1, 0);
    ta_weighted *weighted = ta_new_state(L, &wma_kind, sizeof *weighted + length * sizeof(double));
    ta_weighted_init(weighted, length, (double *)(weighted + 1));
    return ta_indicator(L);
}

typedef struct {
    ta_weighted whole, half, smoothing;
} hma_state;

static void step_hma(void *state, const double *in, ta_results *out)
{
    hma_state *hma = state;
    double x = in[0], whole = 0, half = 0, mean = 0;
    ta_weighted_average(&hma->half, x, &half);  // full before the whole one is
    bool ready = ta_weighted_average(&hma->whole, x, &whole)
        && ta_weighted_average(&hma->smoothing, 2.0 * half - whole, &mean);
    ta_one(out, ready, mean);
}

static const ta_kind hma_kind = {"hma", ta_value_alone, 1, 1, step_hma, 0};

static int new_hma(lua_State *L)
{  // raises: mistakes, calls
    uint32_t length = ta_only_length(L, &hma_kind, 2, 0);
    uint32_t half = length / 2, root = (uint32_t)sqrt(length);
    hma_state *hma =
        ta_new_state(L, &hma_kind, sizeof *hma + (length + half + root) * sizeof(double));
    double *values = (double *)(hma + 1);
    ta_weighted_init(&hma->whole, length, values);
    ta_weighted_init(&hma->half, half, values + length);
    ta_weighted_init(&hma->smoothing, root, values + length + half);
    return ta_indicator(L);
}

// MARK: - Kaufman's

typedef struct {
    ta_ring prices;    // to look back `length` updates
    ta_window steps;   // the price changes from one update to the next, without sign
    double fastest, slowest, value, previous;
    bool started;
} kama_state;

static void step_kama(void *state, const double *in, ta_results *out)
{
    kama_state *kama = state;
    double x = in[0], ago = 0, oldest, efficiency = 1;
    bool ready = ta_ring_push(&kama->prices, x, &ago);
    if (kama->started)
        ta_window_push(&kama->steps, fabs(x - kama->previous), &oldest);
    if (ready) {
        double way = ta_window_sum(&kama->steps), change = fabs(x - ago);
        if (change < way)
            efficiency = change / way;
        double factor = efficiency * (kama->fastest - kama->slowest) + kama->slowest;
        kama->value = (x - kama->value) * (factor * factor) + kama->value;
    } else {
        kama->value = x;  // the average begins at the price before its first value
    }
    kama->previous = x;
    kama->started = true;
    ta_one(out, ready, kama->value);
}

static const ta_kind kama_kind = {"kama", ta_value_alone, 1, 1, step_kama, 0};

static int new_kama(lua_State *L)
{  // raises: mistakes, calls
    ta_parameters(L, "kama", 3, "length, fast, slow");
    uint32_t length = ta_length(L, "kama", 1, 2, 10);
    uint32_t fast = ta_count(L, "kama", 2, "fast", 1, TA_LONGEST, 2);
    uint32_t slow = ta_count(L, "kama", 3, "slow", 1, TA_LONGEST, 30);
    if (fast >= slow)
        return luaL_error(
            L, "ta.kama: fast must be less than slow, got fast %d, slow %d", (int)fast, (int)slow);
    kama_state *kama = ta_new_state(L, &kama_kind, sizeof *kama + 2 * length * sizeof(double));
    *kama = (kama_state){.fastest = 2.0 / (fast + 1.0), .slowest = 2.0 / (slow + 1.0)};
    ta_ring_init(&kama->prices, length, (double *)(kama + 1));
    ta_window_init(&kama->steps, length, (double *)(kama + 1) + length);
    return ta_indicator(L);
}

const luaL_Reg moon_ta_averages[] = {
    {"value", new_value},
    {"sma", new_sma}, {"ema", new_ema}, {"dema", new_dema}, {"tema", new_tema}, {"rma", new_rma},
    {"wma", new_wma}, {"hma", new_hma}, {"kama", new_kama}, {NULL, NULL},
};
