// Loads a WebSocket server from one thread, and says what that costs the server's process.
// load echo  PORT PID CONNECTIONS BYTES DEPTH SECONDS   messages/s, ns of the server's CPU a message, median and 99th percentile of a round trip in us
// load churn PORT PID CONNECTIONS TOTAL MESSAGES        connections/s, us of the server's CPU a connection: open, MESSAGES echoes of 32 bytes, close
// load idle  PORT PID CONNECTIONS SECONDS               KiB of the server's memory a connection, KiB of the kernel's (both ends), % CPU while they are idle
#define _GNU_SOURCE
#include "websocket.h"
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

enum state { CONNECTS, SHAKES, OPEN, CLOSES };

struct connection {
    int socket;
    enum state state;
    size_t payload_left, have, unsent_at, unsent;
    int echoes_left, counts;
    uint8_t head[512];
    double sent;
};

static const uint8_t key[4] = {0x37, 0xfa, 0x21, 0x3d};
static const uint8_t close_frame[] = {0x88, 0x82, 0x37, 0xfa, 0x21, 0x3d, 0x03 ^ 0x37, 0xe8 ^ 0xfa};
static char request[256];
static uint8_t *batch, input[1 << 20];
static size_t batch_size, frame_size;
static int loop, port, server, opened, closed, depth = 1, echoes = -1, quiet;
static long messages, latencies[1000000];

static double cpu_of_server(void) {
    char path[64], line[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", server);
    FILE *file = fopen(path, "r");
    if (!file || !fgets(line, sizeof line, file)) fail("the server's process");
    fclose(file);
    unsigned long user, system;
    if (sscanf(strrchr(line, ')') + 2, "%*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) != 2) fail(path);
    return (double)(user + system) / (double)sysconf(_SC_CLK_TCK);
}

static long number_in(const char *path, const char *name) {
    char line[256];
    long value = 0;
    FILE *file = fopen(path, "r");
    while (file && fgets(line, sizeof line, file))
        if (!strncmp(line, name, strlen(name))) value += atol(line + strlen(name));
    if (file) fclose(file);
    return value;
}

static long resident(void) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/status", server);
    return number_in(path, "VmRSS:");
}

static void watch(struct connection *c, uint32_t events, int operation) {
    struct epoll_event event = {.events = events, .data.ptr = c};
    if (epoll_ctl(loop, operation, c->socket, &event)) fail("epoll_ctl");
}

static void begin(struct connection *c) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)port)};
    int one = 1;
    memset(c, 0, sizeof *c);
    c->socket = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    if (c->socket < 0) fail("socket");
    setsockopt(c->socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    if (connect(c->socket, (struct sockaddr *)&address, sizeof address) && errno != EINPROGRESS) fail("connect");
    watch(c, EPOLLOUT, EPOLL_CTL_ADD);
}

// Sends COUNT messages, all of the same bytes.
static void put(struct connection *c, size_t count) {
    size_t size = count * frame_size;
    if (echoes < 0 && depth == 1) c->sent = seconds();
    if (c->unsent) {
        c->unsent += size;
        return;
    }
    ssize_t now = send(c->socket, batch, size, MSG_NOSIGNAL);
    if (now < 0 && errno != EAGAIN) fail("send");
    if (now == (ssize_t)size) return;
    c->unsent_at = now < 0 ? 0 : (size_t)now % frame_size;
    c->unsent = size - (now < 0 ? 0 : (size_t)now);
    watch(c, EPOLLIN | EPOLLOUT, EPOLL_CTL_MOD);
}

static void put_rest(struct connection *c) {
    while (c->unsent) {
        size_t size = batch_size - c->unsent_at < c->unsent ? batch_size - c->unsent_at : c->unsent;
        ssize_t now = send(c->socket, batch + c->unsent_at, size, MSG_NOSIGNAL);
        if (now < 0 && errno == EAGAIN) return;
        if (now < 0) fail("send");
        c->unsent -= (size_t)now;
        c->unsent_at = (c->unsent_at + (size_t)now) % frame_size;
    }
    watch(c, EPOLLIN, EPOLL_CTL_MOD);
}

static void became_open(struct connection *c) {
    c->state = OPEN;
    c->echoes_left = echoes;
    opened++;
    if (!quiet) put(c, (size_t)depth);
}

// A message has come back whole.
static int echoed(struct connection *c) {
    messages++;
    if (echoes < 0) {
        if (depth > 1) return 1;
        long us = (long)((seconds() - c->sent) * 1e6);
        latencies[us < 999999 ? us : 999999]++;
        return 1;
    }
    if (--c->echoes_left > 0) return 1;
    c->state = CLOSES;
    if (send(c->socket, close_frame, sizeof close_frame, MSG_NOSIGNAL) != sizeof close_frame) fail("send of a close frame");
    return 0;
}

