#include "book.h"
#include "live_wire.h"
#include <stdio.h>
#include <string.h>

static const int64_t UNIT = 100000000;

static int64_t below(moving_book *book, int64_t count) {
    book->random = book->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (int64_t)((book->random >> 33) % (uint64_t)count);
}

void begin_book(moving_book *book, uint64_t seed) {
    book->random = seed;
    int64_t bid = 6100000, ask = 6100050;
    for (int i = 0; i < BOOK_LEVELS; i++) {
        book->bids[i] = (book_level){bid, 1 + below(book, 4 * UNIT)};
        book->asks[i] = (book_level){ask, 1 + below(book, 4 * UNIT)};
        bid -= 50 * (1 + below(book, 8));
        ask += 50 * (1 + below(book, 8));
    }
}

int64_t best_bid_cents(const moving_book *book) { return book->bids[0].cents; }

static size_t print_price(char *out, const book_level *level) {
    return (size_t)sprintf(out, "%ld.%02ld", level->cents / 100, level->cents % 100);
}

static size_t print_size(char *out, const book_level *level) {
    if (level->size == 0) return (size_t)sprintf(out, "0");
    return (size_t)sprintf(out, "%ld.%08ld", level->size / UNIT, level->size % UNIT);
}

static size_t print_side(char *out, const char *name, const book_level *side, const char *told) {
    size_t at = (size_t)sprintf(out, "\"%s\":[", name);
    for (int i = 0; i < BOOK_LEVELS; i++) {
        if (!told[i]) continue;
        if (out[at - 1] == ']') out[at++] = ',';
        at += (size_t)sprintf(out + at, "[\"");
        at += print_price(out + at, &side[i]);
        at += (size_t)sprintf(out + at, "\",\"");
        at += print_size(out + at, &side[i]);
        at += (size_t)sprintf(out + at, "\"]");
    }
    at += (size_t)sprintf(out + at, "]");
    return at;
}

// Over `price:size` of all levels, bids first, with colons between.
static uint32_t checksum(const moving_book *book) {
    char text[2 * BOOK_LEVELS * 48];
    size_t at = 0;
    for (int side = 0; side < 2; side++) {
        const book_level *levels = side == 0 ? book->bids : book->asks;
        for (int i = 0; i < BOOK_LEVELS; i++) {
            if (levels[i].size == 0) continue;
            if (at > 0) text[at++] = ':';
            at += print_price(text + at, &levels[i]);
            text[at++] = ':';
            at += print_size(text + at, &levels[i]);
        }
    }
    return carry_crc(0, text, at);
}

static size_t print_push(
    const moving_book *book, int is_full, const char *bids, const char *asks, char *text) {
    size_t at = (size_t)sprintf(
        text,
        "{\"method\":\"depth.update\",\"data\":{\"market\":\"BTCUSDT\",\"is_full\":%s,\"depth\":{",
        is_full ? "true" : "false");
    at += print_side(text + at, "asks", book->asks, asks);
    text[at++] = ',';
    at += print_side(text + at, "bids", book->bids, bids);
    at += (size_t)sprintf(
        text + at,
        ",\"last\":\"61000.00\",\"updated_at\":%ld,\"checksum\":%u}},\"id\":null}", wall_ms(),
        checksum(book));
    return at;
}

// Sixteen of a side: the best, and others that lie side by side.
static void change_side(moving_book *book, book_level *side, char *told) {
    memset(told, 0, BOOK_LEVELS);
    int first = (int)below(book, BOOK_LEVELS - 1);
    told[0] = 1;
    side[0].size = 1 + below(book, 4 * UNIT);
    for (int i = 0; i < CHANGED_LEVELS - 1; i++) {
        int at = 1 + (first + i) % (BOOK_LEVELS - 1);
        int is_gone = side[at].size > 0 && below(book, 8) == 0;
        told[at] = 1;
        side[at].size = is_gone ? 0 : 1 + below(book, 4 * UNIT);
    }
}

size_t move_book(moving_book *book, int is_signal, char text[PUSH_TEXT]) {
    char bids[BOOK_LEVELS], asks[BOOK_LEVELS];
    change_side(book, book->bids, bids);
    change_side(book, book->asks, asks);
    if (is_signal) book->bids[0].size = 100 * UNIT;
    return print_push(book, 0, bids, asks, text);
}

size_t whole_book(const moving_book *book, char text[PUSH_TEXT]) {
    char bids[BOOK_LEVELS], asks[BOOK_LEVELS];
    for (int i = 0; i < BOOK_LEVELS; i++) {
        bids[i] = book->bids[i].size > 0;
        asks[i] = book->asks[i].size > 0;
    }
    return print_push(book, 1, bids, asks, text);
}
