// What a callback has asked for, as the host keeps it.
#pragma once
#include "moon.h"

typedef struct {
    moon_request_kind kind;
    int level;
    double number;
    int64_t nanoseconds;
    size_t text, count;  // where its text lies in the host's request text
    size_t intent;
} moon_stored_request;

// Where intents were built last: see line_of_building.
enum { MOON_BUILDING_PLACES = 16 };  // a power of two
typedef struct {
    const void *instruction;
    int line;
} moon_building;

// What a script may ask for only so often.
typedef enum {
    MOON_ASKED_INTENTS,
    MOON_ASKED_LOG_LINES,
    MOON_ASKED_PLOTS,
    MOON_ASKED_TIMERS,
    MOON_ASKED_COUNT
} moon_asked;
