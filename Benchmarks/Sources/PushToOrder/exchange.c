#define _GNU_SOURCE
#include "exchange.h"
#include "book.h"
#include "live_wire.h"
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { CONNECTIONS = 16, INPUT = 65536 };

typedef struct {
    int socket, is_websocket;
    size_t have;
    uint8_t input[INPUT];
} connection;

typedef struct {
    int listener, port;
    connection connections[CONNECTIONS];
    int count;
    // The socket that subscribed the depth; -1: none did yet.
    int feed;
    moving_book book;
    // When the push that waits for its order left; 0: none waits.
    int64_t signal_at;
    int is_measured;
    int64_t order_number;
    run_result *result;
} exchange;

static pid_t client;
// What the client prints: shown when something goes wrong.
static FILE *words;

// Ends the run, and the client with it.
static void refuse(const char *what) {
    char line[1024];
    if (words) {
        rewind(words);
        while (fgets(line, sizeof line, words)) fputs(line, stderr);
    }
    fprintf(stderr, "exchange: %s\n", what);
    if (client > 0) kill(client, SIGKILL);
    exit(1);
}

static void stay_on(int core) {
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(core, &set);
    sched_setaffinity(0, sizeof set, &set);
}

// MARK: HTTP

static void reply(connection *to, const char *data) {
    char text[4096];
    char body[3072];
    int length = snprintf(body, sizeof body, "{\"code\":0,\"data\":%s,\"message\":\"OK\"}", data);
    int size = snprintf(
        text, sizeof text,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=utf-8\r\n"
        "X-RateLimit-Remaining: 20\r\nContent-Length: %d\r\n\r\n%s",
        length, body);
    send_all(to->socket, text, (size_t)size);
}

// A field's value, from behind the first `key`, into `out`.
static int field(const char *text, const char *key, const char *ends, char *out, size_t room) {
    const char *at = strcasestr(text, key);
    if (!at) return 0;
    at += strlen(key);
    size_t length = strcspn(at, ends);
    if (length >= room) return 0;
    memcpy(out, at, length);
    out[length] = 0;
    return 1;
}

// Whether the signature is that of the request: a client that signs wrongly does less work.
static void check_signature(const char *head, const char *body) {
    char sign[80], time[24], method[8], path[256], text[2048], ours[SIGNATURE_TEXT];
    int is_whole = field(head, "X-COINEX-SIGN: ", "\r", sign, sizeof sign)
        && field(head, "X-COINEX-TIMESTAMP: ", "\r", time, sizeof time)
        && sscanf(head, "%7s %255s", method, path) == 2;
    if (!is_whole) refuse("an order without a signature");
    int length = snprintf(text, sizeof text, "%s%s%s%s", method, path, body, time);
    sign_text(SECRET, text, (size_t)length, ours);
    if (strcmp(sign, ours) != 0) refuse("an order with a wrong signature");
}

static void take_order(exchange *at, connection *from, const char *head, const char *body) {
    int64_t now = monotonic_ns();
    char price[32], amount[32], id[64], wanted[32], data[1024];
    check_signature(head, body);
    int is_whole = strstr(body, "\"market\":\"BTCUSDT\"") && strstr(body, "\"side\":\"buy\"")
        && strstr(body, "\"type\":\"ioc\"") && field(body, "\"price\":\"", "\"", price, 32)
        && field(body, "\"amount\":\"", "\"", amount, 32)
        && field(body, "\"client_id\":\"", "\"", id, 64);
    snprintf(wanted, sizeof wanted, "%.2f", (double)best_bid_cents(&at->book) / 100);
    if (!is_whole || atof(price) != atof(wanted)) refuse("an order that nobody asked for");
    if (at->signal_at == 0) refuse("two orders for a push");
    if (at->is_measured) at->result->latencies[at->result->answered++] = now - at->signal_at;
    at->signal_at = 0;
    snprintf(
        data, sizeof data,
        "{\"order_id\":%ld,\"market\":\"BTCUSDT\",\"market_type\":\"FUTURES\",\"side\":\"buy\","
        "\"type\":\"ioc\",\"amount\":\"%s\",\"price\":\"%s\",\"unfilled_amount\":\"%s\","
        "\"filled_amount\":\"0\",\"filled_value\":\"0\",\"client_id\":\"%s\",\"fee\":\"0\","
        "\"fee_ccy\":\"USDT\",\"maker_fee_rate\":\"0.0003\",\"taker_fee_rate\":\"0.0005\","
        "\"created_at\":%ld,\"updated_at\":%ld}",
        ++at->order_number, amount, price, amount, id, wall_ms(), wall_ms());
    reply(from, data);
}