// False: the server has ended the connection.
static int came(struct connection *c) {
    ssize_t now = recv(c->socket, input, sizeof input, 0);
    if (now < 0 && errno == EAGAIN) return 1;
    if (now <= 0) {
        if (c->state != CLOSES) fprintf(stderr, "a connection ended by itself\n"), exit(1);
        return 0;
    }
    size_t at = 0, count = (size_t)now, again = 0;
    if (c->state == SHAKES) {
        if (c->have + count >= sizeof c->head) fprintf(stderr, "an answer of too many bytes\n"), exit(1);
        memcpy(c->head + c->have, input, count);
        c->head[c->have + count] = 0;
        char *end = strstr((char *)c->head, "\r\n\r\n");
        if (!end) return c->have += count, 1;
        if (strncmp((char *)c->head, "HTTP/1.1 101", 12)) fprintf(stderr, "no 101: %.80s\n", c->head), exit(1);
        c->have = 0;
        became_open(c);
        return 1;
    }
    while (at < count) {
        if (c->payload_left) {
            size_t part = count - at < c->payload_left ? count - at : c->payload_left;
            at += part;
            c->payload_left -= part;
        } else {
            c->head[c->have++] = input[at++];
            struct header h;
            if (!read_header(c->head, c->have, &h)) continue;
            c->have = 0;
            c->payload_left = h.payload;
            // Only the last of a message's frames is one that came back.
            c->counts = h.opcode < 8 && h.final;
        }
        if (!c->payload_left && !c->have && c->counts) again += (size_t)echoed(c);
    }
    if (again && c->state == OPEN) put(c, again);
    return 1;
}

static void turn(struct connection *c, uint32_t events) {
    if (c->state == CONNECTS) {
        int error = 0;
        socklen_t size = sizeof error;
        getsockopt(c->socket, SOL_SOCKET, SO_ERROR, &error, &size);
        if (error) errno = error, fail("connect");
        if (send(c->socket, request, strlen(request), MSG_NOSIGNAL) < 0) fail("send of the request");
        c->state = SHAKES;
        watch(c, EPOLLIN, EPOLL_CTL_MOD);
        return;
    }
    if (events & EPOLLOUT && c->unsent) put_rest(c);
    if (events & ~(uint32_t)EPOLLOUT && !came(c)) {
        close(c->socket);
        c->socket = -1;
        closed++;
    }
}

static void run_once(int timeout) {
    struct epoll_event events[256];
    int count = epoll_wait(loop, events, 256, timeout);
    for (int i = 0; i < count; i++) turn(events[i].data.ptr, events[i].events);
}

static void run_for(double time) {
    for (double until = seconds() + time; seconds() < until;) run_once(50);
}

static struct connection *open_all(int count) {
    struct connection *all = calloc((size_t)count, sizeof *all);
    for (int i = 0; i < count; i++) {
        begin(&all[i]);
        // No more at a time than a server's queue takes.
        while (i + 1 - opened >= 100) run_once(1000);
    }
    while (opened < count) run_once(1000);
    return all;
}

static long percentile(double share) {
    long total = 0, seen = 0;
    for (int i = 0; i < 1000000; i++) total += latencies[i];
    for (int i = 0; i < 1000000; i++)
        if ((double)(seen += latencies[i]) >= share * (double)total) return i;
    return 0;
}

static void make_batch(size_t size) {
    uint8_t *frame = malloc(size + 14);
    size_t head = write_header(frame, 2, size, 1);
    memcpy(frame + head, key, 4);
    memset(frame + head + 4, 'x', size);
    unmask(frame + head + 4, size, key);
    frame_size = head + 4 + size;
    batch_size = frame_size * (size_t)depth;
    batch = malloc(batch_size);
    for (int i = 0; i < depth; i++) memcpy(batch + (size_t)i * frame_size, frame, frame_size);
}

int main(int argc, char **argv) {
    if (argc < 6) return fprintf(stderr, "load echo|churn|idle PORT PID ...: see the head of load.c\n"), 2;
    struct rlimit most = {100000, 100000};
    getrlimit(RLIMIT_NOFILE, &most);
    most.rlim_cur = most.rlim_max;
    setrlimit(RLIMIT_NOFILE, &most);
    port = atoi(argv[2]), server = atoi(argv[3]);
    int connections = atoi(argv[4]);
    loop = epoll_create1(0);
    snprintf(request, sizeof request, "GET / HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n", port);
    if (!strcmp(argv[1], "echo") && argc >= 8) {
        depth = atoi(argv[6]);
        make_batch((size_t)atol(argv[5]));
        open_all(connections);
        run_for(2);
        memset(latencies, 0, sizeof latencies);
        long before = messages;
        double cpu = cpu_of_server(), began = seconds();
        run_for(atof(argv[7]));
        double took = seconds() - began, used = cpu_of_server() - cpu, count = (double)(messages - before);
        printf("%.0f %.0f %ld %ld\n", count / took, used * 1e9 / count, percentile(0.5), percentile(0.99));
    } else if (!strcmp(argv[1], "churn") && argc >= 7) {
        int total = atoi(argv[5]);
        echoes = atoi(argv[6]);
        make_batch(32);
        struct connection *all = calloc((size_t)connections, sizeof *all);
        int begun = 0;
        double cpu = cpu_of_server(), start = seconds();
        for (; begun < connections && begun < total; begun++) begin(&all[begun]);
        while (closed < total) {
            run_once(1000);
            for (int i = 0; i < connections && begun < total; i++)
                if (all[i].socket < 0) begin(&all[i]), begun++;
        }
        printf("%.0f %.1f\n", total / (seconds() - start), (cpu_of_server() - cpu) * 1e6 / total);
    } else if (!strcmp(argv[1], "idle")) {
        quiet = 1;
        long memory = resident(), slab = number_in("/proc/meminfo", "Slab:");
        open_all(connections);
        run_for(3);
        double kib = (double)(resident() - memory) / connections, kernel = (double)(number_in("/proc/meminfo", "Slab:") - slab) / connections;
        double cpu = cpu_of_server(), time = atof(argv[5]);
        run_for(time);
        printf("%.2f %.2f %.2f\n", kib, kernel, (cpu_of_server() - cpu) * 100 / time);
    } else {
        return fprintf(stderr, "load: %s wants other arguments, see the head of load.c\n", argv[1]), 2;
    }
    return 0;
}
