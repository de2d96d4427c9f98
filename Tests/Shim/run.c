// A run: load, attach, start, events, state as text, a second version that takes over or is put
// back, the end. What the host shows goes into the text.
#define _GNU_SOURCE  // memmem
#include "run.h"
#include "show.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_EVENTS = 40, MOST_TIMERS = 8, MOST_TRADES = 12 };

typedef struct {
    uint64_t random;  // of the run, apart from the program's
    fake_engine engine;
    outcome *outcome;
    char timers[MOST_TIMERS][32];
    int timer_count;
} life;

static uint64_t one_of(life *it, uint64_t count) { return draw(&it->random) % count; }

static void set_text(moon_text *text, const char *value) {
    moon_text_set(text, value, strlen(value));
}

static void keep_timer(life *it, const moon_request *request) {
    if (it->timer_count == MOST_TIMERS) return;
    snprintf(it->timers[it->timer_count++], sizeof it->timers[0], "%.*s",
             (int)request->count, request->text);
}

static void take_requests(life *it, moon_host *host) {
    outcome *out = it->outcome;
    for (size_t i = 0; i < moon_request_count(host); i++) {
        moon_request request = moon_request_at(host, i);
        if (request.kind == MOON_REQUEST_INTENT) {
            show_intent(out, request.intent);
            continue;
        }
        show(out, "  request %d %d %a %lld ", (int)request.kind, request.level, request.number,
             (long long)request.nanoseconds);
        show_bytes(out, request.text, request.count);
        show_bytes(out, "\n", 1);
        if (request.kind == MOON_REQUEST_AFTER || request.kind == MOON_REQUEST_EVERY) {
            keep_timer(it, &request);
        }
    }
}

// ---- Events -------------------------------------------------------------------------------------

static moon_attos attos(life *it, uint64_t range) {
    __int128 value = (__int128)(one_of(it, range) + 1) * 100000000000000000;
    return (moon_attos){(uint64_t)value, (int64_t)(value >> 64)};
}

static moon_trade make_trade(life *it) {
    return (moon_trade){
        .instrument = (int64_t)one_of(it, (uint64_t)it->engine.symbol_count),
        .venue_time = it->engine.now, .receive_time = it->engine.now + 5, .price = attos(it, 2000),
        .quantity = attos(it, 50), .id = one_of(it, 1000), .has_id = one_of(it, 2),
        .side = (uint8_t)one_of(it, 3),
    };
}

static void fill_market(life *it, moon_events *events) {
    int32_t instrument = (int32_t)one_of(it, (uint64_t)it->engine.symbol_count);
    int64_t now = it->engine.now;
    events->quote = (moon_quote){
        .instrument = instrument, .has_bid = one_of(it, 5) > 0, .has_ask = one_of(it, 5) > 0,
        .bid = attos(it, 999), .ask = attos(it, 1001), .bid_quantity = attos(it, 9),
        .ask_quantity = attos(it, 9), .venue_time = now, .receive_time = now};
    moon_text size = events->bar.size;
    events->bar = (moon_bar){
        .instrument = instrument, .has_buy_volume = one_of(it, 2), .has_trades = one_of(it, 2),
        .open = attos(it, 999), .high = attos(it, 1500), .low = attos(it, 500),
        .close = attos(it, 999), .volume = attos(it, 99), .buy_volume = attos(it, 50),
        .trades = 7, .open_time = now - 60000000000, .close_time = now, .size = size};
    set_text(&events->bar.size, "1m");
    events->ticker = (moon_ticker){
        .instrument = instrument, .has_last = true, .has_mark = one_of(it, 2),
        .last = attos(it, 999), .mark = attos(it, 999), .venue_time = now, .receive_time = now};
    events->funding = (moon_funding){
        .instrument = instrument, .has_mark = true, .rate = attos(it, 3), .mark = attos(it, 999),
        .venue_time = now, .receive_time = now};
    events->book = events->position = instrument;
}

static void fill_account(life *it, moon_events *events) {
    moon_text id = events->fill.id, currency = events->fill.fee_currency;
    events->fill = (moon_fill){
        .instrument = 0, .side = MOON_BUY, .is_maker = one_of(it, 2), .price = attos(it, 999),
        .quantity = attos(it, 9), .fee = attos(it, 2), .order = 1, .time = it->engine.now, .id = id,
        .fee_currency = currency};
    set_text(&events->fill.id, "fill-1");
    set_text(&events->fill.fee_currency, "USDT");
    events->order = 1 + (int64_t)one_of(it, 4) / 3;  // now and then one that is forgotten
    events->status.instrument = -1;
    events->status.time = it->engine.now;
    set_text(&events->status.venue, "sim");
    set_text(&events->status.state, "connected");
    set_text(&events->status.reason, "");
}

static void take_outcome(life *it, moon_host *host, moon_handler handler, moon_outcome result) {
    outcome *out = it->outcome;
    if (!moon_has_handler(host, handler) && result == MOON_QUIET) return;
    out->calls++;
    show(out, "%s %d\n", moon_handler_name(handler), (int)result);
    if (result == MOON_OUTPUT) out->answered++;
    if (result == MOON_FAILED) {
        out->failed++;
        show_failure(out, host);
    }
    take_requests(it, host);
}

