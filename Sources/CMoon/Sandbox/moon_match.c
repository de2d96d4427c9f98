// The matcher behind find, match, gmatch and gsub: Lua 5.4's pattern language, by a matcher that
// spends steps.
//
// Backtracking takes time that grows as a power of the subject, or doubles with each letter, and
// Lua's own does all of it within one instruction. This one charges its steps to the callback's
// instructions while it works, so a pattern that explodes meets the same limit as an endless loop.
#include "moon_match.h"
#include "moon_calls.h"

enum {
    ESCAPE = '%',
    DEEPEST = 200,    // nested tries: more would be a risk for the C stack
    STEPS_AT_ONCE = 1024,
};

static inline void spend(moon_match *m, size_t steps) {
    m->steps += (int64_t)steps;
    if (m->steps < STEPS_AT_ONCE) return;
    moon_charge(m->L, m->steps);
    m->steps = 0;
}

// ---- One character ------------------------------------------------------------------------------

enum {
    ALPHA = 1, DIGIT = 2, LOWER = 4, UPPER = 8, SPACE = 16, CONTROL = 32, PUNCT = 64, HEX = 128,
    ZERO = 256,
};

// The kinds of an ASCII character; others have none, whatever the locale.
static int kinds_of(unsigned char c) {
    if (c >= 'a' && c <= 'z') return ALPHA | LOWER | (c <= 'f' ? HEX : 0);
    if (c >= 'A' && c <= 'Z') return ALPHA | UPPER | (c <= 'F' ? HEX : 0);
    if (c >= '0' && c <= '9') return DIGIT | HEX;
    if (c == ' ') return SPACE;
    if (c >= '\t' && c <= '\r') return SPACE | CONTROL;
    if (c == 0) return CONTROL | ZERO;
    if (c < 32 || c == 127) return CONTROL;
    return c < 127 ? PUNCT : 0;
}

// The kinds that a class letter (in lower case) stands for; 0: it is no class.
static int kinds_of_class(int letter) {
    switch (letter) {
    case 'a': return ALPHA;
    case 'c': return CONTROL;
    case 'd': return DIGIT;
    case 'g': return ALPHA | DIGIT | PUNCT;
    case 'l': return LOWER;
    case 'p': return PUNCT;
    case 's': return SPACE;
    case 'u': return UPPER;
    case 'w': return ALPHA | DIGIT;
    case 'x': return HEX;
    case 'z': return ZERO;
    default: return 0;
    }
}

// Whether `c` is what %letter means.
static bool in_class(unsigned char c, unsigned char letter) {
    bool isUpper = letter >= 'A' && letter <= 'Z';
    int wanted = kinds_of_class(isUpper ? letter + ('a' - 'A') : letter);
    if (wanted == 0) return letter == c;
    return ((kinds_of(c) & wanted) != 0) != isUpper;
}

// Whether `c` is in the set that begins with `[` at `set` and whose `]` is at `last`.
static bool in_set(moon_match *m, unsigned char c, const char *set, const char *last) {
    spend(m, (size_t)(last - set) / 4);
    const char *at = set + 1;
    bool isMember = true;
    if (*at == '^') {
        isMember = false;
        at++;
    }
    while (at < last) {
        if (*at == ESCAPE) {
            if (in_class(c, (unsigned char)at[1])) return isMember;
            at += 2;
        } else if (at[1] == '-' && at + 2 < last) {
            if ((unsigned char)at[0] <= c && c <= (unsigned char)at[2]) return isMember;
            at += 3;
        } else {
            if ((unsigned char)*at == c) return isMember;
            at++;
        }
    }
    return !isMember;
}

// Where the single-character item at `at` ends.
static const char *item_end(moon_match *m, const char *at) {
    if (*at == ESCAPE) {
        if (at + 1 == m->pattern_end) luaL_error(m->L, "malformed pattern (ends with '%%')");
        return at + 2;
    }
    if (*at != '[') return at + 1;
    const char *set = at++;
    if (*at == '^') at++;
    do {  // a `]` in the first place is one of the set
        if (at == m->pattern_end) luaL_error(m->L, "malformed pattern (missing ']')");
        if (*at++ == ESCAPE && at < m->pattern_end) at++;
    } while (*at != ']');
    spend(m, (size_t)(at - set) / 4);
    return at + 1;
}

