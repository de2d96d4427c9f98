// One script's Lua state: made, loaded, called, closed.
#include "moon_calls.h"
#include "moon_data.h"
#include "moon_follow.h"
#include "moon_sandbox.h"

#include <stdio.h>
#include <stdlib.h>

const char moon_api_key, moon_env_key, moon_assigned_key, moon_state_key, moon_loaded_key,
    moon_symbols_key, moon_identity_key, moon_frozen_key, moon_string_key;

enum {
    LONGEST_FAILURE = 4096,   // bytes of an error's text; the rest is cut off
    STRING_SEED = 0x6d6f6f6e,  // of Lua's hash: any would do
    // Slots of the main stack that are always there: so deep a call makes no difference to what Lua
    // allocates, whatever the watchdog's hook needs on top.
    PINNED_SLOTS = 500,
};

void moon_text_add(moon_text *text, const char *bytes, size_t count) {
    size_t total = text->count + count;
    if (total + 1 > text->capacity) {
        text->capacity = total + 1 > 64 ? (total + 1) * 2 : 64;
        text->bytes = realloc(text->bytes, text->capacity);
        if (!text->bytes) abort();
    }
    if (count > 0) memcpy(text->bytes + text->count, bytes, count);
    text->bytes[total] = 0;
    text->count = total;
}

void moon_text_set(moon_text *text, const char *bytes, size_t count) {
    text->count = 0;
    moon_text_add(text, bytes, count);
}

// ---- Memory -------------------------------------------------------------------------------------

static void *allocate(void *context, void *block, size_t old, size_t new);

// A block was refused: what that costs, and where it was asked for.
static void refuse(moon_host *host) {
    moon_charge_refusal(host);
    lua_Debug ar;  // only reads: the state is whole wherever Lua allocates
    host->memory_line = host->current ? moon_script_line(host->current, &ar) : 0;
    if (host->memory_line) memcpy(host->memory_file, ar.short_src, LUA_IDSIZE);
}

// Gives the state the same seed on every run, in place of one of Lua's from addresses and the clock.
// Called when Lua has made the state, and no text yet. False: the library is another one.
static bool set_seed(moon_host *host, char *state) {
    // lua_newstate's one block: extra space, then lua_State, in which global_State is pointed to.
    char *global = *(char **)(state + LUA_EXTRASPACE + 24);
    bool isInside = global > state && global < state + 4096;
    if (!isInside || *(lua_Alloc *)global != allocate || *(void **)(global + 8) != host) return false;
    // Behind the string table and the registry lies the nil value, which is the integer 0 while the
    // state is being built; then the seed.
    if (global[64 + 8] != LUA_TNIL || global[80 + 8] != LUA_TNUMBER) return false;
    memcpy(global + 96, &(unsigned){STRING_SEED}, sizeof(unsigned));
    return true;
}

#ifdef MOON_TORTURE
// With MOON_TORTURE=gc every n-th block is refused at first, which makes Lua collect all garbage.
static bool is_refused_for_torture(moon_host *host, size_t before, size_t new) {
    if (host->is_opening || host->refused_every == 0 || new <= before) return false;
    host->is_refused = !host->is_refused && host->blocks % host->refused_every == 0;
    return host->is_refused;
}

static void begin_torture(moon_host *host) {
    const char *how = getenv("MOON_TORTURE"), *every = getenv("MOON_TORTURE_EVERY");
    if (how && strstr(how, "poison")) moon_heap_torture(host->heap);
    if (how && strstr(how, "gc")) host->refused_every = every ? atoll(every) : 1;
}
#else
static bool is_refused_for_torture(moon_host *host, size_t before, size_t new) {
    (void)host, (void)before, (void)new;
    return false;
}

static void begin_torture(moon_host *host) { (void)host; }
#endif

static __attribute__((noinline)) void *resize(moon_host *host, void *block, size_t old, size_t new) {
    size_t before = block ? old : 0;
    if (new > before && host->memory - before + new > host->memory_limit) {
        refuse(host);
        return NULL;
    }
    if (host->is_armed) moon_charge_memory(host, new);
    if (++host->blocks == 2 && !set_seed(host, host->state)) return NULL;
    if (!host->is_opening && !atomic_load_explicit(&host->running, memory_order_relaxed)) {
        host->stray_uses++;
    }
    if (is_refused_for_torture(host, before, new)) return NULL;
    void *result = block ? moon_heap_resize(host->heap, block, old, new)
                         : moon_heap_take(host->heap, new, old != 0);
    if (!result) refuse(host);
    else host->memory = host->memory - before + new;
    if (host->blocks == 1) host->state = result;
    return result;
}

