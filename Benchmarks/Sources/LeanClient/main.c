/* The least that trades at the exchange of PushToOrder: the unit of its ratios.
 *
 * Does for a push what a correct client must: reads every level with its text, keeps the book in
 * order, holds it against the venue's checksum, and calls on_book(bid, bid_qty, ask, ask_qty)
 * through lua_pcall; signs the order that it returns and sends it over a kept connection. No exact
 * decimals, limits, order states, timers or second market, and it believes that JSON is well formed.
 *
 * usage: LeanClient PORT STRATEGY.lua ACCESS_ID SECRET
 */
#define _GNU_SOURCE
#include "live_wire.h"
#include <arpa/inet.h>
#include <errno.h>
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LEVELS = 256, TEXT = 48, INPUT = 1 << 17 };

typedef struct {
    double price, size;
    // `price:size` as it came.
    char text[TEXT];
    int length;
} level;

typedef struct {
    level levels[LEVELS];
    int count;
} side;

static side bids, asks;
static const char *access_id, *secret;
static int feed, orders, open_orders;
static lua_State *lua;

static void refuse(const char *what) {
    fprintf(stderr, "LeanClient: %s\n", what);
    exit(1);
}

// MARK: The book

static const double powers[] = {1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10};

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

static void set_level(side *in, double price, double size, const char *row, int is_bid) {
    int place = 0, end = in->count;
    while (place < end) {
        int middle = (place + end) / 2;
        double there = in->levels[middle].price;
        if (is_bid ? there > price : there < price) {
            place = middle + 1;
        } else {
            end = middle;
        }
    }
    level *at = &in->levels[place];
    int is_there = place < in->count && at->price == price;
    size_t behind = (size_t)(in->count - place) * sizeof *at;
    if (size == 0) {
        if (!is_there) return;
        memmove(at, at + 1, behind - sizeof *at);
        in->count--;
        return;
    }
    if (!is_there) {
        if (in->count == LEVELS) refuse("more levels than a subscription has");
        memmove(at + 1, at, behind);
        in->count++;
    }
    at->price = price;
    at->size = size;
    at->length = 0;
    // ["price","size"]: the texts of both, with a colon between.
    for (const char *from = row + 2; *from != '"'; from++) at->text[at->length++] = *from;
    at->text[at->length++] = ':';
    const char *from = row + at->length + 4;
    while (*from != '"') {
        if (at->length == TEXT) refuse("a level with an absurdly long text");
        at->text[at->length++] = *from++;
    }
}

// [["price","size"],…] from its first bracket; returns what follows the last one.
static const char *read_levels(const char *at, side *into, int is_bid) {
    for (at++; *at == '['; at += *at == ',') {
        double price, size;
        const char *row = at;
        at = read_decimal(at + 1, &price);
        at = read_decimal(at + 1, &size) + 1;
        set_level(into, price, size, row, is_bid);
    }
    return at + 1;
}

static uint32_t checksum(void) {
    static char text[2 * LEVELS * (TEXT + 1)];
    size_t at = 0;
    for (int i = 0; i < 2; i++) {
        const side *of = i == 0 ? &bids : &asks;
        for (int j = 0; j < of->count; j++) {
            if (at > 0) text[at++] = ':';
            memcpy(text + at, of->levels[j].text, (size_t)of->levels[j].length);
            at += (size_t)of->levels[j].length;
        }
    }
    return carry_crc(0, text, at);
}

// Reads a push into the book; 0: it is something else.
static int read_push(const char *text, size_t length) {
    const char *at = text, *end = text + length;
    int found = 0;
    unsigned long told = 0;
    if (!memmem(text, length < 40 ? length : 40, "depth.update", 12)) return 0;
    while (at < end) {
        if (*at++ != '"') continue;
        const char *key = at;
        while (at < end && *at != '"') at++;
        size_t size = (size_t)(at++ - key);
        if (at >= end || *at++ != ':') continue;
        if (size == 7 && memcmp(key, "is_full", 7) == 0 && *at == 't') {
            bids.count = asks.count = 0;
        } else if (size == 4 && memcmp(key, "asks", 4) == 0) {
            at = read_levels(at, &asks, 0);
            found |= 1;
        } else if (size == 4 && memcmp(key, "bids", 4) == 0) {
            at = read_levels(at, &bids, 1);
            found |= 2;
        } else if (size == 8 && memcmp(key, "checksum", 8) == 0) {
            told = strtoul(at, NULL, 10);
            found |= 4;
        }
    }
    if (found != 7) refuse("a push that is not whole");
    if (checksum() != told) refuse("a wrong checksum");
    return 1;
}

// MARK: Orders

static int connect_to(int port) {
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int made = socket(AF_INET, SOCK_STREAM, 0), one = 1;
    must(connect(made, (struct sockaddr *)&address, sizeof address) == 0, "connect");
    setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    return made;
}

