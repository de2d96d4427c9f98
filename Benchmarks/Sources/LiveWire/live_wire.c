#include "live_wire.h"
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <zlib.h>

void must(int holds, const char *what) {
    if (holds) return;
    perror(what);
    exit(1);
}

int64_t monotonic_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

int64_t wall_ms(void) {
    struct timespec time;
    clock_gettime(CLOCK_REALTIME, &time);
    return time.tv_sec * 1000LL + time.tv_nsec / 1000000;
}

void send_all(int socket, const void *bytes, size_t count) {
    const char *at = bytes;
    while (count > 0) {
        ssize_t sent = send(socket, at, count, MSG_NOSIGNAL);
        must(sent > 0, "send");
        at += sent;
        count -= (size_t)sent;
    }
}

size_t make_frame(uint8_t *out, int opcode, const char *text, size_t length, int is_masked) {
    static const uint8_t mask[4] = {0x35, 0x9a, 0x6c, 0xd1};
    size_t at = 2;
    out[0] = (uint8_t)(0x80 | opcode);
    out[1] = (uint8_t)((is_masked ? 0x80 : 0) | (length < 126 ? length : 126));
    must(length < 65536, "a frame of 64 KB or more");
    if (length >= 126) {
        out[at++] = (uint8_t)(length >> 8);
        out[at++] = (uint8_t)length;
    }
    if (!is_masked) {
        memcpy(out + at, text, length);
        return at + length;
    }
    memcpy(out + at, mask, 4);
    at += 4;
    for (size_t i = 0; i < length; i++) out[at + i] = (uint8_t)text[i] ^ mask[i & 3];
    return at + length;
}

int read_frame(uint8_t *bytes, size_t count, wire_frame *frame) {
    if (count < 2) return 0;
    size_t head = 2, length = bytes[1] & 0x7f;
    if (length == 126) {
        if (count < 4) return 0;
        length = (size_t)bytes[2] << 8 | bytes[3];
        head = 4;
    }
    must(length != 127, "a frame of 64 KB or more");
    const uint8_t *mask = bytes[1] & 0x80 ? bytes + head : NULL;
    if (mask) head += 4;
    if (count < head + length) return 0;
    if (mask) {
        for (size_t i = 0; i < length; i++) bytes[head + i] ^= mask[i & 3];
    }
    *frame = (wire_frame){bytes + head, length, head + length, bytes[0] & 0x0f};
    return 1;
}

void sign_text(const char *secret, const char *text, size_t length, char out[SIGNATURE_TEXT]) {
    static const char digits[] = "0123456789abcdef";
    uint8_t code[EVP_MAX_MD_SIZE];
    unsigned size = 0;
    HMAC(EVP_sha256(), secret, (int)strlen(secret), (const uint8_t *)text, length, code, &size);
    for (unsigned i = 0; i < size; i++) {
        out[2 * i] = digits[code[i] >> 4];
        out[2 * i + 1] = digits[code[i] & 15];
    }
    out[2 * size] = 0;
}

uint32_t carry_crc(uint32_t crc, const void *bytes, size_t count) {
    return (uint32_t)crc32(crc, bytes, (uInt)count);
}

void accept_key(const char *key, size_t length, char out[32]) {
    static const char salt[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    uint8_t text[128], hash[SHA_DIGEST_LENGTH];
    must(length + sizeof salt <= sizeof text, "a WebSocket key of that length");
    memcpy(text, key, length);
    memcpy(text + length, salt, sizeof salt - 1);
    SHA1(text, length + sizeof salt - 1, hash);
    EVP_EncodeBlock((uint8_t *)out, hash, SHA_DIGEST_LENGTH);
}
