// Many generated programs, each run in several ways that must show the same. They run in processes of
// their own, so that a crash is one finding more and not the end.
#include "campaign.h"

#include <alloca.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

// Ends the process after so many seconds of its processor time, busy as the machine may be; 0: never.
static void limit_time(int seconds) {
    struct itimerval time = {.it_value.tv_sec = seconds};
    setitimer(ITIMER_PROF, &time, NULL);
}

enum {
    LONGEST_PROGRAM = 60,  // seconds of one program in all ways: beyond it hangs
    MOST_FINDINGS = 200, MOST_SHOWN = 4,
    MINIMISING = 10,  // seconds for one finding
    FOUND_DIFFERENCE = 9,
};

// Set while a host is opened: see docs/testing.md.
static const struct {
    const char *name, *torture;
} ways[] = {{"plain", NULL}, {"again", NULL}, {"gc", "gc"}, {"poison", "poison"}, {"both", "gc,poison"}};
enum { PLAIN, AGAIN, WAYS = sizeof ways / sizeof *ways };

typedef struct {
    uint64_t seed;
    int way, status;  // status: as waitpid gives it, 0: a difference
    uint32_t features;
} finding;

// What the process that runs programs tells the one that watches it.
typedef struct {
    uint64_t seed;
    int way;
    uint32_t features;
    bool isDone;
    outcome total;
    int programs, compared, broken, by_feature[32];
    int finding_count;
    finding findings[MOST_FINDINGS];
} report;

static void add_totals(report *report, const outcome *one) {
    outcome *total = &report->total;
    report->programs++;
    report->broken += (one->features & IS_BROKEN) != 0;
    for (int i = 0; i < 32; i++) report->by_feature[i] += one->features >> i & 1;
    if (one->features & IS_BROKEN) return;
    total->loads += one->loads;
    total->loaded += one->loaded;
    total->calls += one->calls;
    total->answered += one->answered;
    total->failed += one->failed;
    total->states += one->states;
    total->saved += one->saved;
}

// A run whose frames lie elsewhere: Lua's seed comes from their addresses.
static __attribute__((noinline)) outcome run_deeper(const recipe *recipe, size_t depth) {
    volatile char *room = alloca(depth);
    room[0] = room[depth - 1] = 1;
    return run_program(recipe);
}

// At how many allocations there is a collection: a program of a few makes some ten thousand, one
// that is broken a million.
static void set_torture(const recipe *recipe, uint32_t features, int way) {
    static const char *const every[] = {"7", "41", "199"};
    const char *chosen = recipe->seed % 20 == 0 ? "1" : every[recipe->seed % 3];
    if (features & (IS_BROKEN | MEETS_LIMITS)) chosen = "20011";
    setenv("MOON_TORTURE_EVERY", chosen, 1);
    setenv("MOON_TORTURE", ways[way].torture, 1);
}

static outcome run_way(const recipe *recipe, int way, uint32_t features) {
    if (ways[way].torture) set_torture(recipe, features, way);
    outcome result = way == PLAIN ? run_program(recipe)
                                  : run_deeper(recipe, 64 + (recipe->seed * 272 + (uint64_t)way * 16) % 9000);
    unsetenv("MOON_TORTURE");
    return result;
}

static bool are_comparable(const outcome *plain, const outcome *other, int way) {
    // A limit of the budget is met where the watchdog looked, which is never the same.
    if (plain->features & MEETS_LIMITS || other->met_budget) return false;
    if (way == AGAIN) return true;
    return !(plain->features & SEES_WEAK) && !plain->met_memory_limit && !other->met_memory_limit;
}

// The line around `at`, with bytes that are no letters shown by number.
static void print_line(const char *name, const outcome *it, size_t at) {
    size_t begin = at < it->count ? at : it->count, end = begin;
    while (begin > 0 && it->text[begin - 1] != '\n') begin--;
    while (end < it->count && it->text[end] != '\n') end++;
    printf("  %s: ", name);
    for (size_t i = begin; i < end; i++) {
        unsigned char byte = (unsigned char)it->text[i];
        if (byte < 32 || byte > 126) printf("\\%d", byte);
        else putchar(byte);
    }
    putchar('\n');
}

