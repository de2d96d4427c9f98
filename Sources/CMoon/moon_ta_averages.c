// Moving averages: sma, ema, wma, rma, dema, tema, hma, kama.

#include "moon_ta_arguments.h"
#include "moon_ta_parts.h"

// MARK: - Simple

static int update_sma(lua_State *L)
{
    ta_window *window = ta_state(L);
    double mean = 0;
    bool ready = ta_window_average(window, ta_value(L, "sma"), &mean);
    return ta_one(L, ready, mean);
}

static int new_sma(lua_State *L)
{
    ta_parameters(L, "sma", 1, "length");
    uint32_t length = ta_length(L, "sma", 1, 1, 0);
    ta_window *window = ta_new_state(L, sizeof *window + length * sizeof(double));
    ta_window_init(window, length, (double *)(window + 1));
    return ta_indicator(L, update_sma);
}

// MARK: - Exponential, once, twice and three times

static int update_ema(lua_State *L)
{
    ta_ema *ema = ta_state(L);
    bool ready = ta_ema_push(ema, ta_value(L, "ema"));
    return ta_one(L, ready, ema->value);
}

static int new_ema(lua_State *L)
{
    ta_parameters(L, "ema", 1, "length");
    uint32_t length = ta_length(L, "ema", 1, 1, 0);
    ta_ema *ema = ta_new_state(L, sizeof *ema);
    ta_ema_init(ema, length);
    return ta_indicator(L, update_ema);
}

static int update_dema(lua_State *L)
{
    ta_ema *ema = ta_state(L);
    bool ready =
        ta_ema_push(&ema[0], ta_value(L, "dema")) && ta_ema_push(&ema[1], ema[0].value);
    return ta_one(L, ready, 2.0 * ema[0].value - ema[1].value);
}

static int new_dema(lua_State *L)
{
    ta_parameters(L, "dema", 1, "length");
    uint32_t length = ta_length(L, "dema", 1, 1, 0);
    ta_ema *ema = ta_new_state(L, 2 * sizeof *ema);
    ta_ema_init(&ema[0], length);
    ta_ema_init(&ema[1], length);
    return ta_indicator(L, update_dema);
}

static int update_tema(lua_State *L)
{
    ta_ema *ema = ta_state(L);
    bool ready = ta_ema_push(&ema[0], ta_value(L, "tema"))
        && ta_ema_push(&ema[1], ema[0].value) && ta_ema_push(&ema[2], ema[1].value);
    return ta_one(L, ready, ema[2].value + (3.0 * ema[0].value - 3.0 * ema[1].value));
}

static int new_tema(lua_State *L)
{
    ta_parameters(L, "tema", 1, "length");
    uint32_t length = ta_length(L, "tema", 1, 1, 0);
    ta_ema *ema = ta_new_state(L, 3 * sizeof *ema);
    for (int i = 0; i < 3; i++)
        ta_ema_init(&ema[i], length);
    return ta_indicator(L, update_tema);
}

// MARK: - Wilder's

static int update_rma(lua_State *L)
{
    ta_wilder *wilder = ta_state(L);
    bool ready = ta_wilder_push(wilder, ta_value(L, "rma"));
    return ta_one(L, ready, wilder->value);
}

static int new_rma(lua_State *L)
{
    ta_parameters(L, "rma", 1, "length");
    uint32_t length = ta_length(L, "rma", 1, 1, 0);
    ta_wilder *wilder = ta_new_state(L, sizeof *wilder);
    ta_wilder_init(wilder, length);
    return ta_indicator(L, update_rma);
}

// MARK: - Weighted, and Hull's

static int update_wma(lua_State *L)
{
    ta_weighted *weighted = ta_state(L);
    double mean = 0;
    bool ready = ta_weighted_average(weighted, ta_value(L, "wma"), &mean);
    return ta_one(L, ready, mean);
}

static int new_wma(lua_State *L)
{
    ta_parameters(L, "wma", 1, "length");
    uint32_t length = ta_length(L, "wma", 1, 1, 0);
    ta_weighted *weighted = ta_new_state(L, sizeof *weighted + length * sizeof(double));
    ta_weighted_init(weighted, length, (double *)(weighted + 1));
    return ta_indicator(L, update_wma);
}

typedef struct {
    ta_weighted whole, half, smoothing;
} hma_state;

static int update_hma(lua_State *L)
{
    hma_state *hma = ta_state(L);
    double x = ta_value(L, "hma"), whole = 0, half = 0, mean = 0;
    ta_weighted_average(&hma->half, x, &half);  // full before the whole one is
    bool ready = ta_weighted_average(&hma->whole, x, &whole)
        && ta_weighted_average(&hma->smoothing, 2.0 * half - whole, &mean);
    return ta_one(L, ready, mean);
}

static int new_hma(lua_State *L)
{
    ta_parameters(L, "hma", 1, "length");
    uint32_t length = ta_length(L, "hma", 1, 2, 0);
    uint32_t half = length / 2, root = (uint32_t)sqrt(length);
    hma_state *hma = ta_new_state(L, sizeof *hma + (length + half + root) * sizeof(double));
    double *values = (double *)(hma + 1);
    ta_weighted_init(&hma->whole, length, values);
    ta_weighted_init(&hma->half, half, values + length);
    ta_weighted_init(&hma->smoothing, root, values + length + half);
    return ta_indicator(L, update_hma);
}

// MARK: - Kaufman's

typedef struct {
    ta_ring prices;    // to look back `length` updates
    ta_window steps;   // the price changes from one update to the next, without sign
    double fastest, slowest, value, previous;
    bool started;
} kama_state;

static int update_kama(lua_State *L)
{
    kama_state *kama = ta_state(L);
    double x = ta_value(L, "kama"), ago = 0, oldest, efficiency = 1;
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
    return ta_one(L, ready, kama->value);
}

static int new_kama(lua_State *L)
{
    ta_parameters(L, "kama", 3, "length, fast, slow");
    uint32_t length = ta_length(L, "kama", 1, 2, 10);
    uint32_t fast = ta_count(L, "kama", 2, "fast", 1, TA_LONGEST, 2);
    uint32_t slow = ta_count(L, "kama", 3, "slow", 1, TA_LONGEST, 30);
    if (fast >= slow)
        return luaL_error(
            L, "ta.kama: fast must be less than slow, got fast %d, slow %d", (int)fast, (int)slow);
    kama_state *kama = ta_new_state(L, sizeof *kama + 2 * length * sizeof(double));
    *kama = (kama_state){.fastest = 2.0 / (fast + 1.0), .slowest = 2.0 / (slow + 1.0)};
    ta_ring_init(&kama->prices, length, (double *)(kama + 1));
    ta_window_init(&kama->steps, length, (double *)(kama + 1) + length);
    return ta_indicator(L, update_kama);
}

const luaL_Reg moon_ta_averages[] = {
    {"sma", new_sma}, {"ema", new_ema}, {"dema", new_dema}, {"tema", new_tema}, {"rma", new_rma},
    {"wma", new_wma}, {"hma", new_hma}, {"kama", new_kama}, {NULL, NULL},
};
