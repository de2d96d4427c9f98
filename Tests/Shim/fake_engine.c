#include "fake_engine.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void set_text(moon_text *text, const char *value) {
    moon_text_set(text, value, strlen(value));
}

char *read_file(const char *path, size_t *count) {
    FILE *file = fopen(path, "rb");
    if (!file) return NULL;
    char *bytes = malloc(1 << 22);
    *count = bytes ? fread(bytes, 1, 1 << 22, file) : 0;
    fclose(file);
    return bytes;
}

static int32_t subscribe(void *context, const char *symbol, const char *feed, moon_text *error) {
    fake_engine *engine = context;
    (void)feed;
    for (int i = 0; i < engine->symbol_count; i++) {
        if (strcmp(engine->symbols[i], symbol) == 0) return i;
    }
    if (engine->symbol_count == 64) {
        set_text(error, "too many symbols for the fake engine");
        return -1;
    }
    snprintf(engine->symbols[engine->symbol_count], 64, "%s", symbol);
    return engine->symbol_count++;
}

static bool parameter(
    void *context, const moon_parameter *declared, moon_value *value, moon_text *error) {
    (void)context;
    (void)error;
    value->type = declared->value.type;
    value->integer = declared->value.integer;
    value->number = declared->value.number;
    moon_text_set(&value->text, declared->value.text.bytes, declared->value.text.count);
    return true;
}

static bool parameters_end(void *context, moon_text *error) {
    (void)context;
    (void)error;
    return true;
}

static bool module(
    void *context, const char *name, moon_text *source, moon_text *chunk, moon_text *error) {
    fake_engine *engine = context;
    char path[1024], file[256];
    snprintf(file, sizeof file, "%s.lua", name);
    snprintf(path, sizeof path, "%s/%s", engine->folder, file);
    size_t count;
    char *bytes = strchr(name, '/') ? NULL : read_file(path, &count);
    if (!bytes) {
        set_text(error, "there is no file");
        return false;
    }
    moon_text_set(source, bytes, count);
    set_text(chunk, file);
    free(bytes);
    return true;
}

static __int128 wide(moon_attos value) {
    return (__int128)((unsigned __int128)(uint64_t)value.high << 64 | value.low);
}

static moon_attos narrow(__int128 value) {
    return (moon_attos){(uint64_t)value, (int64_t)(value >> 64)};
}

static double nearest(moon_attos value) { return (double)wide(value) / 1e18; }

static bool shortest(double value, int direction, moon_attos *attos, moon_text *error) {
    (void)direction;
    if (!(fabs(value) < 1e19)) {
        set_text(error, "is too large");
        return false;
    }
    *attos = narrow((__int128)(value * 1e18));
    return true;
}

static bool parse(const char *bytes, size_t count, moon_attos *attos, moon_text *error) {
    char text[64], *end;
    snprintf(text, sizeof text, "%.*s", count < 63 ? (int)count : 63, bytes);
    double value = strtod(text, &end);
    bool isDecimal = count > 0 && !*end && strspn(text, "0123456789.-") == strlen(text);
    if (isDecimal) return shortest(value, 0, attos, error);
    set_text(error, "is no decimal");
    return false;
}

static int64_t now(void *context) {
    fake_engine *engine = context;
    while (engine->is_stuck) {
    }
    return engine->now;
}

static bool order(void *context, int64_t serial, moon_order *order) {
    (void)context;
    if (serial != 1) return false;
    order->instrument = 0;
    order->side = MOON_BUY;
    order->quantity = order->remaining = narrow((__int128)1000000000000000000);
    order->state = MOON_WORKING;
    static const char none[MOON_TAG_CAPACITY];
    order->tag = none;
    return true;
}

static void order_id(void *context, int64_t serial, moon_text *id) {
    (void)context;
    (void)serial;
    set_text(id, "fake-1");
}

static void order_reason(void *context, int64_t serial, moon_text *reason) {
    (void)context;
    (void)serial;
    set_text(reason, "");
}

