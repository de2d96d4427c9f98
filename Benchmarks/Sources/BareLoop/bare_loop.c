/* The least that runs a Lua strategy over recorded trades: the unit of all ratios.
 *
 * Maps an hftbacktest .npy, calls on_trade(side, price, qty, time, kind) through lua_pcall for each
 * trade, and fills the signed market quantity that it returns at once: at the touch where the file
 * has a book, else at the trade's price; taker fee 0.05 %. No exact decimals, no limits, no account.
 *
 * usage: BareLoop FILE.npy STRATEGY.lua
 * Prints one JSON line.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <lauxlib.h>
#include <lua.h>
#include <lualib.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

typedef struct {
    uint64_t ev;
    int64_t exch_ts, local_ts;
    double px, qty;
    uint64_t order_id;
    int64_t ival;
    double fval;
} row;

enum { DEPTH = 1, TRADE = 2, SNAPSHOT = 4 };
static const uint64_t BUYER = UINT64_C(1) << 29;

/* A book over the ticks between the lowest and the highest price of the snapshot. */
static double *bids, *asks;
static int64_t lowest, ticks, best_bid = -1, best_ask;

static double cash, fees, position, last_price;
static int64_t orders;

static int64_t tick_of(double price) { return (int64_t)(price * 10 + 0.5) - lowest; }
static double price_of(int64_t tick) { return (double)(tick + lowest) / 10; }

static void update_book(const row *r) {
    int64_t tick = tick_of(r->px);
    if (r->ev & BUYER) {
        bids[tick] = r->qty;
        if (r->qty > 0 && tick > best_bid) best_bid = tick;
        if (r->qty <= 0 && tick == best_bid) while (best_bid > 0 && bids[best_bid] <= 0) best_bid--;
    } else {
        asks[tick] = r->qty;
        if (r->qty > 0 && tick < best_ask) best_ask = tick;
        if (r->qty <= 0 && tick == best_ask) while (best_ask < ticks - 1 && asks[best_ask] <= 0) best_ask++;
    }
}

static void fill(double quantity) {
    double price = !bids ? last_price : price_of(quantity > 0 ? best_ask : best_bid);
    cash -= quantity * price;
    fees += fabs(quantity) * price * 0.0005;
    position += quantity;
    orders++;
}

static void open_book(const row *rows, size_t count) {
    if (!count || (rows[0].ev & 0xff) != SNAPSHOT) return;
    size_t n = 0;
    double low = rows[0].px, high = rows[0].px;
    for (; n < count && (rows[n].ev & 0xff) == SNAPSHOT; n++) {
        low = fmin(low, rows[n].px);
        high = fmax(high, rows[n].px);
    }
    lowest = (int64_t)(low * 10 + 0.5);
    ticks = (int64_t)(high * 10 + 0.5) - lowest + 1;
    bids = calloc((size_t)ticks, sizeof *bids);
    asks = calloc((size_t)ticks, sizeof *asks);
    best_ask = ticks;
}

static void fail(lua_State *L) {
    fprintf(stderr, "%s\n", lua_tostring(L, -1));
    exit(1);
}

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

int main(int argc, char **argv) {
    if (argc != 3) return fprintf(stderr, "usage: %s FILE.npy STRATEGY.lua\n", argv[0]), 2;
    int file = open(argv[1], O_RDONLY);
    struct stat info;
    if (file < 0 || fstat(file, &info)) return perror(argv[1]), 1;
    const unsigned char *bytes =
        mmap(NULL, (size_t)info.st_size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
    if (bytes == MAP_FAILED || memcmp(bytes, "\x93NUMPY", 6)) return fprintf(stderr, "not a .npy\n"), 1;
    size_t head = 10 + (size_t)bytes[8] + ((size_t)bytes[9] << 8);
    const row *rows = (const row *)(bytes + head);
    size_t count = ((size_t)info.st_size - head) / sizeof(row);
    open_book(rows, count);

    lua_State *L = luaL_newstate();
    luaL_openlibs(L);
    if (luaL_loadfile(L, argv[2]) || lua_pcall(L, 0, 0, 0)) fail(L);
    lua_getglobal(L, "on_trade");  // stack: on_trade

    double start = now();
    for (size_t i = 0; i < count; i++) {
        const row *r = &rows[i];
        if ((r->ev & 0xff) != TRADE) {
            update_book(r);
            continue;
        }
        last_price = r->px;
        lua_pushvalue(L, 1);
        lua_pushinteger(L, r->ev & BUYER ? 1 : -1);
        lua_pushnumber(L, r->px);
        lua_pushnumber(L, r->qty);
        lua_pushinteger(L, r->exch_ts);
        lua_pushinteger(L, (lua_Integer)(r->ev & 0xff));
        if (lua_pcall(L, 5, 1, 0)) fail(L);
        if (lua_type(L, -1) == LUA_TNUMBER) fill(lua_tonumber(L, -1));
        lua_settop(L, 1);  // stack: on_trade
    }
    double loop = now() - start;
    printf("{\"events\":%zu,\"loop_seconds\":%.6f,\"orders\":%lld,\"position\":%.3f,\"pnl\":%.6f}\n",
           count, loop, (long long)orders, position, cash + position * last_price - fees);
    return 0;
}
