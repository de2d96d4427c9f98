// How much a script may ask for within a second of engine time. What it asks for in one callback
// is limited where it is asked for.
//
// Log lines and plots beyond it are dropped, and a line a second says so: they are no reason to end
// a trade. Intents and timers beyond it fail the handler.
#include "moon_intents.h"

#include <stdio.h>

static const char *const names[MOON_ASKED_COUNT] = {"intents", "log lines", "plots", "timers"};

static int32_t most_of(const moon_host *host, moon_asked what) {
    switch (what) {
    case MOON_ASKED_INTENTS: return host->limits.intents_per_second;
    case MOON_ASKED_LOG_LINES: return host->limits.log_lines_per_second;
    case MOON_ASKED_PLOTS: return host->limits.plots_per_second;
    default: return host->limits.timers_per_second;
    }
}

bool moon_ask(moon_host *host, moon_asked what, int32_t count) {
    int64_t second = host->calls.now(host->calls.context) / 1000000000;
    if (second != host->second) {
        host->second = second;
        memset(host->asked, 0, sizeof host->asked);
    }
    int32_t most = most_of(host, what);
    if (host->asked[what] > most) return false;
    host->asked[what] = count > most - host->asked[what] ? most + 1 : host->asked[what] + count;
    return host->asked[what] <= most;
}

bool moon_ask_or_drop(moon_host *host, moon_asked what) {
    bool isFirst = host->asked[what] <= most_of(host, what);
    if (moon_ask(host, what, 1)) return true;
    host->dropped[what]++;
    isFirst |= host->asked[what] == 1;
    if (isFirst) {
        char text[160];
        int count = snprintf(
            text, sizeof text,
            "more than %d %s within a second (script.%s_per_second): the rest of them is dropped,"
            " %d so far", (int)most_of(host, what), names[what],
            what == MOON_ASKED_PLOTS ? "plots" : "log_lines", (int)host->dropped[what]);
        moon_log_text(host, 3, text, (size_t)count);
    }
    return false;
}
