// What the raw echo and the load share: the handshake's answer (RFC 6455 4.2.2), frame headers (5.2), and what the kernel says of a process.
#pragma once
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static inline uint32_t rotate(uint32_t x, int by) { return x << by | x >> (32 - by); }

// FIPS 180-4, for a message that fits into two blocks: a key and the GUID have 60 bytes.
static inline void sha1(const uint8_t *text, size_t length, uint8_t digest[20]) {
    uint8_t blocks[128] = {0};
    memcpy(blocks, text, length);
    blocks[length] = 0x80;
    size_t end = length + 9 > 64 ? 128 : 64;
    for (int i = 0; i < 8; i++) blocks[end - 1 - i] = (uint8_t)((uint64_t)length * 8 >> (8 * i));
    uint32_t h[5] = {0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476, 0xC3D2E1F0};
    for (size_t at = 0; at < end; at += 64) {
        uint32_t w[80];
        for (int i = 0; i < 16; i++)
            w[i] = (uint32_t)blocks[at + 4 * i] << 24 | (uint32_t)blocks[at + 4 * i + 1] << 16 | (uint32_t)blocks[at + 4 * i + 2] << 8 | blocks[at + 4 * i + 3];
        for (int i = 16; i < 80; i++) w[i] = rotate(w[i - 3] ^ w[i - 8] ^ w[i - 14] ^ w[i - 16], 1);
        uint32_t a = h[0], b = h[1], c = h[2], d = h[3], e = h[4];
        for (int i = 0; i < 80; i++) {
            uint32_t f = i < 20 ? (b & c) | (~b & d) : i < 40 ? b ^ c ^ d : i < 60 ? (b & c) | (b & d) | (c & d) : b ^ c ^ d;
            uint32_t k = i < 20 ? 0x5A827999 : i < 40 ? 0x6ED9EBA1 : i < 60 ? 0x8F1BBCDC : 0xCA62C1D6;
            uint32_t next = rotate(a, 5) + f + e + k + w[i];
            e = d, d = c, c = rotate(b, 30), b = a, a = next;
        }
        h[0] += a, h[1] += b, h[2] += c, h[3] += d, h[4] += e;
    }
    for (int i = 0; i < 20; i++) digest[i] = (uint8_t)(h[i / 4] >> (24 - 8 * (i % 4)));
}

// Base64 of a digest: 28 characters and a NUL.
static inline void accept_of(const char *key, char answer[29]) {
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char joined[61];
    uint8_t digest[21] = {0};
    snprintf(joined, sizeof joined, "%.24s258EAFA5-E914-47DA-95CA-C5AB0DC85B11", key);
    sha1((const uint8_t *)joined, 60, digest);
    for (int i = 0; i < 7; i++) {
        uint32_t three = (uint32_t)digest[3 * i] << 16 | (uint32_t)digest[3 * i + 1] << 8 | digest[3 * i + 2];
        for (int j = 0; j < 4; j++) answer[4 * i + j] = alphabet[three >> (18 - 6 * j) & 63];
    }
    answer[27] = '=';
    answer[28] = 0;
}

struct header {
    size_t size, payload;
    uint8_t opcode, mask[4];
    int masked, final;
};

// False: not all of it has come.
static inline int read_header(const uint8_t *bytes, size_t count, struct header *h) {
    if (count < 2) return 0;
    h->final = bytes[0] >> 7;
    h->opcode = bytes[0] & 15;
    h->masked = bytes[1] >> 7;
    size_t length = bytes[1] & 127, extra = length == 126 ? 2 : length == 127 ? 8 : 0;
    h->size = 2 + extra + (h->masked ? 4 : 0);
    if (count < h->size) return 0;
    if (extra) {
        length = 0;
        for (size_t i = 0; i < extra; i++) length = length << 8 | bytes[2 + i];
    }
    h->payload = length;
    if (h->masked) memcpy(h->mask, bytes + 2 + extra, 4);
    return 1;
}

// Of a whole message, without a mask's key; its size.
static inline size_t write_header(uint8_t *bytes, uint8_t opcode, size_t payload, int masked) {
    uint8_t mask = masked ? 0x80 : 0;
    bytes[0] = 0x80 | opcode;
    if (payload < 126) {
        bytes[1] = mask | (uint8_t)payload;
        return 2;
    }
    int extra = payload < 65536 ? 2 : 8;
    bytes[1] = mask | (extra == 2 ? 126 : 127);
    for (int i = 0; i < extra; i++) bytes[2 + i] = (uint8_t)(payload >> (8 * (extra - 1 - i)));
    return 2 + (size_t)extra;
}

static inline void unmask(uint8_t *bytes, size_t count, const uint8_t mask[4]) {
    uint64_t wide;
    uint8_t twice[8] = {mask[0], mask[1], mask[2], mask[3], mask[0], mask[1], mask[2], mask[3]};
    memcpy(&wide, twice, 8);
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        uint64_t eight;
        memcpy(&eight, bytes + i, 8);
        eight ^= wide;
        memcpy(bytes + i, &eight, 8);
    }
    for (; i < count; i++) bytes[i] ^= mask[i & 3];
}

static inline double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static inline void fail(const char *what) {
    perror(what);
    exit(1);
}
