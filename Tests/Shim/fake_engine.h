// fake_engine.h: what the shim asks of Swift, answered without an engine.
#pragma once
#include "moon.h"

typedef struct {
    const char *folder;  // where required files lie
    char symbols[64][64];
    int symbol_count;
    int64_t now;
    bool is_stuck;  // whether now() never answers
} fake_engine;

moon_calls fake_calls(fake_engine *engine);
moon_limits fake_limits(void);
// Fills in the instruments of the symbols that were subscribed to, as an engine would.
void fake_attach(moon_host *host, const fake_engine *engine);

// A file's bytes, to be freed; NULL: it cannot be read.
char *read_file(const char *path, size_t *count);

// Closes a host; ends the process where its Lua state was used past the protected entry.
void close_host(moon_host *host);
