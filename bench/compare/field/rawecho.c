// The least that an echo over WebSocket can cost: one thread, epoll, each frame answered where it lies. It checks nothing; it is a yardstick and no server.
// rawecho PORT
#define _GNU_SOURCE
#include "websocket.h"
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#define READ (1 << 20)

struct connection {
    int socket, open, ends;
    uint8_t *rest, *unsent;
    size_t rests, unsents;
};

static uint8_t input[2 * READ], output[4 * READ];
static int loop;

static void drop(struct connection *c) {
    close(c->socket);
    free(c->rest);
    free(c->unsent);
    free(c);
}

// False: it is gone.
static int put(struct connection *c, const uint8_t *bytes, size_t count) {
    size_t sent = 0;
    if (!c->unsents) {
        ssize_t now = send(c->socket, bytes, count, MSG_NOSIGNAL);
        if (now < 0 && errno != EAGAIN) return 0;
        sent = now < 0 ? 0 : (size_t)now;
    }
    if (sent == count) return 1;
    c->unsent = realloc(c->unsent, c->unsents + count - sent);
    memcpy(c->unsent + c->unsents, bytes + sent, count - sent);
    c->unsents += count - sent;
    struct epoll_event both = {.events = EPOLLIN | EPOLLOUT, .data.ptr = c};
    epoll_ctl(loop, EPOLL_CTL_MOD, c->socket, &both);
    return 1;
}

static int put_rest(struct connection *c) {
    ssize_t now = send(c->socket, c->unsent, c->unsents, MSG_NOSIGNAL);
    if (now < 0) return errno == EAGAIN;
    c->unsents -= (size_t)now;
    memmove(c->unsent, c->unsent + now, c->unsents);
    if (c->unsents) return 1;
    free(c->unsent);
    c->unsent = NULL;
    struct epoll_event in = {.events = EPOLLIN, .data.ptr = c};
    epoll_ctl(loop, EPOLL_CTL_MOD, c->socket, &in);
    return !c->ends;
}

static int shake(struct connection *c, uint8_t *bytes, size_t count) {
    bytes[count] = 0;
    char *end = strstr((char *)bytes, "\r\n\r\n"), *key = strcasestr((char *)bytes, "sec-websocket-key: ");
    if (!end || !key) return 0;
    char accept[29], answer[200];
    accept_of(key + 19, accept);
    int size = snprintf(answer, sizeof answer,
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %s\r\n\r\n", accept);
    c->open = 1;
    return put(c, (uint8_t *)answer, (size_t)size);
}

static int came(struct connection *c) {
    if (c->rests > READ) {
        // A message larger than the buffer: none of the comparison's is.
        return 0;
    }
    memcpy(input, c->rest, c->rests);
    ssize_t now = recv(c->socket, input + c->rests, READ - 1, 0);
    if (now <= 0) return now < 0 && errno == EAGAIN;
    size_t count = c->rests + (size_t)now, at = 0, out = 0;
    if (!c->open) return shake(c, input, count);
    struct header h;
    while (read_header(input + at, count - at, &h) && count - at >= h.size + h.payload) {
        uint8_t *payload = input + at + h.size;
        unmask(payload, h.payload, h.mask);
        out += write_header(output + out, h.opcode == 9 ? 10 : h.opcode, h.payload, 0);
        memcpy(output + out, payload, h.payload);
        out += h.payload;
        at += h.size + h.payload;
        if (h.opcode == 8) {
            c->ends = 1;
            break;
        }
    }
    if (out && !put(c, output, out)) return 0;
    if (c->ends) return c->unsents > 0;
    if (count - at > c->rests) c->rest = realloc(c->rest, count - at);
    c->rests = count - at;
    memcpy(c->rest, input + at, c->rests);
    return 1;
}

int main(int argc, char **argv) {
    int one = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons((uint16_t)(argc > 1 ? atoi(argv[1]) : 0))};
    socklen_t size = sizeof address;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 4096)) fail("listen");
    getsockname(listener, (struct sockaddr *)&address, &size);
    printf("http://127.0.0.1:%d\n", ntohs(address.sin_port));
    fflush(stdout);
    loop = epoll_create1(0);
    struct epoll_event mine = {.events = EPOLLIN}, events[512];
    epoll_ctl(loop, EPOLL_CTL_ADD, listener, &mine);
    while (1) {
        int count = epoll_wait(loop, events, 512, -1);
        for (int i = 0; i < count; i++) {
            struct connection *c = events[i].data.ptr;
            if (c) {
                int goes_on = !(events[i].events & EPOLLOUT) || put_rest(c);
                if (goes_on && events[i].events & ~(uint32_t)EPOLLOUT) goes_on = came(c);
                if (!goes_on) drop(c);
                continue;
            }
            int socket;
            while ((socket = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
                setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                c = calloc(1, sizeof *c);
                c->socket = socket;
                struct epoll_event in = {.events = EPOLLIN, .data.ptr = c};
                epoll_ctl(loop, EPOLL_CTL_ADD, socket, &in);
            }
        }
    }
}