static void call(life *it, moon_host *host, moon_handler handler) {
    take_outcome(it, host, handler, moon_call(host, handler));
}

static void call_trades(life *it, moon_host *host) {
    moon_trade trades[MOST_TRADES];
    static const bool heard[64] = {
        true, true, true, true, true, true, true, true, true, true, true, true, true, true, true,
    };
    moon_stretch stretch = {
        .trades = trades, .is_heard = heard, .end = 1 + one_of(it, MOST_TRADES)};
    for (size_t i = 0; i < stretch.end; i++) trades[i] = make_trade(it);
    while (stretch.next < stretch.end) {
        take_outcome(it, host, MOON_ON_TRADE, moon_call_trades(host, &stretch));
        show(it->outcome, "to %zu of %zu\n", stretch.next, stretch.end);
    }
}

static void call_stretch(life *it, moon_host *host) {
    moon_trade trades[MOST_TRADES];
    moon_change changes[MOST_TRADES];
    uint8_t kinds[MOST_TRADES];
    static const bool heard[64] = {
        true, true, true, true, true, true, true, true, true, true, true, true, true, true, true,
    };
    if (moon_follows(host)) return;
    moon_stretch stretch = {
        .trades = trades, .is_heard = heard, .end = 1 + one_of(it, MOST_TRADES), .kinds = kinds,
        .changes = changes, .is_book_heard = heard};
    size_t trade = 0, change = 0;
    for (size_t i = 0; i < stretch.end; i++) {
        kinds[i] = one_of(it, 2) ? MOON_EVENT_TRADE : MOON_EVENT_CHANGE;
        if (kinds[i] == MOON_EVENT_TRADE) {
            trades[trade++] = make_trade(it);
        } else {
            changes[change++] = (moon_change){
                .instrument = (int64_t)one_of(it, (uint64_t)it->engine.symbol_count),
                .ends_message = one_of(it, 3) > 0};
        }
    }
    while (stretch.next < stretch.end) {
        moon_handler handler;
        moon_outcome result = moon_call_events(host, &stretch, &handler);
        take_outcome(it, host, handler, result);
        show(it->outcome, "to %zu of %zu\n", stretch.next, stretch.end);
    }
}

static void call_timer(life *it, moon_host *host) {
    const char *name = "nobody's";
    if (it->timer_count) name = it->timers[one_of(it, (uint64_t)it->timer_count)];
    set_text(&moon_events_of(host)->text, name);
    call(it, host, MOON_ON_TIMER);
}

static void bring_event(life *it, moon_host *host) {
    static const moon_handler others[] = {
        MOON_ON_QUOTE, MOON_ON_BAR, MOON_ON_BOOK, MOON_ON_TICKER, MOON_ON_FUNDING, MOON_ON_ORDER,
        MOON_ON_FILL, MOON_ON_POSITION, MOON_ON_STATUS, MOON_ON_QUOTE, MOON_ON_BAR,
    };
    it->engine.now += (int64_t)one_of(it, 700000000);
    moon_events *events = moon_events_of(host);
    moon_trade trade = make_trade(it);
    events->trade = &trade;
    fill_market(it, events);
    fill_account(it, events);
    switch (one_of(it, 7)) {
    case 0: call(it, host, MOON_ON_TRADE); break;
    case 1: call_trades(it, host); break;
    case 2: call_timer(it, host); break;
    case 3: call_stretch(it, host); break;
    default: call(it, host, others[one_of(it, sizeof others / sizeof *others)]);
    }
    events->trade = NULL;
}

static void bring_events(life *it, moon_host *host) {
    for (uint64_t count = one_of(it, MOST_EVENTS); count > 0; count--) bring_event(it, host);
}

static void start(life *it, moon_host *host, const char *reason, bool isRollback) {
    moon_events *events = moon_events_of(host);
    set_text(&events->text, reason);
    events->is_rollback = isRollback;
    call(it, host, MOON_ON_START);
}

// ---- The host's life ----------------------------------------------------------------------------

static moon_host *load(life *it, const char *source, size_t count, moon_text *state) {
    moon_limits limits = fake_limits();
    limits.instructions = 3000000;  // far more than a program takes that ends by itself
    moon_host *host = moon_open(limits, fake_calls(&it->engine), NULL);
    if (!host) {
        fprintf(stderr, "shim: no host\n");
        abort();
    }
    outcome *out = it->outcome;
    if (state && !moon_set_state(host, state->bytes, state->count)) show_failure(out, host);
    bool isLoaded = moon_load(host, source, count, "program.lua");
    out->loads++;
    out->loaded += isLoaded;
    show(out, "load %d\n", isLoaded);
    if (!isLoaded) show_failure(out, host);
    take_requests(it, host);
    if (!isLoaded) {
        close_host(host);
        return NULL;
    }
    for (size_t i = 0; i < moon_stray_count(host); i++) {
        const moon_stray *stray = moon_stray_at(host, i);
        if (stray) show(out, "stray %s %d\n", stray->name, stray->line);
    }
    fake_attach(host, &it->engine);
    return host;
}

