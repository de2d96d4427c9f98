// What a host shows, as text.
#include "show.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void show_bytes(outcome *it, const char *bytes, size_t count) {
    if (it->count + count + 1 > it->capacity) {
        it->capacity = (it->count + count + 1) * 2;
        it->text = realloc(it->text, it->capacity);
        if (!it->text) abort();
    }
    memcpy(it->text + it->count, bytes, count);
    it->count += count;
    it->text[it->count] = 0;
}

void show(outcome *it, const char *format, ...) {
    char line[512];
    va_list arguments;
    va_start(arguments, format);
    int count = vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    show_bytes(it, line, (size_t)count < sizeof line ? (size_t)count : sizeof line - 1);
}

void show_failure(outcome *it, moon_host *host) {
    moon_failure failure = moon_failure_of(host);
    // Where such a callback ends hangs on the machine.
    if (strstr(failure.message, "(script.")) it->met_budget = true;
    show_bytes(it, failure.message, strlen(failure.message));
    show(it, " (%s:%d)\n", failure.file, failure.line);
}

void show_intent(outcome *it, const moon_intent *intent) {
    show(it, "  intent %d %d %d %d %d%d%d%d%d%d %lld %016llx%016llx %016llx%016llx %016llx%016llx %s\n",
         (int)intent->kind, (int)intent->slot, intent->side, intent->tif, intent->is_post_only,
         intent->is_reduce_only, intent->has_quantity, intent->has_price, intent->has_stop,
         intent->has_tag, (long long)intent->order, (unsigned long long)intent->quantity.high,
         (unsigned long long)intent->quantity.low, (unsigned long long)intent->price.high,
         (unsigned long long)intent->price.low, (unsigned long long)intent->stop.high,
         (unsigned long long)intent->stop.low, intent->tag);
}
