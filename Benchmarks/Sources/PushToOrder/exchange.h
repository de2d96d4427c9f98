// A venue on loopback for one client: enough of CoinEx's futures API to connect, agree and trade.
#pragma once
#include <stdint.h>

// Where the account's key comes from: both clients and the exchange know these two.
#define ACCESS_ID "benchmark-key"
#define SECRET "benchmark-secret-0123456789"

typedef struct {
    // Nanoseconds from a push to its order, one for each that was answered.
    int64_t *latencies;
    int answered, asked;
    // The client's processor time while pushes ran, in nanoseconds for each push.
    double cpu_per_push;
} run_result;

// Starts `command` on core 1, with {port} in its arguments replaced, and trades with it from core 0:
// `pushes` depth pushes, `rate` a second, of which every `spacing`th is to be answered by an order.
//
// Pushes before the first `warm_up` are not counted. Ends the program when the client fails.
run_result run_exchange(char **command, int pushes, int warm_up, double rate, int spacing);