// Whether the subject has the item from `item` to `end` at `s`.
static bool is_single(moon_match *m, const char *s, const char *item, const char *end) {
    if (s >= m->end) return false;
    unsigned char c = (unsigned char)*s;
    switch (*item) {
    case '.': return true;
    case ESCAPE: return in_class(c, (unsigned char)item[1]);
    case '[': return in_set(m, c, item, end - 1);
    default: return (unsigned char)*item == c;
    }
}

// ---- The rest of the pattern --------------------------------------------------------------------

static const char *match_here(moon_match *m, const char *s, const char *p);

// As match_here, a level deeper.
static const char *match_rest(moon_match *m, const char *s, const char *p) {
    if (++m->depth > DEEPEST) luaL_error(m->L, "pattern too complex");
    const char *end = match_here(m, s, p);
    m->depth--;
    return end;
}

// item* and item+: as many as there are, then one less, and again.
static const char *match_most(moon_match *m, const char *s, const char *item, const char *end) {
    const char *last = s;
    while (is_single(m, last, item, end)) {
        spend(m, 1);
        last++;
    }
    for (;; last--) {
        const char *found = match_rest(m, last, end + 1);
        if (found || last == s) return found;
    }
}

// item-: none, then one more, and again.
static const char *match_fewest(moon_match *m, const char *s, const char *item, const char *end) {
    for (;; s++) {
        const char *found = match_rest(m, s, end + 1);
        if (found) return found;
        if (!is_single(m, s, item, end)) return NULL;
    }
}

// %bxy: from an x to the y that balances it. Its end, or NULL.
static const char *match_balanced(moon_match *m, const char *s, const char *p) {
    if (m->pattern_end - p < 4) {
        luaL_error(m->L, "malformed pattern (missing arguments to '%%b')");
    }
    char opening = p[2], closing = p[3];
    if (s >= m->end || *s != opening) return NULL;
    size_t open = 1;
    for (const char *at = s + 1; at < m->end; at++) {
        spend(m, 1);
        if (*at == closing) {
            if (--open == 0) return at + 1;
        } else if (*at == opening) {
            open++;
        }
    }
    return NULL;
}

// %f[set] stands where the set begins to hold; the subject lies between two zeros.
static bool is_frontier(moon_match *m, const char *s, const char *set, const char *end) {
    unsigned char before = s == m->subject ? 0 : (unsigned char)s[-1];
    unsigned char here = s < m->end ? (unsigned char)*s : 0;
    return !in_set(m, before, set, end - 1) && in_set(m, here, set, end - 1);
}

// %1: the text of a capture once more. Its end, or NULL.
static const char *match_again(moon_match *m, const char *s, char digit) {
    int number = digit - '1';
    if (number < 0 || number >= m->count || m->captures[number].length == MOON_OPEN_CAPTURE) {
        luaL_error(m->L, "invalid capture index %%%d", number + 1);
    }
    ptrdiff_t length = m->captures[number].length;
    if (length < 0 || m->end - s < length) return NULL;  // a position has no text
    spend(m, (size_t)length / 8);
    return memcmp(m->captures[number].start, s, (size_t)length) == 0 ? s + length : NULL;
}

// `(`: opens a capture, which closes again when the rest does not match.
static const char *match_opening(moon_match *m, const char *s, const char *p) {
    if (m->count >= MOON_MOST_CAPTURES) luaL_error(m->L, "too many captures");
    bool isPosition = p[1] == ')';
    m->captures[m->count].start = s;
    m->captures[m->count].length = isPosition ? MOON_POSITION_CAPTURE : MOON_OPEN_CAPTURE;
    m->count++;
    const char *found = match_rest(m, s, p + (isPosition ? 2 : 1));
    if (!found) m->count--;
    return found;
}

