// What the files of this folder share: where the fields of a view lie, and what kinds of views there are.
#pragma once
#include "moon_views.h"

// A view's number: of an order its serial; its index: of a quote or book the instrument, of others nothing.
static inline int64_t moon_view_number(uintptr_t view) { return (int64_t)(view >> MOON_INDEX_SHIFT); }
static inline int32_t moon_view_index(uintptr_t view) { return (uint16_t)(view >> MOON_INDEX_SHIFT); }

static inline const moon_instrument *moon_instrument_of(const moon_host *host, int32_t instrument) {
    return &host->instruments[instrument];
}

// The quote of the event, or one that was asked for in this callback; of a book its top.
static inline const moon_quote *moon_quote_of(moon_host *host, uintptr_t view) {
    int32_t index = moon_view_index(view);
    if (index == 0) return &host->events.quote;
    if (host->top_generation != host->generation || host->top_instrument != index - 1) {
        // What another quote or book had at hand is no longer there.
        host->at_hand[MOON_VIEW_QUOTE].view = host->at_hand[MOON_VIEW_BOOK].view = 0;
        host->top.instrument = index - 1;
        host->calls.top(host->calls.context, index - 1, &host->top);
        host->top_generation = host->generation;
        host->top_instrument = index - 1;
    }
    return &host->top;
}

// Pushes a field that lies at its place. False: it lies elsewhere. // stack: +1 when true
bool moon_push_place(
    lua_State *L, moon_host *host, const void *it, int32_t instrument, moon_view kind,
    moon_field field);
// Pushes a tag, and keeps it for those that ask for the same next. // stack: +1
void moon_push_tag(lua_State *L, moon_host *host, const char *tag);

// Pushes the field of a view, or returns false. // stack: +1 when true
typedef bool moon_push_field(lua_State *L, moon_host *host, uintptr_t view, moon_field field);

typedef struct {
    const char *name, *article;
    moon_push_field *push;
    const uint8_t fields[20];  // in the order of tostring; ended by F_none
} moon_kind;
extern const moon_kind moon_kinds[MOON_VIEW_COUNT];

// Whether views of the kind can be read after their callback.
static inline bool moon_is_live(moon_view kind) { return kind >= MOON_VIEW_ORDER; }
