// The shim without Swift, for the sanitizers and for what a test cannot do to itself:
//
//     shim attacks FILE…          runs each attack and 100 callbacks behind it
//     shim patterns SEED COUNT    compares our pattern functions with Lua's own
//     shim sources SEED COUNT F…  loads the files, cut and mixed
//     shim bytecode SEED COUNT    loads compiled and damaged chunks, which must be refused
//     shim programs FIRST COUNT … runs generated programs in several ways
//     shim program SEED           prints one, and the version that takes over
//     shim transcript SEED        prints what it shows
//     shim stuck                  a callback that never returns: ends with exit code 3
//
// Each prints what it did and ends with 0, or says what was wrong and ends with 1.
#include "main.h"

#include "campaign.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

uint64_t draw(uint64_t *state) {  // splitmix64
    uint64_t mixed = *state += 0x9e3779b97f4a7c15;
    mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111eb;
    return mixed ^ mixed >> 31;
}

static void set_text(moon_text *text, const char *value) {
    moon_text_set(text, value, strlen(value));
}

static int run_attack(const char *path) {
    size_t count;
    char *source = read_file(path, &count), folder[1024];
    if (!source) return printf("%s: cannot be read\n", path), 1;
    snprintf(folder, sizeof folder, "%s", path);
    char *slash = strrchr(folder, '/');
    if (slash) *slash = 0;
    fake_engine engine = {.folder = slash ? folder : "."};
    moon_host *host = moon_open(fake_limits(), fake_calls(&engine), NULL);
    bool isLoaded = host && moon_load(host, source, count, slash ? path + (slash - folder) + 1 : path);
    int calls = 0;
    if (isLoaded) {
        fake_attach(host, &engine);
        moon_events *events = moon_events_of(host);
        set_text(&events->text, "first");
        moon_call(host, MOON_ON_START);
        set_text(&events->text, "tick");
        events->quote = (moon_quote){.has_bid = true, .has_ask = true};
        for (; calls < 200; calls++) {
            engine.now += 1000000;
            moon_call(host, MOON_ON_QUOTE);
            moon_call(host, MOON_ON_TIMER);
            for (size_t i = 0; i < moon_request_count(host); i++) moon_request_at(host, i);
        }
        moon_state_text(host);
    }
    if (!host) return printf("%s: no host\n", path), 1;
    printf("%s: %s%s\n", path, isLoaded ? "ran" : "did not load",
           moon_is_broken(host) ? ", ended" : "");
    close_host(host);
    free(source);
    return 0;
}

// A mixture of the texts: cut, doubled, spliced, with bytes changed.
static size_t mix(uint64_t *state, char *out, size_t capacity, char **texts, size_t *counts, int n) {
    static const char *const words[] = {
        "function", "end", "local", "((", "))", "{", "}", "[[", "]]", "\"", "\\", "goto", "::", "<",
        "<close>", "<const>", "...", "0x", "1e", "--[==[", "return", "\n", "\0", "\xff", "//", "~=",
    };
    size_t at = 0;
    int pieces = 1 + (int)(draw(state) % 6);
    for (int i = 0; i < pieces; i++) {
        int from = (int)(draw(state) % (uint64_t)n);
        size_t start = counts[from] ? draw(state) % counts[from] : 0;
        size_t length = draw(state) % (counts[from] - start + 1) % 4000;
        if (at + length + 32 > capacity) break;
        memcpy(out + at, texts[from] + start, length);
        at += length;
        if (draw(state) % 2) {
            const char *word = words[draw(state) % (sizeof words / sizeof *words)];
            size_t size = *word ? strlen(word) : 1;
            memcpy(out + at, word, size);
            at += size;
        }
    }
    for (uint64_t changes = draw(state) % 8; at > 0 && changes > 0; changes--) {
        out[draw(state) % at] = (char)draw(state);
    }
    return at;
}

static int load_mixtures(uint64_t seed, int count, int n, char **paths) {
    char **texts = calloc((size_t)n, sizeof *texts), *out = malloc(1 << 16);
    size_t *counts = calloc((size_t)n, sizeof *counts);
    if (!texts || !counts || !out) return 1;
    for (int i = 0; i < n; i++) {
        texts[i] = read_file(paths[i], &counts[i]);
        if (!texts[i]) return printf("%s: cannot be read\n", paths[i]), 1;
    }
    uint64_t state = seed;
    int loaded = 0;
    for (int i = 0; i < count; i++) {
        size_t size = mix(&state, out, 1 << 16, texts, counts, n);
        fake_engine engine = {.folder = "/nowhere"};
        moon_host *host = moon_open(fake_limits(), fake_calls(&engine), NULL);
        if (!host) return printf("no host\n"), 1;
        if (moon_load(host, out, size, "mixture.lua")) loaded++;
        else if (!*moon_failure_of(host).message) return printf("a load failed without a word\n"), 1;
        close_host(host);
    }
    printf("sources: seed %llu, %d mixtures, %d loaded\n", (unsigned long long)seed, count, loaded);
    for (int i = 0; i < n; i++) free(texts[i]);
    free(texts);
    free(counts);
    free(out);
    return 0;
}