// Lua's allocator, with a cap: beyond it Lua collects garbage, then raises a memory error. What the
// host itself keeps (requests, messages) is not Lua's, so errors can be told when the script has
// used all it may.
static void *allocate(void *context, void *block, size_t old, size_t new) {
    moon_host *host = context;
    if (new > 0) return resize(host, block, old, new);
    if (!block) return NULL;
    host->memory -= old;
    moon_heap_free(host->heap, block, old);
    return NULL;
}

int64_t moon_stray_uses(moon_host *host) { return host->stray_uses; }

// Called by Lua for an error outside a protected call: ours are all inside.
static int panic(lua_State *L) {  // never returns
    fprintf(stderr, "moonrunner: unprotected Lua error: %s\n", lua_tostring(L, -1));
    abort();
}

// ---- Failures -----------------------------------------------------------------------------------

static void set_failure(moon_host *host, const char *text, const char *file, int line) {
    moon_text_set(&host->failure, text, strlen(text));
    moon_text_set(&host->failure_file, file, line ? strlen(file) : 0);
    host->failure_line = line;
}

// Ends the strategy: from now on no handler of it is called.
static void end_strategy(moon_host *host) {
    if (host->is_saving && !host->is_dead) return;
    host->is_broken = true;
    memset(host->handler, 0, sizeof host->handler);
}

bool moon_is_broken(moon_host *host) { return host->is_broken; }

// Takes the error value on top into the host's failure. // stack: error →
void moon_record_failure(moon_host *host, int status) {
    lua_State *L = host->L;
    if (host->is_dead) {
        set_failure(host, host->breach.bytes, host->breach_file, host->breach_line);
        moon_text_set(&host->breach, "", 0);
        end_strategy(host);
        return;
    }
    if (host->breach.count > 0) {
        set_failure(host, host->breach.bytes, host->breach_file, host->breach_line);
        moon_text_set(&host->breach, "", 0);
        end_strategy(host);
    } else if (status == LUA_ERRMEM) {
        char text[160];
        snprintf(
            text, sizeof text,
            "used more than the %lld MB of memory that a script may have (script.memory)",
            (long long)(host->limits.memory / 1000000));
        set_failure(host, text, host->memory_file, host->memory_line);
        end_strategy(host);
    } else if (lua_type(L, -1) == LUA_TSTRING) {  // anything else was no text to the handler either
        size_t count;
        const char *text = lua_tolstring(L, -1, &count);
        moon_text_set(&host->failure, text, count < LONGEST_FAILURE ? count : LONGEST_FAILURE);
    } else {
        static const char text[] = "an error while handling an error";
        moon_text_set(&host->failure, text, sizeof text - 1);
    }
    lua_pop(L, 1);
}

void moon_forget_failure(moon_host *host) {
    moon_text_set(&host->failure, "", 0);
    moon_text_set(&host->failure_file, "", 0);
    host->failure_line = 0;
}

moon_failure moon_failure_of(moon_host *host) {
    return (moon_failure){
        host->failure.bytes, host->failure.count, host->failure_file.bytes, host->failure_line};
}

// ---- Opening and closing ------------------------------------------------------------------------

static int open_protected(lua_State *L) {  // raises: memory
    moon_open_sandbox(L);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moon_state_key);
    moon_of(L)->state_table = lua_topointer(L, -1);
    return 0;
}

moon_host *moon_open(moon_limits limits, moon_calls calls, const char *names) {
    moon_host *host = calloc(1, sizeof *host);
    if (!host) return NULL;
    host->limits = limits;
    moon_set_calls(host, calls);
    host->memory_limit = (size_t)limits.memory;
    host->is_loading = true;
    moon_forget_failure(host);
    host->shows_all_names = !names;
    moon_text_set(&host->names, names ? names : "", names ? strlen(names) : 0);
    moon_text_set(&host->missing_names, "", 0);
    moon_text_set(&host->hidden_names, "", 0);
    host->is_opening = true;
    host->heap = moon_heap_open(host->memory_limit);
    if (host->heap) begin_torture(host);
    lua_State *L = host->heap ? lua_newstate(allocate, host) : NULL;
    if (!L) {
        if (host->heap) moon_heap_close(host->heap);
        free(host->failure.bytes);
        free(host->failure_file.bytes);
        free(host->names.bytes);
        free(host->missing_names.bytes);
        free(host->hidden_names.bytes);
        free(host);
        return NULL;
    }
    host->L = host->current = L;
    *(moon_host **)lua_getextraspace(L) = host;
    lua_atpanic(L, panic);
    lua_pushcfunction(L, moon_message_handler);  // stack: message handler
    moon_watch(host);
    lua_pushcfunction(L, open_protected);
    if (!lua_checkstack(L, PINNED_SLOTS) || moon_run(host, 0, 0) != LUA_OK) {
        moon_close(host);
        return NULL;
    }
    host->is_opening = false;
    return host;
}

