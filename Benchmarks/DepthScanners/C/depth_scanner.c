#include "depth_scanner.h"
#include <string.h>

static const double powers[] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8, 1e9,
                                1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18};

// A decimal in quotes, from its first quote; returns what follows the last one.
static const char *read_decimal(const char *at, double *value) {
    uint64_t digits = 0;
    int decimals = 0, behind_point = 0;
    for (at++; *at != '"'; at++) {
        if (*at == '.') {
            behind_point = 1;
        } else {
            digits = digits * 10 + (uint64_t)(*at - '0');
            decimals += behind_point;
        }
    }
    *value = (double)digits / powers[decimals];
    return at + 1;
}

// [["price","size"],…] from its first bracket; returns what follows the last one, or NULL.
static const char *read_levels(const char *at, depth_level *levels, int *count) {
    *count = 0;
    for (at++; *at == '['; at += *at == ',') {
        if (*count == DEPTH_LEVELS) return NULL;
        depth_level *level = &levels[(*count)++];
        at = read_decimal(at + 1, &level->price);
        at = read_decimal(at + 1, &level->size) + 1;
    }
    return at + 1;
}

static const char *read_whole(const char *at, int64_t *value) {
    for (*value = 0; *at >= '0' && *at <= '9'; at++) *value = *value * 10 + (*at - '0');
    return at;
}

int depth_scan(const char *text, size_t length, depth_push *push) {
    const char *at = text, *end = text + length;
    int found = 0;
    int64_t checksum = 0;
    while (at != NULL && at < end) {
        if (*at++ != '"') continue;
        const char *key = at;
        while (at < end && *at != '"') at++;
        size_t size = (size_t)(at - key);
        at++;
        if (at >= end || *at != ':') continue;
        at++;
        if (size == 4 && memcmp(key, "asks", 4) == 0) {
            at = read_levels(at, push->asks, &push->ask_count);
            found |= 1;
        } else if (size == 4 && memcmp(key, "bids", 4) == 0) {
            at = read_levels(at, push->bids, &push->bid_count);
            found |= 2;
        } else if (size == 10 && memcmp(key, "updated_at", 10) == 0) {
            at = read_whole(at, &push->updated_at);
            found |= 4;
        } else if (size == 8 && memcmp(key, "checksum", 8) == 0) {
            at = read_whole(at, &checksum);
            found |= 8;
        }
    }
    push->checksum = (uint32_t)checksum;
    return at != NULL && found == 15;
}
