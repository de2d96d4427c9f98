// An order book that changes from a seed, told as the venue's depth pushes.
#pragma once
#include <stddef.h>
#include <stdint.h>

enum { BOOK_LEVELS = 24, CHANGED_LEVELS = 16, PUSH_TEXT = 8192 };

typedef struct {
    int64_t cents;
    // In 10⁻⁸ of the base currency; 0: not there.
    int64_t size;
} book_level;

typedef struct {
    // Best first.
    book_level bids[BOOK_LEVELS], asks[BOOK_LEVELS];
    uint64_t random;
} moving_book;

void begin_book(moving_book *book, uint64_t seed);

// Changes 16 levels of each side; the best bid gets a size that no other push has when `is_signal`.
//
// Puts the push, or the whole book, into `text`; returns its length.
size_t move_book(moving_book *book, int is_signal, char text[PUSH_TEXT]);
size_t whole_book(const moving_book *book, char text[PUSH_TEXT]);

// The best bid as orders name it.
int64_t best_bid_cents(const moving_book *book);