static int load_bytecode(uint64_t seed, int count) {
    uint64_t state = seed;
    char bytes[512];
    for (int i = 0; i < count; i++) {
        size_t size = make_bytecode(&state, bytes, sizeof bytes);
        fake_engine engine = {.folder = "/nowhere"};
        moon_host *host = moon_open(fake_limits(), fake_calls(&engine), NULL);
        if (!host) return printf("no host\n"), 1;
        bool isLoaded = moon_load(host, bytes, size, "chunk.lua");
        const char *message = moon_failure_of(host).message;
        if (isLoaded || !strstr(message, "attempt to load a binary chunk")) {
            return printf("bytecode %d was not refused: %s\n", i, message), 1;
        }
        if (moon_set_state(host, bytes, size)) return printf("state %d was not refused\n", i), 1;
        close_host(host);
    }
    printf("bytecode: seed %llu, %d chunks, all refused\n", (unsigned long long)seed, count);
    return 0;
}

static int get_stuck(void) {
    static const char source[] = "function on_timer() now() end";
    moon_limits limits = fake_limits();
    limits.hard_limit = 100000000;
    fake_engine engine = {.folder = "/nowhere"};
    moon_host *host = moon_open(limits, fake_calls(&engine), NULL);
    if (!host || !moon_load(host, source, sizeof source - 1, "stuck.lua")) return 1;
    fake_attach(host, &engine);
    engine.is_stuck = true;
    moon_call(host, MOON_ON_TIMER);
    return 1;
}

// ---- Generated programs -------------------------------------------------------------------------

// Reads words behind the numbers: without=a,b ways=again,gc seconds=n hashes minimise first
static settings read_settings(char **words, int count) {
    settings result = {.ways = 0};
    for (int i = 0; i < count; i++) {
        const char *word = words[i], *value = strchr(word, '=');
        value = value ? value + 1 : "";
        if (strncmp(word, "ways=", 5) == 0) result.ways = ways_named(value);
        if (strncmp(word, "seconds=", 8) == 0) result.seconds = atoi(value);
        if (strcmp(word, "hashes") == 0) result.prints_hashes = true;
        if (strcmp(word, "minimise") == 0) result.minimises = true;
        if (strcmp(word, "first") == 0) result.stops_at_first = true;
        if (strncmp(word, "without=", 8) != 0) continue;
        for (size_t length; (length = strcspn(value, ",")); value += length + (value[length] == ',')) {
            result.without |= feature_named(value, length);
        }
    }
    return result;
}

static int run_programs(char **words, int count) {
    settings settings = read_settings(words + 2, count - 2);
    return run_campaign(strtoull(words[0], NULL, 10), strtoull(words[1], NULL, 10), &settings);
}

static int print_program(char **words, int count) {
    static recipe recipe;
    recipe = (struct recipe){.seed = strtoull(words[0], NULL, 10), .version = 1};
    recipe.without = read_settings(words + 1, count - 1).without;
    for (; recipe.version <= 2; recipe.version++) {
        program made = make_program(&recipe);
        char features[80];
        printf("-- seed %s, version %d: %s\n", words[0], recipe.version,
               feature_words(made.features, features, sizeof features));
        fwrite(made.bytes, 1, made.count, stdout);
        free(made.bytes);
    }
    return 0;
}

static int print_transcript(char **words, int count) {
    static recipe recipe;
    recipe = (struct recipe){.seed = strtoull(words[0], NULL, 10), .version = 1};
    recipe.without = read_settings(words + 1, count - 1).without;
    outcome result = run_program(&recipe);
    fwrite(result.text, 1, result.count, stdout);
    free(result.text);
    return 0;
}

int main(int count, char **arguments) {
    const char *mode = count > 1 ? arguments[1] : "";
    if (strcmp(mode, "attacks") == 0) {
        int result = 0;
        for (int i = 2; i < count; i++) result |= run_attack(arguments[i]);
        return result;
    }
    if (strcmp(mode, "stuck") == 0) return get_stuck();
    if (strcmp(mode, "program") == 0 && count > 2) return print_program(arguments + 2, count - 2);
    if (strcmp(mode, "programs") == 0 && count > 3) return run_programs(arguments + 2, count - 2);
    if (strcmp(mode, "transcript") == 0 && count > 2) return print_transcript(arguments + 2, count - 2);
    if (count < 4) return fprintf(stderr, "shim: see main.c for the call\n"), 2;
    uint64_t seed = strtoull(arguments[2], NULL, 10);
    int rounds = atoi(arguments[3]);
    if (strcmp(mode, "patterns") == 0) return compare_patterns(seed, rounds);
    if (strcmp(mode, "mirrors") == 0) return compare_mirrors(seed, rounds);
    if (strcmp(mode, "bytecode") == 0) return load_bytecode(seed, rounds);
    if (strcmp(mode, "sources") == 0) return load_mixtures(seed, rounds, count - 4, arguments + 4);
    return fprintf(stderr, "shim: there is no mode `%s`\n", mode), 2;
}
