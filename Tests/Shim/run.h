// run.h: the life of a host with a generated program, as text.
#pragma once
#include "program.h"

typedef struct {
    char *text;  // one line for each thing that was shown; to be freed
    size_t count, capacity;
    uint64_t hash;  // of the text
    uint32_t features;  // of all programs that were loaded
    bool met_memory_limit, met_budget;
    int loads, loaded, broken_loads, calls, answered, failed, states, saved;
} outcome;

// Loads and calls the program as its seed says: from the same recipe the same text, whatever the
// machine does.
outcome run_program(const recipe *recipe);
// The same for a script of one's own: loaded, started, called.
outcome run_source(const char *source, size_t count, const char *folder);