static void answer(exchange *at, connection *from, const char *head, const char *body) {
    char path[256] = "", data[256];
    sscanf(head, "%*s %255[^ ?]", path);
    if (strcmp(path, "/v2/futures/order") == 0) return take_order(at, from, head, body);
    if (strcmp(path, "/v2/time") == 0) {
        snprintf(data, sizeof data, "{\"timestamp\":%ld}", wall_ms());
        return reply(from, data);
    }
    if (strcmp(path, "/v2/futures/market") == 0) {
        return reply(
            from,
            "[{\"market\":\"BTCUSDT\",\"contract_type\":\"linear\",\"taker_fee_rate\":\"0.0005\","
            "\"maker_fee_rate\":\"0.0003\",\"min_amount\":\"0.0001\",\"base_ccy\":\"BTC\","
            "\"quote_ccy\":\"USDT\",\"base_ccy_precision\":8,\"quote_ccy_precision\":2,"
            "\"tick_size\":\"0.5\",\"is_market_available\":true,\"leverage\":[\"3\",\"100\"],"
            "\"open_interest_volume\":\"100\"}]");
    }
    if (strcmp(path, "/v2/account/trade-fee-rate") == 0) {
        return reply(
            from,
            "{\"market\":\"BTCUSDT\",\"maker_rate\":\"0.0003\",\"taker_rate\":\"0.0005\"}");
    }
    if (strcmp(path, "/v2/assets/futures/balance") == 0) {
        return reply(
            from,
            "[{\"ccy\":\"USDT\",\"available\":\"100000\",\"frozen\":\"0\",\"margin\":\"0\"}]");
    }
    // No order, position or execution of whatever kind was asked for.
    reply(from, "[],\"pagination\":{\"total\":0,\"has_next\":false}");
}

static void upgrade(connection *to, const char *head) {
    char key[64], accept[32], text[256];
    if (!field(head, "Sec-WebSocket-Key: ", "\r", key, sizeof key)) refuse("a socket without key");
    accept_key(key, strlen(key), accept);
    int size = snprintf(
        text, sizeof text,
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Accept: %s\r\n\r\n",
        accept);
    send_all(to->socket, text, (size_t)size);
    to->is_websocket = 1;
}

// Takes one whole request off the input; returns its size, 0: it is not whole.
static size_t take_request(exchange *at, connection *from) {
    static char head[8192], body[INPUT];
    uint8_t *end = memmem(from->input, from->have, "\r\n\r\n", 4);
    if (!end) return 0;
    size_t size = (size_t)(end - from->input) + 4;
    if (size >= sizeof head) refuse("a request of that length");
    memcpy(head, from->input, size);
    head[size] = 0;
    char text[16];
    size_t length =
        field(head, "Content-Length: ", "\r", text, sizeof text) ? (size_t)atol(text) : 0;
    if (from->have < size + length) return 0;
    memcpy(body, from->input + size, length);
    body[length] = 0;
    if (strcasestr(head, "Upgrade: websocket")) {
        upgrade(from, head);
    } else {
        answer(at, from, head, body);
    }
    return size + length;
}

// MARK: WebSocket

static void say(int socket, const char *text, size_t length) {
    uint8_t out[PUSH_TEXT + FRAME_HEAD];
    send_all(socket, out, make_frame(out, 1, text, length, 0));
}

static size_t take_message(exchange *at, connection *from) {
    static char text[INPUT];
    wire_frame frame;
    if (!read_frame(from->input, from->have, &frame)) return 0;
    if (frame.opcode != 1) return frame.size;
    memcpy(text, frame.payload, frame.length);
    text[frame.length] = 0;
    char method[64], number[24], reply[PUSH_TEXT];
    int is_whole = field(text, "\"method\":\"", "\"", method, sizeof method)
        && field(text, "\"id\":", ",}", number, sizeof number);
    if (!is_whole) refuse("a message without method or id");
    int length = snprintf(
        reply, sizeof reply, "{\"id\":%s,\"code\":0,\"message\":\"OK\"%s}", number,
        strcmp(method, "server.ping") == 0 ? ",\"data\":{\"result\":\"pong\"}" : "");
    say(from->socket, reply, (size_t)length);
    if (strcmp(method, "depth.subscribe") == 0) {
        at->feed = from->socket;
        say(from->socket, reply, whole_book(&at->book, reply));
    }
    return frame.size;
}

// MARK: Sockets

static void leave(exchange *at, int place) {
    connection *gone = &at->connections[place];
    if (gone->socket == at->feed) at->feed = -1;
    close(gone->socket);
    *gone = at->connections[--at->count];
}

static void welcome(exchange *at) {
    int socket = accept(at->listener, NULL, NULL), one = 1;
    must(socket >= 0, "accept");
    if (at->count == CONNECTIONS) refuse("more connections than a client needs");
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    connection *new = &at->connections[at->count++];
    new->socket = socket;
    new->is_websocket = 0;
    new->have = 0;
}

static void listen_to(exchange *at, int place) {
    connection *from = &at->connections[place];
    ssize_t got = recv(from->socket, from->input + from->have, INPUT - from->have, 0);
    if (got <= 0) return leave(at, place);
    from->have += (size_t)got;
    size_t used;
    while ((used = from->is_websocket ? take_message(at, from) : take_request(at, from)) > 0) {
        from->have -= used;
        memmove(from->input, from->input + used, from->have);
    }
}