static void show_difference(const outcome *plain, const outcome *other, const char *way) {
    size_t at = 0;
    while (at < plain->count && at < other->count && plain->text[at] == other->text[at]) at++;
    print_line("plain", plain, at);
    print_line(way, other, at);
}

unsigned ways_named(const char *words) {
    unsigned named = 0;
    for (int way = AGAIN; way < WAYS; way++) {
        if (strstr(words, ways[way].name)) named |= 1u << way;
    }
    return named;
}

// Runs the program in the ways that are asked for; the first that differs, 0: none does.
static int check_program(
    const recipe *recipe, const settings *settings, report *report, bool showsDifference) {
    int different = 0;
    report->way = PLAIN;
    outcome plain = run_way(recipe, PLAIN, 0);
    // One in ten thousand comes to it without meaning to, and the slower ways the longer.
    if (plain.met_budget) plain.features |= MEETS_LIMITS;
    report->features = plain.features;
    for (int way = AGAIN; way < WAYS && !different; way++) {
        if (!(settings->ways >> way & 1)) continue;
        report->way = way;
        outcome other = run_way(recipe, way, plain.features);
        report->compared++;
        if (are_comparable(&plain, &other, way) && plain.hash != other.hash) {
            different = way;
            if (showsDifference) show_difference(&plain, &other, ways[way].name);
        }
        free(other.text);
    }
    if (settings->prints_hashes) {
        char words[80];
        printf("%llu %016llx %s\n", (unsigned long long)recipe->seed, (unsigned long long)plain.hash,
               feature_words(plain.features, words, sizeof words));
        fflush(stdout);
    }
    add_totals(report, &plain);
    free(plain.text);
    return different;
}

static void add_finding(report *report, uint64_t seed, int way, int status) {
    if (report->finding_count == MOST_FINDINGS) return;
    report->findings[report->finding_count++] = (finding){seed, way, status, report->features};
}

// Runs programs up to `end`, in a process of its own; how that ended.
static int run_batch(const settings *settings, report *report, uint64_t end) {
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        static recipe recipe;
        for (; report->seed < end; report->seed++) {
            recipe = (struct recipe){.seed = report->seed, .version = 1, .without = settings->without};
            limit_time(LONGEST_PROGRAM);
            int way = check_program(&recipe, settings, report, false);
            if (!way) continue;
            add_finding(report, report->seed, way, 0);
            if (settings->stops_at_first) break;
        }
        report->isDone = true;
        exit(0);  // where the sanitizer looks for leaks
    }
    int status = 0;
    waitpid(child, &status, 0);
    return status;
}

// ---- Minimising ---------------------------------------------------------------------------------

// How the program ends: 0: well; FOUND_DIFFERENCE, or what the process ended with.
static int try_recipe(const recipe *recipe, const settings *settings, report *report, bool isShown) {
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        limit_time(LONGEST_PROGRAM);
        int nowhere = open("/dev/null", O_WRONLY);
        if (!isShown) {
            dup2(nowhere, 1);
            dup2(nowhere, 2);
        }
        exit(check_program(recipe, settings, report, isShown) ? FOUND_DIFFERENCE : 0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    return status;
}

static int count_statements(const recipe *recipe) {
    program made = make_program(recipe);
    free(made.bytes);
    return made.statements < MOST_STATEMENTS ? made.statements : MOST_STATEMENTS;
}

// Leaves out what is not needed: by halves, then one by one.
static void minimise(recipe *recipe, const settings *settings, report *report, int status) {
    int count = count_statements(recipe);
    time_t end = time(NULL) + MINIMISING;
    for (int width = count / 2 > 0 ? count / 2 : 1; width > 0; width /= 2) {
        for (int from = 0; from < count && time(NULL) < end; from += width) {
            struct recipe kept = *recipe;
            for (int i = from; i < from + width && i < count; i++) recipe->dropped[i] = 1;
            if (memcmp(&kept, recipe, sizeof kept) == 0) continue;
            int now = try_recipe(recipe, settings, report, false);
            if ((now == 0) || (WIFEXITED(status) && now != status)) *recipe = kept;
        }
    }
}

static const char *kind_of(int status) {
    static char text[64];
    if (status == 0) return "another result than plain";
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGPROF) return "hangs";
    if (WIFSIGNALED(status)) snprintf(text, sizeof text, "%s", strsignal(WTERMSIG(status)));
    else snprintf(text, sizeof text, "exit code %d", WEXITSTATUS(status));
    return text;
}

