// Values as they cross between Swift and the shim: decimals, texts, events, orders, instruments, parameters.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// An Int128 count of 10^-18.
typedef struct {
    uint64_t low;
    int64_t high;
} moon_attos;

// The decimals of a price or quantity: see DecimalScale in TradingModel.
typedef struct {
    double divisor;    // 10^decimals
    uint64_t inverse;  // of 5^(18 - decimals) modulo 2^64
    int64_t step;      // attos in one unit, 10^(18 - decimals)
    int32_t decimals;
} moon_scale;

// Bytes that the host owns; grown by moon_text_set, freed with the host. Zero-terminated.
typedef struct {
    char *bytes;
    size_t count;
    size_t capacity;
} moon_text;

// Copies `count` bytes into `text`; aborts when the process has no memory left.
void moon_text_set(moon_text *text, const char *bytes, size_t count);

// ---- What scripts see -------------------------------------------------------------------------

enum { MOON_NO_SIDE = 0, MOON_BUY = 1, MOON_SELL = 2 };

// Instruments are given by their place in the run's table. Times are nanoseconds since 1970.

// A trade as it lies in Swift's columns, where the shim reads it: see Trade in TradingModel.
typedef struct {
    int64_t instrument;
    int64_t venue_time;
    _Alignas(16) moon_attos price;
    moon_attos quantity;
    int64_t receive_time;
    uint64_t id;
    bool has_id;
    uint8_t side;  // of the taker, MOON_NO_SIDE where unknown
    double price_number;  // the double nearest to the price; NaN: it is not known yet
} moon_trade;

// The bytes at which its fields lie, in the order of their declaration.
enum { MOON_TRADE_FIELDS = 9 };
extern const int64_t moon_trade_offsets[MOON_TRADE_FIELDS];

// A change of depth as it lies there: see BookChange in TradingModel.
typedef struct {
    int64_t instrument;
    uint8_t kind, side;
    _Alignas(16) moon_attos price;
    moon_attos quantity;
    bool ends_message;
    int64_t venue_time, receive_time;
} moon_change;

enum { MOON_CHANGE_FIELDS = 8 };
extern const int64_t moon_change_offsets[MOON_CHANGE_FIELDS];

typedef struct {
    int32_t instrument;
    bool has_bid, has_ask;
    moon_attos bid, ask, bid_quantity, ask_quantity;
    int64_t venue_time, receive_time;
} moon_quote;

typedef struct {
    int32_t instrument;
    bool has_buy_volume, has_trades;
    moon_attos open, high, low, close, volume, buy_volume;
    int64_t trades, open_time, close_time;
    moon_text size;  // as subscribed: 1m
} moon_bar;

typedef struct {
    int32_t instrument;
    bool has_last, has_mark, has_index, has_volume;
    moon_attos last, mark, index, volume;
    int64_t venue_time, receive_time;
} moon_ticker;

typedef struct {
    int32_t instrument;
    bool has_mark;
    moon_attos rate, mark;
    int64_t venue_time, receive_time;
} moon_funding;

typedef struct {
    int32_t instrument;
    uint8_t side;
    bool is_maker;
    moon_attos price, quantity, fee;
    int64_t order, time;  // order: its serial
    moon_text id, fee_currency;
} moon_fill;

typedef struct {
    int32_t instrument;  // -1: all of the venue's
    int64_t time;
    moon_text venue, state, reason;
} moon_status;

// The event at hand, one place for each kind: Swift writes it, then calls moon_call. A trade is read
// where it lies.
typedef struct {
    const moon_trade *trade;
    moon_quote quote;
    moon_bar bar;
    moon_ticker ticker;
    moon_funding funding;
    moon_fill fill;
    moon_status status;
    int32_t book;      // the instrument whose book changed
    int32_t position;  // the instrument whose position changed
    int64_t order;     // the serial of the order that changed
    moon_text text;    // a timer's name, why the run starts or stops
    int64_t late;      // nanoseconds since the timer was due
    bool is_rehearsal, is_rollback;  // of a start
} moon_events;

enum {
    MOON_PENDING, MOON_WAITING, MOON_WORKING, MOON_AMENDING, MOON_CANCELLING, MOON_UNKNOWN,
    MOON_FILLED, MOON_CANCELLED, MOON_REJECTED, MOON_EXPIRED, MOON_STATE_COUNT
};

enum { MOON_TAG_CAPACITY = 64 };  // bytes of a tag, the zero included

typedef struct {
    int32_t instrument;
    uint8_t side;
    uint8_t tif;
    bool has_price, has_stop, is_post_only, is_reduce_only;
    moon_attos quantity, price, stop, filled, remaining;
    int64_t created, updated, version;
    uint8_t state;    // MOON_PENDING…
    const char *tag;  // its bytes and zeros behind them, MOON_TAG_CAPACITY in all, until the call returns
} moon_order;

typedef struct {
    bool has_average, has_unrealised;
    moon_attos quantity, average, realised, unrealised, fees, funding;
} moon_position;

typedef struct {
    moon_attos price, quantity;
} moon_level;

typedef struct {
    moon_attos total, available;
} moon_balance;

// An instrument as it stays for the run.
typedef struct {
    moon_text symbol, kind, base, quote, settle;
    moon_scale price_scale, quantity_scale;
    moon_attos tick, lot, min_quantity, min_notional, contract_size, maker_fee, taker_fee;
} moon_instrument;

// ---- Parameters -------------------------------------------------------------------------------

enum { MOON_INTEGER = 1, MOON_NUMBER, MOON_STRING, MOON_BOOLEAN };

typedef struct {
    int type;
    int64_t integer;  // a boolean is 0 or 1
    double number;
    moon_text text;
} moon_value;

// What params{} declares of one parameter.
typedef struct {
    moon_text name, help;
    moon_value value;  // the default
    bool has_minimum, has_maximum;
    double minimum, maximum;
    moon_value *choices;
    size_t choice_count;
} moon_parameter;