static bool order_average(void *context, int64_t serial, moon_attos *price) {
    (void)context;
    (void)serial;
    (void)price;
    return false;
}

static void position(void *context, int32_t instrument, moon_position *position) {
    (void)context;
    (void)instrument;
    memset(position, 0, sizeof *position);
}

static bool top(void *context, int32_t instrument, moon_quote *quote) {
    (void)context;
    memset(quote, 0, sizeof *quote);
    quote->instrument = instrument;
    quote->has_bid = quote->has_ask = true;
    quote->bid = quote->ask = narrow((__int128)100 * 1000000000000000000);
    return true;
}

static bool book(void *context, int32_t instrument, int64_t *venue_time, int64_t *receive_time) {
    (void)instrument;
    *venue_time = *receive_time = ((fake_engine *)context)->now;
    return true;
}

static int32_t level_count(void *context, int32_t instrument, uint8_t side) {
    (void)context;
    (void)instrument;
    (void)side;
    return 3;
}

static bool level(
    void *context, int32_t instrument, uint8_t side, int32_t depth, moon_level *level) {
    (void)context;
    (void)instrument;
    (void)side;
    if (depth < 0 || depth > 2) return false;
    level->price = level->quantity = narrow((__int128)(depth + 1) * 1000000000000000000);
    return true;
}

static bool balance(void *context, const char *currency, moon_balance *balance, moon_text *error) {
    (void)context;
    if (strcmp(currency, "USDT") != 0) {
        set_text(error, "there is no such currency");
        return false;
    }
    balance->total = balance->available = narrow(0);
    return true;
}

static int64_t orders(
    void *context, int32_t instrument, const char *tag, int64_t *serials, int64_t capacity) {
    (void)context;
    (void)instrument;
    (void)tag;
    if (capacity > 0) serials[0] = 1;
    return 1;
}

static moon_permission permission(void *context, int32_t instrument) {
    (void)context;
    return instrument < 0 ? MOON_ACTIVE : MOON_REDUCING;
}

moon_calls fake_calls(fake_engine *engine) {
    return (moon_calls){
        .context = engine, .subscribe = subscribe, .parameter = parameter,
        .parameters_end = parameters_end, .module = module, .nearest = nearest,
        .shortest = shortest, .parse = parse, .now = now, .order = order,
        .order_id = order_id, .order_reason = order_reason, .order_average = order_average, .position = position, .top = top, .book = book, .level_count = level_count, .level = level, .balance = balance,
        .orders = orders, .permission = permission,
    };
}

void fake_attach(moon_host *host, const fake_engine *engine) {
    int32_t slots[64];
    for (int i = 0; i < engine->symbol_count; i++) slots[i] = i;
    moon_instrument *all =
        moon_attach(host, engine->symbol_count, slots, engine->symbol_count, "paper");
    moon_attos tick = {100000000000000000, 0};
    moon_scale scale = {.divisor = 1e18, .inverse = 1, .step = 1, .decimals = 18};
    for (int i = 0; i < engine->symbol_count; i++) {
        set_text(&all[i].symbol, engine->symbols[i]);
        set_text(&all[i].kind, "linear");
        set_text(&all[i].base, "BTC");
        set_text(&all[i].quote, "USDT");
        set_text(&all[i].settle, "USDT");
        all[i].price_scale = all[i].quantity_scale = scale;
        all[i].tick = all[i].lot = tick;
    }
}

moon_limits fake_limits(void) {
    return (moon_limits){
        .instructions = 300000, .memory = 64000000, .hard_limit = 60000000000, .intents = 1000,
        .log_lines = 1000, .plots = 1000, .timers = 1000, .coroutines = 1000,
        .intents_per_second = 10000, .log_lines_per_second = 5000, .plots_per_second = 10000,
        .timers_per_second = 10000, .subscriptions = 1000, .seed = 1,
    };
}

void close_host(moon_host *host) {
    long long uses = (long long)moon_stray_uses(host);
    moon_close(host);
    if (uses == 0) return;
    printf("a Lua state was used %lld times past its protected entry\n", uses);
    fflush(stdout);
    abort();
}
