// A script's state read, and mirrored, while the script goes on: held against the plain way, which
// stops for it. Two scripts change their states at random; one's is carried over to the other's.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "main.h"

static const char script[] =
    "subscribe('sim:BTC/USDT', 'trades')\n"
    "local seed = 1\n"
    "local function pick(n)\n"
    "  seed = (seed * 1103515245 + 12345) % 2147483648\n"
    "  return (seed >> 8) % n + 1\n"
    "end\n"
    "local function key()\n"
    "  local kind = pick(12)\n"
    "  if kind < 5 then return pick(40) end\n"
    "  if kind < 9 then return 'k' .. pick(30) end\n"
    "  if kind == 9 then return pick(8) + 0.5 end\n"
    "  if kind == 10 then return pick(2) == 1 end\n"
    "  if kind == 11 then return ('long'):rep(12) .. pick(5) end\n"
    "  return -pick(5)\n"
    "end\n"
    "local function value(depth)\n"
    "  local kind = pick(depth > 3 and 7 or 10)\n"
    "  if kind == 1 then return pick(1000) end\n"
    "  if kind == 2 then return pick(1000) / 7 end\n"
    "  if kind == 3 then return 't' .. pick(500) end\n"
    "  if kind == 4 then return ('\\xff\\0x'):rep(pick(30)) end\n"
    "  if kind == 5 then return pick(2) == 1 end\n"
    "  if kind == 6 then return 0 / 0 end\n"
    "  if kind == 7 then return math.mininteger + pick(3) end\n"
    "  local made = {}\n"
    "  for _ = 1, pick(5) - 1 do made[key()] = value(depth + 1) end\n"
    "  return made\n"
    "end\n"
    "local function place()\n"
    "  local at = state\n"
    "  for _ = 1, pick(4) - 1 do\n"
    "    local inner = rawget(at, key())\n"
    "    if type(inner) ~= 'table' then break end\n"
    "    at = inner\n"
    "  end\n"
    "  return at\n"
    "end\n"
    "state.list = {}\n"
    "local list = state.list\n"
    "local function change()\n"
    "  local kind, at = pick(9), place()\n"
    "  if kind < 4 then at[key()] = value(0)\n"
    "  elseif kind == 4 then at[key()] = nil\n"
    "  elseif kind == 5 then list[#list + 1] = { t = pick(1000), p = pick(100) / 3 }\n"
    "  elseif kind == 6 then list[pick(#list + 1)] = nil\n"
    "  elseif kind == 7 then local r = list[pick(#list + 1)] if r then r.p = (r.p or 0) + 1 end\n"
    "  elseif kind == 8 then local a, b = key(), key() at[a], at[b] = at[b], at[a]\n"
    "  else state.count = (state.count or 0) + 1 end\n"
    "end\n"
    "function on_timer(order)\n"
    "  local count, from = order:match('(%d+) (%d+)')\n"
    "  if count then\n"
    "    seed = tonumber(from)\n"
    "    for _ = 1, tonumber(count) do change() end\n"
    "  elseif order == 'fill' then\n"
    "    for i = 1, 20000 do list[#list + 1] = { t = i, p = i / 7 } end\n"
    "  elseif order == 'forget' then\n"
    "    for k in pairs(state) do if k ~= 'list' then state[k] = nil end end\n"
    "    for i = #list, 1, -1 do list[i] = nil end\n"
    "    state.list = list\n"
    "  elseif order == 'identity' then\n"
    "    if type(state.list) == 'table' and state.list ~= list then error('another list') end\n"
    "  end\n"
    "end\n";

static moon_host *open_script(fake_engine *engine) {
    moon_host *host = moon_open(fake_limits(), fake_calls(engine), NULL);
    if (!host || !moon_load(host, script, sizeof script - 1, "mirror.lua")) {
        printf("mirror.lua: %s\n", host ? moon_failure_of(host).message : "no host");
        exit(1);
    }
    return host;
}

static void tell(moon_host *host, const char *order) {
    moon_text_set(&moon_events_of(host)->text, order, strlen(order));
    if (moon_call(host, MOON_ON_TIMER) == MOON_FAILED) {
        printf("%s: %s\n", order, moon_failure_of(host).message);
        exit(1);
    }
}

static void change(moon_host *host, uint64_t *state, int most) {
    char order[64];
    int count = (int)(draw(state) % (uint64_t)(most + 1));
    snprintf(order, sizeof order, "%d %d", count, (int)(draw(state) % 1000000));
    tell(host, order);
}

static char *text_of(moon_host *host) {
    const char *text = moon_state_text(host);
    if (!text) {
        printf("a state cannot be written: %s\n", moon_failure_of(host).message);
        exit(1);
    }
    return strdup(text);
}

typedef struct {
    moon_mirror *mirror;
    moon_host *into;
    moon_text problem;
    bool is_made;
} making;

static void *arm(void *context) {
    moon_mirror_arm(((making *)context)->mirror);
    return NULL;
}

