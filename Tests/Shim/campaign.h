// campaign.h: many generated programs against each other.
#pragma once
#include "run.h"

typedef struct settings {
    uint32_t without;  // features that programs must not have
    unsigned ways;     // bits: 1 again in this process, 2 with collections, 3 with
                       // poisoned memory, 4 with both
    int seconds;       // after which no program is begun any more, 0: all are run
    bool prints_hashes, minimises, stops_at_first;
} settings;

// Runs `count` programs from `first` on. 0: nothing was found.
int run_campaign(uint64_t first, uint64_t count, const settings *settings);
// The ways that a text such as "again,gc" names.
unsigned ways_named(const char *words);