// Serves whatever comes until `end`.
static void serve_until(exchange *at, int64_t end) {
    for (;;) {
        int64_t left = end - monotonic_ns();
        struct pollfd waits[CONNECTIONS + 1] = {{.fd = at->listener, .events = POLLIN}};
        int count = at->count;
        for (int i = 0; i < count; i++) {
            waits[i + 1] = (struct pollfd){.fd = at->connections[i].socket, .events = POLLIN};
        }
        if (left < 0) left = 0;
        struct timespec wait = {left / 1000000000, left % 1000000000};
        int ready = ppoll(waits, (nfds_t)count + 1, &wait, NULL);
        if (ready == 0) return;
        // From the last, for a connection that leaves is replaced by the last.
        for (int i = count; i > 0; i--) {
            if (waits[i].revents) listen_to(at, i - 1);
        }
        if (waits[0].revents) welcome(at);
    }
}

static void open_exchange(exchange *at, run_result *result) {
    int one = 1;
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    at->listener = socket(AF_INET, SOCK_STREAM, 0);
    setsockopt(at->listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    must(
        bind(at->listener, (struct sockaddr *)&address, size) == 0
            && listen(at->listener, CONNECTIONS) == 0
            && getsockname(at->listener, (struct sockaddr *)&address, &size) == 0,
        "listen");
    at->port = ntohs(address.sin_port);
    at->feed = -1;
    at->result = result;
    begin_book(&at->book, 1);
}

// MARK: A run

static void start(char **command, int port) {
    words = tmpfile();
    must(words != NULL, "a temporary file");
    client = fork();
    must(client >= 0, "fork");
    if (client > 0) return;
    static char texts[64][512];
    char *arguments[65] = {0};
    for (int i = 0; i < 64 && command[i]; i++) {
        const char *mark = strstr(command[i], "{port}");
        if (mark) {
            snprintf(
                texts[i], sizeof texts[i], "%.*s%d%s", (int)(mark - command[i]), command[i], port,
                mark + 6);
        }
        arguments[i] = mark ? texts[i] : command[i];
    }
    stay_on(1);
    dup2(fileno(words), STDOUT_FILENO);
    dup2(fileno(words), STDERR_FILENO);
    execvp(arguments[0], arguments);
    perror(arguments[0]);
    _exit(127);
}

static int64_t processor_ns(pid_t process) {
    clockid_t clock;
    struct timespec time;
    must(clock_getcpuclockid(process, &clock) == 0 && clock_gettime(clock, &time) == 0, "clock");
    return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void push_all(exchange *at, int pushes, int warm_up, double rate, int spacing) {
    static uint8_t out[PUSH_TEXT + FRAME_HEAD];
    static char text[PUSH_TEXT];
    int64_t next = monotonic_ns(), step = (int64_t)(1e9 / rate), began = 0;
    int since = 0;
    for (int i = -warm_up; i < pushes; i++) {
        if (at->feed < 0) refuse("the client left");
        if (i == 0) began = processor_ns(client);
        // The next signal waits for the order that answers the last one, however long that takes.
        int is_signal = ++since >= spacing && at->signal_at == 0;
        if (is_signal) since = 0;
        size_t length = move_book(&at->book, is_signal, text);
        size_t size = make_frame(out, 1, text, length, 0);
        serve_until(at, next);
        next += step;
        if (is_signal) {
            at->is_measured = i >= 0;
            at->result->asked += i >= 0;
            at->signal_at = monotonic_ns();
        }
        send_all(at->feed, out, size);
    }
    at->result->cpu_per_push = (double)(processor_ns(client) - began) / pushes;
    serve_until(at, monotonic_ns() + 100000000);
    for (int i = 0; at->signal_at != 0; i++) {
        if (i == 100) refuse("a push was not answered");
        serve_until(at, monotonic_ns() + 100000000);
    }
}

static void end_client(exchange *at) {
    int status = 0;
    kill(client, SIGINT);
    for (int i = 0; i < 3000; i++) {
        serve_until(at, monotonic_ns() + 10000000);
        if (waitpid(client, &status, WNOHANG) != client) continue;
        int is_fine = (WIFEXITED(status) && WEXITSTATUS(status) == 0)
            || (WIFSIGNALED(status) && WTERMSIG(status) == SIGINT);
        if (!is_fine) refuse("the client failed");
        fclose(words);
        words = NULL;
        client = 0;
        return;
    }
    kill(client, SIGKILL);
    refuse("the client does not end");
}

run_result run_exchange(char **command, int pushes, int warm_up, double rate, int spacing) {
    static exchange at;
    run_result result = {.latencies = calloc((size_t)(pushes / spacing + 1), sizeof(int64_t))};
    memset(&at, 0, sizeof at);
    open_exchange(&at, &result);
    stay_on(0);
    start(command, at.port);
    for (int i = 0; at.feed < 0; i++) {
        if (i == 6000 || waitpid(client, NULL, WNOHANG) == client) {
            refuse("the client did not subscribe the depth");
        }
        serve_until(&at, monotonic_ns() + 10000000);
    }
    serve_until(&at, monotonic_ns() + 200000000);
    push_all(&at, pushes, warm_up, rate, spacing);
    end_client(&at);
    while (at.count > 0) leave(&at, 0);
    close(at.listener);
    return result;
}
