// program.h: whole strategies made from a seed. Most are valid and get far; some are broken on purpose.
#pragma once
#include "main.h"

// What a program does that decides how its runs may be compared.
enum {
    HAS_HOLES = 1,        // asks how long a table with holes is
    SEES_WEAK = 2,        // shows what is left in weak tables, or how much memory is used
    MEETS_LIMITS = 4,     // comes to a limit of memory or the budget, or near it
    WALKS_WEAK = 8,       // walks weak tables and shows nothing of them
    IS_BROKEN = 16,       // damaged on purpose
    HAS_OBJECT_KEYS = 32,  // walks tables whose keys are objects
};

enum { MOST_STATEMENTS = 1024 };

// All that a program follows from.
typedef struct recipe {
    uint64_t seed;
    int version;       // 1, or 2 for the one that takes over
    uint32_t without;  // what it must not do
    uint8_t dropped[MOST_STATEMENTS];  // statements to leave out, by number
} recipe;

typedef struct {
    char *bytes;
    size_t count;
    uint32_t features;
    int statements;
} program;

// The program; `bytes` is to be freed.
program make_program(const recipe *recipe);
// The features as words with commas between, "plain" for none.
const char *feature_words(uint32_t features, char *out, size_t capacity);
// The feature that a word names, 0: none does.
uint32_t feature_named(const char *word, size_t count);

// ---- What the generator's files share -----------------------------------------------------------

typedef struct {
    const recipe *recipe;
    uint64_t random;
    char *bytes;
    size_t count, capacity;
    uint32_t features, without;
    int statements;  // begun so far
    int depth;       // of expressions and blocks
    int labels;
    const char *event;  // what the handler at hand was called with; NULL: no handler
} maker;

// A line of Lua with gaps to be filled in, and what it makes of the program.
typedef struct {
    uint32_t features;
    const char *text;
} phrase;

// What may be left out: a statement, a handler, an entry of a metatable.
typedef struct {
    int number;
    size_t start;
    uint32_t features;
} piece;

piece begin_piece(maker *it);
void end_piece(maker *it, piece begun);
uint64_t pick(maker *it, uint64_t count);  // from 0 to count - 1
void put(maker *it, const char *text);     // as it is
// Writes a text in which each `$x` is a gap: see program_phrases.c.
void say(maker *it, const char *text);
// A statement of any kind, or none when it is to be left out.
void put_statement(maker *it);
void put_statements(maker *it, int count);
// What the state begins with where no version came before.
void put_beginnings(maker *it, int count);
// The statement that ends a handler: what it returns.
void put_return(maker *it);
