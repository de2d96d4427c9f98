// The least that can read a depth push: what the Swift scanner is measured against.
#pragma once
#include <stddef.h>
#include <stdint.h>

enum { DEPTH_LEVELS = 256 };

typedef struct {
    double price, size;
} depth_level;

typedef struct {
    depth_level asks[DEPTH_LEVELS], bids[DEPTH_LEVELS];
    int ask_count, bid_count;
    int64_t updated_at;
    uint32_t checksum;
} depth_push;

// The level at a place, asks before bids.
static inline depth_level depth_level_at(const depth_push *push, int at) {
    return at < push->ask_count ? push->asks[at] : push->bids[at - push->ask_count];
}

// Reads the levels, the time and the checksum; 0: it is no such message.
//
// It believes that the message is well formed: numbers are plain, no text has escapes, and what it
// does not look for may say anything.
int depth_scan(const char *text, size_t length, depth_push *push);
