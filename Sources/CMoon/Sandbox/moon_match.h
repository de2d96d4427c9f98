// moon_match.h: the matcher; see moon_match.c.
#pragma once
#include "moon_host.h"

enum { MOON_MOST_CAPTURES = 32, MOON_OPEN_CAPTURE = -1, MOON_POSITION_CAPTURE = -2 };

typedef struct {
    lua_State *L;
    const char *subject, *end;
    const char *pattern, *pattern_end;
    int depth;
    int64_t steps;  // not charged yet
    int count;      // of captures
    struct {
        const char *start;
        ptrdiff_t length;  // or one of the two above
    } captures[MOON_MOST_CAPTURES];
} moon_match;

// The end of a match that begins at `s`; NULL: there is none. Raises an error for a pattern that is
// wrong, and where the callback's budget ends.
const char *moon_match_at(moon_match *m, const char *s);
// Pushes capture `number` from 0; the whole match where there are no captures. // stack: +1
void moon_push_capture(moon_match *m, int number, const char *start, const char *end);
// Pushes all captures; `start` NULL: none where the pattern has none. // stack: +result
int moon_push_captures(moon_match *m, const char *start, const char *end);
