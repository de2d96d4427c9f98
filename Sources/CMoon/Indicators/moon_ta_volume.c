// Price and volume together: vwma, vwap, obv, mfi.

#include "moon_ta_arguments.h"
#include "moon_ta_parts.h"
#include "moon_ta_windows.h"

// MARK: - Volume-weighted moving average

typedef struct {
    ta_window prices, volumes;
    ta_exact traded;  // Σ price × volume over the window
} vwma_state;

static const char *const close_volume[] = {"close", "volume"};

static void step_vwma(void *state, const double *in, ta_results *out)
{
    vwma_state *vwma = state;
    double price = 0, volume = 0, value;
    bool pushed_out = ta_window_push(&vwma->prices, in[0], &price);
    ta_window_push(&vwma->volumes, in[1], &volume);
    if (ta_window_went_round(&vwma->prices)) {
        vwma->traded = (ta_exact){0, 0};
        for (uint32_t i = 0; i < vwma->prices.ring.length; i++)
            ta_exact_add_product(
                &vwma->traded, vwma->prices.ring.values[i], vwma->volumes.ring.values[i]);
    } else {
        if (pushed_out)
            ta_exact_add_product(&vwma->traded, -price, volume);
        ta_exact_add_product(&vwma->traded, in[0], in[1]);
    }
    double total = ta_window_sum(&vwma->volumes);
    if (ta_window_is_flat(&vwma->prices) || !(total > 0))
        value = ta_window_mean(&vwma->prices);  // without volume every price weighs the same
    else
        value = vwma->traded.high / total;
    ta_one(out, ta_window_is_full(&vwma->prices), value);
}

static const ta_kind vwma_kind = {"vwma", close_volume, 2, 1, step_vwma, 0};

static int new_vwma(lua_State *L)
{  // raises: mistakes, calls
    uint32_t length = ta_only_length(L, &vwma_kind, 1, 0);
    vwma_state *vwma = ta_new_state(L, &vwma_kind, sizeof *vwma + 2 * length * sizeof(double));
    vwma->traded = (ta_exact){0, 0};
    ta_window_init(&vwma->prices, length, (double *)(vwma + 1));
    ta_window_init(&vwma->volumes, length, (double *)(vwma + 1) + length);
    return ta_indicator(L);
}

// MARK: - Volume-weighted average price

typedef struct {
    ta_exact traded, volume;
    double seconds;  // length of a session; 0 for one that never ends
    double session;  // number of the current one since 1970
    bool started;
} vwap_state;

static const char *const price_volume_time[] = {"price", "volume", "time"};

static void step_vwap(void *state, const double *in, ta_results *out)
{
    vwap_state *vwap = state;
    if (vwap->seconds > 0) {
        double session = floor(in[2] / vwap->seconds);
        // A late trade of the session before counts in this one: going back would lose this one.
        if (!vwap->started || session > vwap->session) {
            vwap->traded = vwap->volume = (ta_exact){0, 0};
            vwap->session = session;
        }
    }
    vwap->started = true;
    ta_exact_add_product(&vwap->traded, in[0], in[1]);
    ta_exact_add(&vwap->volume, in[1]);
    // Before the first volume the price itself is the best answer.
    bool has_volume = vwap->volume.high > 0;
    ta_one(out, true, has_volume ? vwap->traded.high / vwap->volume.high : in[0]);
}

static const ta_kind vwap_kind = {
    "vwap", price_volume_time, 3, 1, step_vwap, TA_TYPICAL_PRICE};

static int new_vwap(lua_State *L)
{  // raises: mistakes, calls
    ta_parameters(L, "vwap", 1, "session_seconds");
    double seconds = ta_factor(L, "vwap", 1, "session_seconds", 0);
    vwap_state *vwap = ta_new_state(L, &vwap_kind, sizeof *vwap);
    *vwap = (vwap_state){.seconds = seconds};
    if (seconds == 0)
        ta_record_of(vwap)->input_count = 2;  // the time does not matter
    return ta_indicator(L);
}

// MARK: - On-balance volume

typedef struct {
    double value, close;
    bool started;
} obv_state;

static void step_obv(void *state, const double *in, ta_results *out)
{
    obv_state *obv = state;
    if (!obv->started || in[0] > obv->close)
        obv->value += in[1];
    else if (in[0] < obv->close)
        obv->value -= in[1];
    obv->close = in[0];
    obv->started = true;
    ta_one(out, true, obv->value);
}

static const ta_kind obv_kind = {"obv", close_volume, 2, 1, step_obv, 0};

static int new_obv(lua_State *L)
{  // raises: mistakes
    ta_parameters(L, "obv", 0, "");
    obv_state *obv = ta_new_state(L, &obv_kind, sizeof *obv);
    *obv = (obv_state){.started = false};
    return ta_indicator(L);
}

// MARK: - Money flow index

typedef struct {
    ta_window rising, falling;
    double typical;
    bool started;
} mfi_state;

static const char *const high_low_close_volume[] = {"high", "low", "close", "volume"};

static void step_mfi(void *state, const double *in, ta_results *out)
{
    mfi_state *mfi = state;
    double oldest, value = 0;
    double typical = ta_typical(in[0], in[1], in[2]), change = typical - mfi->typical;
    if (mfi->started) {
        // Smaller changes are the rounding of the typical price, not a move.
        bool has_moved = fabs(change) > 1e-14 * (fabs(typical) + fabs(mfi->typical));
        double flow = has_moved ? typical * in[3] : 0;
        ta_window_push(&mfi->rising, change < 0 ? 0 : flow, &oldest);
        ta_window_push(&mfi->falling, change < 0 ? flow : 0, &oldest);
        double rising = ta_window_sum(&mfi->rising);
        double total = rising + ta_window_sum(&mfi->falling);
        value = total > 0 ? 100.0 * (rising / total) : 0;
    }
    mfi->typical = typical;
    mfi->started = true;
    ta_one(out, ta_window_is_full(&mfi->rising), value);
}

static const ta_kind mfi_kind = {"mfi", high_low_close_volume, 4, 1, step_mfi, 0};

static int new_mfi(lua_State *L)
{  // raises: mistakes, calls
    uint32_t length = ta_only_length(L, &mfi_kind, 2, 14);
    mfi_state *mfi = ta_new_state(L, &mfi_kind, sizeof *mfi + 2 * length * sizeof(double));
    *mfi = (mfi_state){.started = false};
    ta_window_init(&mfi->rising, length, (double *)(mfi + 1));
    ta_window_init(&mfi->falling, length, (double *)(mfi + 1) + length);
    return ta_indicator(L);
}

const luaL_Reg moon_ta_volume[] = {
    {"vwma", new_vwma}, {"vwap", new_vwap}, {"obv", new_obv}, {"mfi", new_mfi}, {NULL, NULL},
};
