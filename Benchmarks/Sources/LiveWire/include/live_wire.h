// What the exchange and the lean client of the live benchmark share: text frames, HMAC, clocks.
// As little WebSocket as loopback needs: no TLS, no fragments, no extensions.
#pragma once
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum { FRAME_HEAD = 14, SIGNATURE_TEXT = 65 };

// Ends the program with errno's text unless `holds`.
void must(int holds, const char *what);

// Nanoseconds that never run backwards, and milliseconds since 1970.
int64_t monotonic_ns(void);
int64_t wall_ms(void);

// Sends all of it, however often that takes.
void send_all(int socket, const void *bytes, size_t count);

// Puts a text frame into `out`, which has FRAME_HEAD bytes to spare; returns its whole size.
size_t make_frame(uint8_t *out, int opcode, const char *text, size_t length, int is_masked);

typedef struct {
    uint8_t *payload;
    size_t length, size;
    int opcode;
} wire_frame;

// Reads the first frame of `count` bytes and takes its mask off; 0: it is not whole yet.
int read_frame(uint8_t *bytes, size_t count, wire_frame *frame);

// The HMAC-SHA256 of a text in hexadecimal digits, with an end mark.
void sign_text(const char *secret, const char *text, size_t length, char out[SIGNATURE_TEXT]);

// The CRC-32 of zlib, carried on.
uint32_t carry_crc(uint32_t crc, const void *bytes, size_t count);

// The answer to a client's key of a WebSocket handshake, with an end mark.
void accept_key(const char *key, size_t length, char out[32]);
