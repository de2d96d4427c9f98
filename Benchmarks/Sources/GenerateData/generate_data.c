/* Writes seeded market data for the benchmarks: trades, and trades with a level-2 book.
 *
 * One instrument near 50,000, tick 0.1, lot 0.001. The middle walks at random; a step of n ticks
 * deletes n best levels on one side and makes n on the other, and without a step one of the five
 * best levels changes its size. Trades happen at the touch. Half of the rows are trades.
 *
 * usage: GenerateData TRADES BASE   writes BASE_trades.npy and BASE_all.npy
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
    uint64_t ev;
    int64_t exch_ts, local_ts;
    double px, qty;
    uint64_t order_id;
    int64_t ival;
    double fval;
} row;

enum { DEPTH = 1, TRADE = 2, SNAPSHOT = 4 };
static const uint64_t BOTH_CLOCKS = UINT64_C(3) << 30, BUYER = UINT64_C(1) << 29, SELLER = UINT64_C(1) << 28;

static uint64_t seed = 20240101;
static uint64_t next(void) { /* SplitMix64 */
    uint64_t z = seed += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ z >> 30) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ z >> 27) * UINT64_C(0x94D049BB133111EB);
    return z ^ z >> 31;
}
static double uniform(void) { return (double)(next() >> 11) * 0x1p-53; }
static double normal(void) {
    return sqrt(-2 * log(1 - uniform())) * cos(2 * 3.14159265358979323846 * uniform());
}
static double lots(double median, double sigma, int64_t least) {
    int64_t n = (int64_t)rint(exp(log(median) + sigma * normal()) * 1000);
    return (double)(n < least ? least : n) / 1000;
}

static FILE *create(const char *base, const char *end, uint64_t count) {
    char path[4096];
    snprintf(path, sizeof path, "%s%s", base, end);
    FILE *file = fopen(path, "wb");
    if (!file) { perror(path); exit(1); }
    char header[256];
    memset(header, ' ', sizeof header);
    memcpy(header, "\x93NUMPY\x01\x00\xf6\x00", 10);  // 246 bytes follow
    int n = snprintf(header + 10, 246,
        "{'descr': [('ev','<u8'),('exch_ts','<i8'),('local_ts','<i8'),('px','<f8'),('qty','<f8'),"
        "('order_id','<u8'),('ival','<i8'),('fval','<f8')], 'fortran_order': False, 'shape': (%llu,), }",
        (unsigned long long)count);
    header[10 + n] = ' ';
    header[255] = '\n';
    fwrite(header, 1, sizeof header, file);
    return file;
}

static void put(FILE *file, uint64_t ev, int64_t time, int64_t tick, double qty) {
    row r = {.ev = ev | BOTH_CLOCKS, .exch_ts = time, .local_ts = time, .px = (double)tick / 10, .qty = qty};
    fwrite(&r, sizeof r, 1, file);
}

int main(int argc, char **argv) {
    int64_t count = argc == 3 ? atoll(argv[1]) : 0;
    if (count < 1) return fprintf(stderr, "usage: %s TRADES BASE\n", argv[0]), 2;
    enum { DEEP = 20000 };  // ticks on either side that the snapshot covers
    FILE *trades = create(argv[2], "_trades.npy", (uint64_t)count);
    FILE *all = create(argv[2], "_all.npy", (uint64_t)(2 * DEEP + 2 * count));
    int64_t bid = 500000, time = INT64_C(1700000000000000000);
    for (int64_t t = bid - DEEP + 1; t <= bid + DEEP; t++)
        put(all, SNAPSHOT | (t <= bid ? BUYER : SELLER), time, t, lots(0.5, 1, 50));
    int64_t pending = 0;  // ticks still to walk, up positive; each is a deletion, then an insertion
    int inserts = 0;
    for (int64_t made = 0, updates = 0; made < count || updates < count;) {
        time += 1000 * (1 + (int64_t)rint(-2000 * log(1 - uniform())));
        // Spread over what is left, so that both kinds end together: a price that no longer moved
        // would make the averages cross at every second trade.
        uint64_t left = (uint64_t)(count - made), updates_left = (uint64_t)(count - updates);
        int wants_trade = next() % (left + updates_left) < left;
        if (wants_trade && !inserts) {
            int buys = (int)(next() & 1);
            uint64_t ev = TRADE | (buys ? BUYER : SELLER);
            double qty = lots(0.02, 1.2, 1);
            put(trades, ev, time, buys ? bid + 1 : bid, qty);
            put(all, ev, time, buys ? bid + 1 : bid, qty);
            made++;
            continue;
        }
        if (updates == count) { inserts = 0; continue; }
        updates++;
        if (inserts) {  // the second half of a step: the new best level
            put(all, DEPTH | (pending > 0 ? BUYER : SELLER), time, pending > 0 ? bid : bid + 1, lots(0.5, 1, 50));
            inserts = 0;
            pending -= pending > 0 ? 1 : -1;
            continue;
        }
        if (!pending) pending = (int64_t)rint(0.8 * normal());
        if (bid + pending > 500000 + DEEP - 50 || bid + pending < 500000 - DEEP + 50) pending = 0;
        if (pending && updates < count) {
            put(all, DEPTH | (pending > 0 ? SELLER : BUYER), time, pending > 0 ? bid + 1 : bid, 0);
            bid += pending > 0 ? 1 : -1;
            inserts = 1;
            continue;
        }
        int64_t level = (int64_t)(uniform() * uniform() * 5);
        int buys = (int)(next() & 1);
        put(all, DEPTH | (buys ? BUYER : SELLER), time, buys ? bid - level : bid + 1 + level, lots(0.5, 1, 50));
    }
    return fclose(trades) || fclose(all);
}
