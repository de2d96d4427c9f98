// show.h: what a host shows, as text.
#pragma once
#include "run.h"

void show_bytes(outcome *it, const char *bytes, size_t count);
__attribute__((format(printf, 2, 3))) void show(outcome *it, const char *format, ...);
void show_failure(outcome *it, moon_host *host);
void show_intent(outcome *it, const moon_intent *intent);
