/* The time from a depth push to the order that answers it, of two clients in turn.
 *
 * Each round starts an exchange on loopback for the one client and then for the other, and takes
 * the time from before a push is sent until its order has been read whole.
 *
 * usage: PushToOrder ROUNDS PUSHES RATE SPACING --a COMMAND… [--b COMMAND…]
 * {port} in a command is replaced. With one command alone its figures are printed.
 */
#include "exchange.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ROUNDS = 99, WARM_UP = 500 };

typedef struct {
    double p50[MOST_ROUNDS], p99[MOST_ROUNDS], cpu[MOST_ROUNDS];
    int orders, asked;
} measured;

static int by_number(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static int by_time(const void *a, const void *b) {
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static double median(const double *values, int count) {
    double sorted[MOST_ROUNDS];
    memcpy(sorted, values, (size_t)count * sizeof *values);
    qsort(sorted, (size_t)count, sizeof *sorted, by_number);
    return sorted[count / 2];
}

static void run(
    measured *into, int round, char **command, int pushes, double rate, int spacing) {
    run_result result = run_exchange(command, pushes, WARM_UP, rate, spacing);
    if (result.answered == 0) {
        fprintf(stderr, "PushToOrder: no order came\n");
        exit(1);
    }
    qsort(result.latencies, (size_t)result.answered, sizeof(int64_t), by_time);
    into->p50[round] = (double)result.latencies[result.answered / 2] / 1000;
    into->p99[round] = (double)result.latencies[result.answered * 99 / 100] / 1000;
    into->cpu[round] = result.cpu_per_push / 1000;
    into->orders += result.answered;
    into->asked += result.asked;
    free(result.latencies);
}

static void print_ratio(const char *name, const double *a, const double *b, int rounds) {
    double ratios[MOST_ROUNDS];
    for (int i = 0; i < rounds; i++) ratios[i] = b[i] / a[i];
    qsort(ratios, (size_t)rounds, sizeof *ratios, by_number);
    printf(
        "  %s: %.1f C, %.1f runner, ratio %.2f (%.2f to %.2f)\n", name, median(a, rounds),
        median(b, rounds), ratios[rounds / 2], ratios[0], ratios[rounds - 1]);
}

int main(int argc, char **argv) {
    int rounds = argc > 6 ? atoi(argv[1]) : 0;
    if (rounds < 1 || rounds > MOST_ROUNDS || strcmp(argv[5], "--a") != 0) {
        fprintf(
            stderr, "usage: PushToOrder ROUNDS PUSHES RATE SPACING --a COMMAND… [--b COMMAND…]\n");
        return 2;
    }
    int pushes = atoi(argv[2]), spacing = atoi(argv[4]);
    double rate = atof(argv[3]);
    char **a = argv + 6, **b = NULL;
    for (int i = 6; i < argc; i++) {
        if (strcmp(argv[i], "--b") != 0) continue;
        argv[i] = NULL;
        b = argv + i + 1;
        break;
    }
    static measured of_a, of_b;
    for (int round = 0; round < rounds; round++) {
        run(&of_a, round, a, pushes, rate, spacing);
        if (b) run(&of_b, round, b, pushes, rate, spacing);
    }
    printf(
        "push to order, %.0f pushes a second, an order for every %dth, %d rounds", rate, spacing,
        rounds);
    if (!b) {
        printf(", %d orders\n", of_a.orders);
        printf(
            "  p50 %.1f µs, p99 %.1f µs, processor %.1f µs a push\n", median(of_a.p50, rounds),
            median(of_a.p99, rounds), median(of_a.cpu, rounds));
        return 0;
    }
    printf(", %d and %d orders\n", of_a.orders, of_b.orders);
    print_ratio("p50 µs        ", of_a.p50, of_b.p50, rounds);
    print_ratio("p99 µs        ", of_a.p99, of_b.p99, rounds);
    print_ratio("processor µs a push", of_a.cpu, of_b.cpu, rounds);
    return 0;
}