static void show_finding(const finding *found, const settings *settings, report *report) {
    static recipe recipe;
    recipe = (struct recipe){.seed = found->seed, .version = 1, .without = settings->without};
    struct settings narrow = *settings;
    narrow.prints_hashes = false;
    narrow.ways = 1u << found->way;
    int expected = found->status;
    if (expected == 0) expected = FOUND_DIFFERENCE << 8;
    if (!(WIFSIGNALED(expected) && WTERMSIG(expected) == SIGPROF)) {
        minimise(&recipe, &narrow, report, expected);
    }
    program made = make_program(&recipe);
    const char *begin = strstr(made.bytes, "local n1, n2");  // behind what all programs have
    printf("---- seed %llu (%s), minimised:\n%s", (unsigned long long)found->seed,
           ways[found->way].name, begin ? begin : made.bytes);
    free(made.bytes);
    try_recipe(&recipe, &narrow, report, true);
    printf("----\n");
}

// ---- The campaign -------------------------------------------------------------------------------

// Whether the programs are worth running: most load, and most calls end well.
static bool is_worthy(const report *report) {
    const outcome *total = &report->total;
    printf("programs: %d, of them %d broken on purpose; the others: %d of %d loads, %d of %d calls without an"
           " error, %d with an answer, %d of %d states\n", report->programs, report->broken,
           total->loaded, total->loads, total->calls - total->failed, total->calls, total->answered,
           total->saved, total->states);
    printf("with");
    char word[16];
    for (int i = 0; i < 6; i++) {
        printf(" %s %d", feature_words(1u << i, word, sizeof word), report->by_feature[i]);
    }
    printf("; %d comparisons\n", report->compared);
    bool isWorthy = total->loaded * 10 >= total->loads * 9
                    && (total->calls - total->failed) * 10 >= total->calls * 7;
    if (!isWorthy) printf("the generator's programs mostly fail: that is a defect of it\n");
    return isWorthy || report->programs < 20;
}

int run_campaign(uint64_t first, uint64_t count, const settings *settings) {
    report *report = mmap(
        NULL, sizeof *report, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (report == MAP_FAILED) return perror("shim"), 1;
    time_t end = time(NULL) + settings->seconds;
    report->seed = first;
    while (report->seed < first + count) {
        uint64_t batch = report->seed + 50 < first + count ? report->seed + 50 : first + count;
        report->isDone = false;
        int status = run_batch(settings, report, batch);
        if (status != 0) {
            uint64_t seed = report->isDone ? batch - 1 : report->seed;
            add_finding(report, seed, report->way, status);
            printf("seed %llu, %s: %s%s\n", (unsigned long long)seed, ways[report->way].name,
                   kind_of(status), report->isDone ? " at the end of 50 programs" : "");
            if (!report->isDone) report->seed++;
        }
        if (settings->seconds && time(NULL) >= end) break;
        if (settings->stops_at_first && report->finding_count) break;
    }
    bool isWorthy = settings->prints_hashes || is_worthy(report);
    int found = report->finding_count;
    for (int i = 0; i < found; i++) {
        char words[80];
        const finding *it = &report->findings[i];
        printf("found: seed %llu, %s: %s (%s)\n", (unsigned long long)it->seed, ways[it->way].name,
               kind_of(it->status), feature_words(it->features, words, sizeof words));
    }
    int shown = settings->minimises ? found < MOST_SHOWN ? found : MOST_SHOWN : 0;
    for (int i = 0; i < shown; i++) show_finding(&report->findings[i], settings, report);
    if (!settings->prints_hashes) {
        printf("programs: seeds %llu to %llu, %d findings\n", (unsigned long long)first,
               (unsigned long long)report->seed - 1, found);
    }
    return found || !isWorthy;
}
