// SPDX-License-Identifier: MIT
//
// Functions as `lua_dump` writes them, in the format of ldump.c in all of Lua 5.4.
//
// Only dumps that were written in this process are read, so a malformed one is a bug of this target. Even then, nothing
// is read or written outside of the dump.

#pragma once

#include <string.h>

#include "library.h"

typedef struct {
    uint8_t *begin;
    uint8_t *next;
    const uint8_t *end;
    bool malformed;
    bool changed;
} dump;

/// More levels than nested functions can have.
enum { MOONDIAL_FUNCTION_DEPTH = 250 };

/// Pushes a block of memory with the dump of the function on top of the stack, and prepares `d` to read it. False when
/// the dump is malformed. May raise (memory).
bool moondial_push_dump(lua_State *L, dump *d);

/// Pushes the function whose dump the bytes are. Returns LUA_OK, or another status after pushing a message. Never
/// raises.
int moondial_read_back(lua_State *L, const uint8_t *bytes, size_t size);

// MARK: - Reading

static inline void give_up(dump *d) {
    d->malformed = true;
    d->next = (uint8_t *)d->end;
}

/// `count` items of `size` bytes each.
static inline uint8_t *take(dump *d, size_t count, size_t size) {
    if (count > (size_t)(d->end - d->next) / size) {
        give_up(d);
        return d->next;
    }
    uint8_t *items = d->next;
    d->next += count * size;
    return items;
}

static inline int take_byte(dump *d) {
    const uint8_t *byte = take(d, 1, 1);
    return d->malformed ? 0 : *byte;
}

/// Seven bits to a byte, most significant first; the last byte has the eighth bit.
static inline size_t take_number(dump *d) {
    size_t number = 0;
    while (d->next < d->end && number <= SIZE_MAX >> 7) {
        uint8_t byte = *d->next++;
        number = number << 7 | (byte & 0x7f);
        if (byte & 0x80) return number;
    }
    give_up(d);
    return 0;
}

static inline void skip_string(dump *d) {
    size_t size = take_number(d);  // one more than its length; 0 for no string
    if (size > 1) take(d, size - 1, 1);
}

static inline void skip_constants(dump *d) {
    enum { INTEGER = 0x03, FLOAT = 0x13, SHORT_STRING = 0x04, LONG_STRING = 0x14, NIL = 0x00, FALSE = 0x01, TRUE = 0x11 };
    for (size_t left = take_number(d); left > 0 && !d->malformed; left--) {
        switch (take_byte(d)) {
            case INTEGER: take(d, 1, sizeof(lua_Integer)); break;
            case FLOAT: take(d, 1, sizeof(lua_Number)); break;
            case SHORT_STRING:
            case LONG_STRING: skip_string(d); break;
            case NIL:
            case FALSE:
            case TRUE: break;
            default: give_up(d);
        }
    }
}

static inline void skip_lines(dump *d) {
    take(d, take_number(d), 1);
    for (size_t left = take_number(d); left > 0 && !d->malformed; left--) {
        take_number(d);
        take_number(d);
    }
}

/// Skips the bytes before the function.
static inline void skip_header(dump *d) {
    static const uint8_t header[] = {
        0x1b, 'L', 'u', 'a', 0x54, 0, 0x19, 0x93, '\r', '\n', 0x1a, '\n', sizeof(uint32_t), sizeof(lua_Integer),
        sizeof(lua_Number)};
    const uint8_t *start = take(d, sizeof header, 1);
    if (d->malformed || memcmp(start, header, sizeof header) != 0) {
        give_up(d);
        return;
    }
    take(d, 1, sizeof(lua_Integer));  // an example of each
    take(d, 1, sizeof(lua_Number));
    take(d, 1, 1);  // upvalues of the function
}