// The state into `text`; false: it cannot be saved.
static bool save(life *it, moon_host *host, moon_text *text) {
    const char *state = moon_state_text(host);
    it->outcome->states++;
    if (!state) {
        show(it->outcome, "no state: ");
        show_failure(it->outcome, host);
        return false;
    }
    it->outcome->saved++;
    moon_text_set(text, state, strlen(state));
    show(it->outcome, "state: ");
    show_bytes(it->outcome, text->bytes, text->count);
    show_bytes(it->outcome, "\n", 1);
    return true;
}

// Gives a version that has just loaded the state of the one before it.
static bool take_over(life *it, moon_host *host, const moon_text *state) {
    moon_text defaults = {0};
    bool hasDefaults = save(it, host, &defaults);
    int64_t shape = 0;
    bool isTaken = moon_replace_state(host, state->bytes, state->count)
                   && moon_state_shape(host, &shape)
                   && (shape == 1 || !moon_has_handler(host, MOON_ON_UPGRADE) || moon_upgrade(host, 1))
                   && (!hasDefaults || moon_complete_state(host, defaults.bytes, defaults.count));
    show(it->outcome, "taken over %d, shape %lld\n", isTaken, (long long)shape);
    if (!isTaken) show_failure(it->outcome, host);
    free(defaults.bytes);
    take_requests(it, host);
    moon_clear_requests(host);
    return isTaken;
}

static program make_next(life *it, const recipe *recipe) {
    struct recipe next = *recipe;
    next.version = 2;
    program made = make_program(&next);
    it->outcome->features |= made.features;
    return made;
}

// Another version takes over, or the same program begins anew with its state; the host that goes on.
static moon_host *reload(life *it, moon_host *old, const recipe *recipe, const program *first) {
    moon_text state = {0};
    if (!save(it, old, &state)) {
        free(state.bytes);
        return old;
    }
    program second = make_next(it, recipe);
    int symbols = it->engine.symbol_count;
    bool isRestart = one_of(it, 3) == 0;
    moon_host *host = isRestart ? load(it, first->bytes, first->count, &state)
                                : load(it, second.bytes, second.count, NULL);
    bool isTaken = host && (isRestart || take_over(it, host, &state));
    if (isTaken) start(it, host, isRestart ? "restart" : "reload", false);
    if (isTaken) bring_events(it, host);
    if (isTaken && one_of(it, 3) > 0) {
        close_host(old);
        old = host;
    } else {  // the old one goes on
        if (host) close_host(host);
        it->engine.symbol_count = symbols;
        if (!moon_replace_state(old, state.bytes, state.count)) show_failure(it->outcome, old);
        start(it, old, "reload", true);
    }
    free(second.bytes);
    free(state.bytes);
    return old;
}

static void end(life *it, moon_host *host) {
    set_text(&moon_events_of(host)->text, "done");
    call(it, host, MOON_ON_STOP);
    moon_text state = {0};
    save(it, host, &state);
    free(state.bytes);
    show(it->outcome, "broken %d\n", moon_is_broken(host));
}

static void live(life *it, const recipe *recipe, const program *first) {
    moon_host *host = load(it, first->bytes, first->count, NULL);
    if (!host) return;
    start(it, host, "first", false);
    bring_events(it, host);
    if (one_of(it, 2)) host = reload(it, host, recipe, first);
    if (one_of(it, 8) > 0) {  // else it is closed in the middle
        bring_events(it, host);
        end(it, host);
    }
    close_host(host);
}

static uint64_t hash_of(const char *bytes, size_t count) {
    uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
    for (size_t i = 0; i < count; i++) hash = (hash ^ (unsigned char)bytes[i]) * 0x100000001b3;
    return hash;
}

static outcome finish(outcome it) {
    show_bytes(&it, "", 0);
    it.hash = hash_of(it.text, it.count);
    static const char caught[] = "not enough memory", told[] = "used more than the";
    it.met_memory_limit = memmem(it.text, it.count, caught, sizeof caught - 1)
                          || memmem(it.text, it.count, told, sizeof told - 1);
    return it;
}

outcome run_program(const recipe *recipe) {
    outcome result = {.text = NULL};
    life it = {.random = recipe->seed ^ 0x5eed, .outcome = &result};
    it.engine = (fake_engine){.folder = "/nowhere", .now = 1700000000000000000};
    program first = make_program(recipe);
    result.features = first.features;
    live(&it, recipe, &first);
    if (first.features & IS_BROKEN) result.broken_loads = result.loads - result.loaded;
    free(first.bytes);
    return finish(result);
}

outcome run_source(const char *source, size_t count, const char *folder) {
    outcome result = {.text = NULL};
    life it = {.random = 1, .outcome = &result};
    it.engine = (fake_engine){.folder = folder, .now = 1700000000000000000};
    moon_host *host = load(&it, source, count, NULL);
    if (host) {
        start(&it, host, "first", false);
        for (int i = 0; i < 20; i++) bring_event(&it, host);
        end(&it, host);
        close_host(host);
    }
    return finish(result);
}
