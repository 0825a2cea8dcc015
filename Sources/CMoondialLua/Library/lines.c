// SPDX-License-Identifier: MIT
//
// Changes the line numbers of functions.
//
// Text that is typed at a prompt is compiled block by block, and errors name the line of the whole session. To put as
// many newlines before each block would take time in proportion to all earlier blocks. So a block is compiled as if it
// were the first, and then its line numbers are changed in its dump, where larger numbers may take more bytes.

#include "dump.h"

typedef struct {
    uint8_t *bytes;  ///< NULL: only the size is counted
    size_t count;
} copy;

static void put(copy *c, const uint8_t *bytes, size_t count) {
    if (c->bytes != NULL && count > 0) memcpy(c->bytes + c->count, bytes, count);
    c->count += count;
}

static void put_number(copy *c, size_t number) {
    uint8_t digits[(sizeof number * 8 + 6) / 7];
    size_t first = sizeof digits;
    do {
        digits[--first] = number & 0x7f;
        number >>= 7;
    } while (number != 0);
    digits[sizeof digits - 1] |= 0x80;
    put(c, digits + first, sizeof digits - first);
}

/// Copies the bytes that were read since `from`.
static void put_read(copy *c, const dump *d, const uint8_t *from) {
    if (!d->malformed) put(c, from, (size_t)(d->next - from));
}

/// Copies the line of each instruction: the difference to the line before and, for some instructions, the line itself.
static void move_lines(dump *d, copy *c, size_t lines, bool is_main) {
    const uint8_t *from = d->next;
    size_t instructions = take_number(d);
    const uint8_t *differences = take(d, instructions, 1);
    put_read(c, d, from);
    size_t count = take_number(d);
    if (d->malformed) return;
    const uint8_t *rest = d->next;
    size_t first = count > 0 ? take_number(d) : SIZE_MAX;
    d->next = (uint8_t *)rest;
    // The differences of a chunk start at line 0, which has not moved: its first instruction needs an absolute line.
    bool says_first = is_main && instructions > 0 && first != 0;
    put_number(c, count + (says_first ? 1 : 0));
    if (says_first) {
        put_number(c, 0);
        put_number(c, lines + (size_t)(int8_t)differences[0]);
    }
    for (size_t left = count; left > 0 && !d->malformed; left--) {
        put_number(c, take_number(d));
        put_number(c, take_number(d) + lines);
    }
}

static void move_function(dump *d, copy *c, size_t lines, int depth) {
    if (depth > MOONDIAL_FUNCTION_DEPTH) {
        give_up(d);
        return;
    }
    const uint8_t *from = d->next;
    skip_string(d);  // source
    put_read(c, d, from);
    // Both are 0 in a chunk, which is how Lua tells it from other functions.
    size_t first_line = take_number(d), last_line = take_number(d);
    put_number(c, first_line == 0 ? 0 : first_line + lines);
    put_number(c, first_line == 0 ? 0 : last_line + lines);
    from = d->next;
    take(d, 3, 1);  // parameters, vararg, registers
    take(d, take_number(d), sizeof(uint32_t));
    skip_constants(d);
    take(d, take_number(d), 3);  // upvalues
    size_t functions = take_number(d);
    put_read(c, d, from);
    for (size_t left = functions; left > 0 && !d->malformed; left--) move_function(d, c, lines, depth + 1);
    move_lines(d, c, lines, first_line == 0);
    from = d->next;
    for (size_t left = take_number(d); left > 0 && !d->malformed; left--) {  // variables
        skip_string(d);
        take_number(d);
        take_number(d);
    }
    for (size_t left = take_number(d); left > 0 && !d->malformed; left--) skip_string(d);  // names of upvalues
    put_read(c, d, from);
}

static void move_dump(dump *d, copy *c, size_t lines) {
    d->next = d->begin;
    skip_header(d);
    put_read(c, d, d->begin);
    move_function(d, c, lines, 0);
    if (d->next != d->end) give_up(d);
}

int moondial_move_lines(lua_State *L, size_t lines) {
    int function = lua_gettop(L);
    dump d;
    copy c = {NULL, 0};
    if (moondial_push_dump(L, &d)) move_dump(&d, &c, lines);
    int status = LUA_ERRSYNTAX;
    if (d.malformed) {
        lua_pushliteral(L, "compiled chunk is not understood");
    } else {
        c.bytes = lua_newuserdatauv(L, c.count, 0);
        c.count = 0;
        move_dump(&d, &c, lines);
        status = moondial_read_back(L, c.bytes, c.count);
    }
    lua_replace(L, function);
    lua_settop(L, function);
    return status;
}