// `)`: closes the innermost open capture.
static const char *match_closing(moon_match *m, const char *s, const char *p) {
    int number = m->count - 1;
    while (number >= 0 && m->captures[number].length != MOON_OPEN_CAPTURE) number--;
    if (number < 0) luaL_error(m->L, "invalid pattern capture");
    m->captures[number].length = s - m->captures[number].start;
    const char *found = match_rest(m, s, p + 1);
    if (!found) m->captures[number].length = MOON_OPEN_CAPTURE;
    return found;
}

typedef enum { GOES_ON, FAILED, ENDED } progress;

// Takes the single-character item at `*p` with what follows it. ENDED: `*s` is the match's end.
static progress match_item(moon_match *m, const char **s, const char **p) {
    const char *end = item_end(m, *p);
    char suffix = end < m->pattern_end ? *end : 0;
    switch (suffix) {
    case '*': *s = match_most(m, *s, *p, end); break;
    case '-': *s = match_fewest(m, *s, *p, end); break;
    case '+':
        if (!is_single(m, *s, *p, end)) return FAILED;
        *s = match_most(m, *s + 1, *p, end);
        break;
    case '?': {
        const char *with = is_single(m, *s, *p, end) ? match_rest(m, *s + 1, end + 1) : NULL;
        if (!with) {
            *p = end + 1;
            return GOES_ON;
        }
        *s = with;
        break;
    }
    default:
        if (!is_single(m, *s, *p, end)) return FAILED;
        ++*s;
        *p = end;
        return GOES_ON;
    }
    return *s ? ENDED : FAILED;
}

// The same for an item that begins with `%`.
static progress match_escape(moon_match *m, const char **s, const char **p) {
    char letter = *p + 1 < m->pattern_end ? (*p)[1] : 0;
    if (letter == 'b') {
        *s = match_balanced(m, *s, *p);
        *p += 4;
    } else if (letter == 'f') {
        const char *set = *p + 2;
        if (*set != '[') luaL_error(m->L, "missing '[' after '%%f' in pattern");
        *p = item_end(m, set);
        if (!is_frontier(m, *s, set, *p)) return FAILED;
    } else if (letter >= '0' && letter <= '9') {
        *s = match_again(m, *s, letter);
        *p += 2;
    } else {
        return match_item(m, s, p);
    }
    return *s ? GOES_ON : FAILED;
}

// The end of the match of the pattern from `p` on at `s`; NULL: there is none.
static const char *match_here(moon_match *m, const char *s, const char *p) {
    while (p < m->pattern_end) {
        spend(m, 1);
        progress result;
        switch (*p) {
        case '(': return match_opening(m, s, p);
        case ')': return match_closing(m, s, p);
        case '$':
            if (p + 1 == m->pattern_end) return s == m->end ? s : NULL;
            result = match_item(m, &s, &p);
            break;
        case ESCAPE: result = match_escape(m, &s, &p); break;
        default: result = match_item(m, &s, &p);
        }
        if (result == FAILED) return NULL;
        if (result == ENDED) return s;
    }
    return s;
}

const char *moon_match_at(moon_match *m, const char *s) {
    m->count = 0;
    m->depth = 0;
    spend(m, 1);
    return match_rest(m, s, m->pattern);
}

// ---- Captures -----------------------------------------------------------------------------------

void moon_push_capture(moon_match *m, int number, const char *start, const char *end) {
    if (number >= m->count) {
        if (number != 0) luaL_error(m->L, "invalid capture index %%%d", number + 1);
        lua_pushlstring(m->L, start, (size_t)(end - start));
        return;
    }
    ptrdiff_t length = m->captures[number].length;
    const char *text = m->captures[number].start;
    if (length == MOON_OPEN_CAPTURE) luaL_error(m->L, "unfinished capture");
    if (length == MOON_POSITION_CAPTURE) {
        lua_pushinteger(m->L, (lua_Integer)(text - m->subject) + 1);
    } else {
        lua_pushlstring(m->L, text, (size_t)length);
    }
}

int moon_push_captures(moon_match *m, const char *start, const char *end) {
    int count = m->count == 0 && start ? 1 : m->count;
    luaL_checkstack(m->L, count, "too many captures");
    for (int i = 0; i < count; i++) moon_push_capture(m, i, start, end);
    return count;
}