static void send_order(int socket, double quantity, double price) {
    static const char path[] = "/v2/futures/order";
    char body[512], text[1024], request[2048], sign[SIGNATURE_TEXT];
    int64_t now = wall_ms();
    int length = snprintf(
        body, sizeof body,
        "{\"market\":\"BTCUSDT\",\"market_type\":\"FUTURES\",\"side\":\"buy\",\"type\":\"ioc\","
        "\"amount\":\"%.8g\",\"price\":\"%.10g\",\"client_id\":\"lean-%d\"}",
        quantity, price, ++orders);
    int size = snprintf(text, sizeof text, "POST%s%s%ld", path, body, now);
    sign_text(secret, text, (size_t)size, sign);
    size = snprintf(
        request, sizeof request,
        "POST %s HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
        "X-COINEX-KEY: %s\r\nX-COINEX-SIGN: %s\r\nX-COINEX-TIMESTAMP: %ld\r\n"
        "Content-Length: %d\r\n\r\n%s",
        path, access_id, sign, now, length, body);
    send_all(socket, request, (size_t)size);
    open_orders++;
}

static void decide(int socket) {
    lua_pushvalue(lua, 1);
    lua_pushnumber(lua, bids.levels[0].price);
    lua_pushnumber(lua, bids.levels[0].size);
    lua_pushnumber(lua, asks.levels[0].price);
    lua_pushnumber(lua, asks.levels[0].size);
    if (lua_pcall(lua, 4, 2, 0)) refuse(lua_tostring(lua, -1));
    if (!lua_isnil(lua, -1)) send_order(socket, lua_tonumber(lua, -2), lua_tonumber(lua, -1));
    lua_settop(lua, 1);
}

// Reads replies that have come on the order connection; each ends its order.
static void read_replies(int socket) {
    static char input[INPUT];
    static size_t have;
    ssize_t got = recv(socket, input + have, sizeof input - 1 - have, MSG_DONTWAIT);
    if (got < 0 && errno == EAGAIN) return;
    if (got <= 0) exit(0);
    have += (size_t)got;
    input[have] = 0;
    for (;;) {
        char *end = strstr(input, "\r\n\r\n"), *length = strcasestr(input, "Content-Length: ");
        if (!end || !length) return;
        size_t size = (size_t)(end + 4 - input) + (size_t)atol(length + 16);
        if (have < size) return;
        if (!strstr(end, "\"code\":0")) refuse("an order was refused");
        open_orders--;
        have -= size;
        memmove(input, input + size, have + 1);
    }
}

// MARK: The socket

static void say(const char *text) {
    uint8_t out[1024 + FRAME_HEAD];
    send_all(feed, out, make_frame(out, 1, text, strlen(text), 1));
}

static void shake_hands(void) {
    static const char request[] =
        "GET /v2/futures HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\n"
        "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
        "Sec-WebSocket-Version: 13\r\n\r\n";
    char text[1024];
    size_t have = 0;
    send_all(feed, request, sizeof request - 1);
    do {
        must(have < sizeof text - 1 && recv(feed, text + have, 1, 0) == 1, "handshake");
        text[++have] = 0;
    } while (!strstr(text, "\r\n\r\n"));
}

static void subscribe(void) {
    char text[512], time[24], sign[SIGNATURE_TEXT];
    int length = snprintf(time, sizeof time, "%ld", wall_ms());
    sign_text(secret, time, (size_t)length, sign);
    snprintf(
        text, sizeof text,
        "{\"method\":\"server.sign\",\"params\":{\"access_id\":\"%s\",\"signed_str\":\"%s\","
        "\"timestamp\":%s},\"id\":1}",
        access_id, sign, time);
    say(text);
    say("{\"method\":\"order.subscribe\",\"params\":{\"market_list\":[]},\"id\":2}");
    say("{\"method\":\"depth.subscribe\",\"params\":{\"market_list\":"
        "[[\"BTCUSDT\",50,\"0\",false]]},\"id\":3}");
}

static void read_feed(int order_socket) {
    static uint8_t input[INPUT];
    static size_t have;
    ssize_t got = recv(feed, input + have, sizeof input - have, 0);
    if (got <= 0) exit(0);
    have += (size_t)got;
    wire_frame frame;
    size_t used = 0;
    while (read_frame(input + used, have - used, &frame)) {
        if (read_push((char *)frame.payload, frame.length)) decide(order_socket);
        used += frame.size;
    }
    have -= used;
    memmove(input, input + used, have);
}

int main(int argc, char **argv) {
    if (argc != 5) refuse("usage: LeanClient PORT STRATEGY.lua ACCESS_ID SECRET");
    access_id = argv[3];
    secret = argv[4];
    lua = luaL_newstate();
    luaL_openlibs(lua);
    if (luaL_dofile(lua, argv[2])) refuse(lua_tostring(lua, -1));
    lua_settop(lua, 0);
    lua_getglobal(lua, "on_book");
    int order_socket = connect_to(atoi(argv[1]));
    feed = connect_to(atoi(argv[1]));
    shake_hands();
    subscribe();
    for (;;) {
        read_feed(order_socket);
        // Nothing waits for a reply: the next push is soon enough.
        if (open_orders > 0) read_replies(order_socket);
    }
}