static void free_text(moon_text *text) { free(text->bytes); }

static void free_instruments(moon_host *host) {
    for (int32_t i = 0; i < host->instrument_count; i++) {
        moon_instrument *it = &host->instruments[i];
        free_text(&it->symbol);
        free_text(&it->kind);
        free_text(&it->base);
        free_text(&it->quote);
        free_text(&it->settle);
    }
    free(host->instruments);
}

static void free_slots(moon_host *host) {
    for (int32_t i = 0; i < host->slot_count; i++) free_text(&host->slot_names[i]);
    free(host->slot_names);
    free(host->slots);
}

void moon_close(moon_host *host) {
    moon_unwatch(host);
    moon_wait_for_readers(host);
    moon_heap_close(host->heap);  // nothing in it needs to be released one by one
    free_instruments(host);
    free_slots(host);
    moon_close_following(host);
    moon_events *events = &host->events;
    moon_text *texts[] = {
        &events->bar.size,      &events->fill.id,       &events->fill.fee_currency,
        &events->status.venue,  &events->status.state,  &events->status.reason,
        &events->text,          &host->answer,          &host->failure,
        &host->failure_file,
        &host->mode,            &host->value.text,      &host->breach,
        &host->tests.value,     &host->tests.answer,    &host->names,
        &host->missing_names,   &host->hidden_names,    &host->kept_states[0],
        &host->kept_states[1],
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) free_text(texts[i]);
    free(host->requests);
    free(host->intents);
    free(host->request_text);
    free(host);
}

moon_events *moon_events_of(moon_host *host) { return &host->events; }

// ---- Loading ------------------------------------------------------------------------------------

typedef struct {
    const char *bytes;
    size_t count;
    const char *chunk;
} source_text;

// stack: source text →
static int load_protected(lua_State *L) {  // raises: mistakes, calls
    const source_text *source = lua_touserdata(L, 1);
    lua_pushfstring(L, "@%s", source->chunk);
    int status = luaL_loadbufferx(L, source->bytes, source->count, lua_tostring(L, -1), "t");
    if (status != LUA_OK) return lua_error(L);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moon_env_key);  // stack: …, chunk, environment
    lua_setupvalue(L, -2, 1);                          // stack: …, chunk
    lua_call(L, 0, 0);
    return 0;
}

bool moon_load(moon_host *host, const char *source, size_t count, const char *chunk) {
    lua_State *L = host->L;
    moon_forget_failure(host);
    moon_clear_requests(host);
    host->generation++;
    snprintf(host->chunk, sizeof host->chunk, "%s", chunk);
    source_text text = {source, count, chunk};
    bool isLoaded = moon_run_function(host, load_protected, &text) == LUA_OK;
    if (isLoaded) {
        lua_pushcfunction(L, moon_find_handlers);
        isLoaded = moon_run(host, 0, LUA_MULTRET) == LUA_OK;
    }
    host->is_loading = false;
    if (!isLoaded) return false;
    host->bottom = lua_gettop(L);
    return true;
}

// ---- Instruments --------------------------------------------------------------------------------

moon_instrument *moon_attach(
    moon_host *host, int32_t count, const int32_t *slots, int32_t slot_count, const char *mode) {
    free_instruments(host);
    host->instruments = calloc((size_t)count + 1, sizeof *host->instruments);
    if (!host->instruments) abort();
    host->instrument_count = count;
    for (int32_t i = 0; i < slot_count && i < host->slot_count; i++) host->slots[i] = slots[i];
    moon_text_set(&host->mode, mode, strlen(mode));
    host->is_attached = true;
    moon_attach_following(host);
    return host->instruments;
}