static void *make(void *context) {
    making *it = context;
    it->is_made = moon_mirror_make(it->mirror, it->into, "", 0, &it->problem);
    return NULL;
}

static int differ(uint64_t seed, int round, const char *what, const char *left, const char *right) {
    size_t at = 0;
    while (left[at] && left[at] == right[at]) at++;
    size_t from = at < 60 ? 0 : at - 60;
    printf("mirrors: seed %llu, round %d: %s differs at byte %zu:\n  %.160s\n  %.160s\n",
           (unsigned long long)seed, round, what, at, left + from, right + from);
    return 1;
}

static int compare_reading(
    moon_state_reading *reading, char *expected, uint64_t seed, int round, const char *what) {
    const char *text;
    size_t count;
    if (!moon_state_reading_text(reading, &text, &count)) return printf("%s\n", text), 1;
    int result = strcmp(text, expected) == 0 ? 0 : differ(seed, round, what, expected, text);
    moon_state_reading_close(reading);
    free(expected);
    return result;
}

static int read_while_changing(moon_host *host, uint64_t *state, uint64_t seed, int round) {
    moon_prepare_reading(host);
    for (int i = 0; i < 5; i++) change(host, state, 20);
    char *expected = text_of(host);
    moon_state_reading *reading = moon_read_state(host);
    if (!reading) return printf("mirrors: a state cannot be read\n"), 1;
    for (int i = 0; i < 20; i++) change(host, state, 20);
    return compare_reading(reading, expected, seed, round, "a reading");
}

// Whether both states are the same once a mirror is done, and so are the readings of them.
static int compare_done(
    moon_host *from, moon_host *into, moon_state_reading *readings[2], uint64_t *state,
    uint64_t seed, int round) {
    char *left = text_of(from), *right = text_of(into);
    if (strcmp(left, right) != 0) return differ(seed, round, "a mirror", left, right);
    for (int i = 0; i < 10; i++) change(from, state, 10), change(into, state, 10);
    if (compare_reading(readings[0], strdup(left), seed, round, "the first's reading")) {
        return 1;
    }
    if (readings[1]) {
        if (compare_reading(readings[1], right, seed, round, "the second's reading")) return 1;
    } else {
        free(right);
    }
    // The text alone gives the same.
    if (!moon_replace_state(into, left, strlen(left))) return 1;
    char *again = text_of(into);
    if (strcmp(left, again) != 0) return differ(seed, round, "a text", left, again);
    free(left);
    free(again);
    return 0;
}

int compare_mirrors(uint64_t seed, int rounds) {
    uint64_t state = seed;
    int done = 0, too_much = 0;
    for (int round = 0; round < rounds; round++) {
        fake_engine engines[2] = {{.folder = "/nowhere"}, {.folder = "/nowhere"}};
        moon_host *from = open_script(&engines[0]), *into = open_script(&engines[1]);
        if (draw(&state) % 4 == 0) tell(from, "fill");
        if (draw(&state) % 4 == 0) tell(into, "fill");
        change(from, &state, 300);
        change(into, &state, 300);
        for (int turn = 0; turn < 3; turn++) {
            making made = {.mirror = moon_mirror_prepare(from), .into = into};
            if (!made.mirror) return printf("mirrors: one cannot be begun\n"), 1;
            pthread_t thread;
            if (pthread_create(&thread, NULL, arm, &made) != 0) return 1;
            for (int i = 0; i < 5; i++) change(from, &state, 30);
            pthread_join(thread, NULL);
            change(from, &state, 30);
            moon_mirror_begin(made.mirror, from);
            if (pthread_create(&thread, NULL, make, &made) != 0) return 1;
            int most = draw(&state) % 8 == 0 ? 400 : 30;
            for (int i = 0; i < 10; i++) change(from, &state, most);
            if (draw(&state) % 8 == 0) tell(from, "forget");
            pthread_join(thread, NULL);
            if (!made.is_made) return printf("mirrors: %s\n", made.problem.bytes), 1;
            change(from, &state, most);
            change(into, &state, most);
            if (draw(&state) % 8 == 0) tell(into, "forget");
            moon_mirror_rearm(made.mirror);
            change(from, &state, 3);
            moon_state_reading *readings[2];
            moon_mirror_outcome outcome =
                moon_mirror_finish(made.mirror, from, into, readings, &made.problem);
            bool isDone = outcome == MOON_MIRROR_DONE;
            moon_mirror_close(made.mirror, isDone ? NULL : into);
            if (outcome == MOON_MIRROR_FAILED) return printf("%s\n", made.problem.bytes), 1;
            if (!isDone) {
                too_much++;
            } else {
                done++;
                if (compare_done(from, into, readings, &state, seed, round)) return 1;
            }
            free(made.problem.bytes);
            change(into, &state, 50);
        }
        if (read_while_changing(from, &state, seed, round)) return 1;
        close_host(into);
        close_host(from);
    }
    printf("mirrors: seed %llu, %d states carried over, %d had changed too much\n",
           (unsigned long long)seed, done, too_much);
    return 0;
}
