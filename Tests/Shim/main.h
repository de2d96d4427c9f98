#pragma once
#include "fake_engine.h"

uint64_t draw(uint64_t *state);

// Our find, match, gmatch and gsub against Lua's own on the same arguments.
int compare_patterns(uint64_t seed, int count);
// A compiled chunk, whole or damaged, that still begins as one; its size.
size_t make_bytecode(uint64_t *state, char *bytes, size_t capacity);

// States carried over while their scripts go on, against the plain way.
int compare_mirrors(uint64_t seed, int rounds);
