// SPDX-License-Identifier: MIT
//
// Compiled functions are put right where Lua's compiler is known to be wrong about CLOSE.
//
// CLOSE is told the lowest register that it closes. Where a jump out of a block needs one, the compiler of Lua 5.4 puts it
// at the jump's target and takes the number of the variables in scope there. At two places these are variables that end
// there and then, and whose registers the block that was left may have used too:
//
// - behind a loop, for `break`, the loop's own state ("'break' may not properly close variable in a 'for' loop" in the
//   list of bugs of 5.4.4, https://www.lua.org/bugs.html#5.4.4): what a generic `for` has to close stays open;
// - at a label that ends a block, for `goto`, the variables since that `goto` (in later releases as well).
//
// What stays open so is closed later, when something else has its register: any value, also one of the host's. The rule
// here needs no case distinction: a CLOSE closes all that ends with it.
//
// A function is what `lua_dump` makes of it, whose format is that of ldump.c in all of Lua 5.4. It has only been written
// here, so what is not understood is an error of ours, and still nothing is read or written outside of it.

#define _GNU_SOURCE  // memmem
#include <string.h>

#include "internal.h"

typedef struct {
    uint8_t *next;
    const uint8_t *end;
    bool malformed;
    bool changed;
} dump;

// MARK: - Reading

static void give_up(dump *d) {
    d->malformed = true;
    d->next = (uint8_t *)d->end;
}

/// `count` items of `size` bytes each.
static uint8_t *take(dump *d, size_t count, size_t size) {
    if (count > (size_t)(d->end - d->next) / size) {
        give_up(d);
        return d->next;
    }
    uint8_t *items = d->next;
    d->next += count * size;
    return items;
}

static int take_byte(dump *d) {
    const uint8_t *byte = take(d, 1, 1);
    return d->malformed ? 0 : *byte;
}

/// Seven bits to a byte, most significant first; the last byte has the eighth bit.
static size_t take_number(dump *d) {
    size_t number = 0;
    while (d->next < d->end && number <= SIZE_MAX >> 7) {
        uint8_t byte = *d->next++;
        number = number << 7 | (byte & 0x7f);
        if (byte & 0x80) return number;
    }
    give_up(d);
    return 0;
}

static void skip_string(dump *d) {
    size_t size = take_number(d);  // one more than its length; 0 for none
    if (size > 1) take(d, size - 1, 1);
}

static void skip_constants(dump *d) {
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

static void skip_lines(dump *d) {
    take(d, take_number(d), 1);
    for (size_t left = take_number(d); left > 0 && !d->malformed; left--) {
        take_number(d);
        take_number(d);
    }
}

// MARK: - Variables

/// As in lopcodes.h.
enum { OPCODE = 0x7f, CLOSE = 54, A_SHIFT = 7, A_MASK = 0xff };

/// More than there are registers.
enum { MAX_VARIABLES = 256 };

/// The local variables of a function, in the order in which they begin. The n-th of those in scope is in register n.
typedef struct {
    size_t left;                 ///< to read
    size_t begin, end;           ///< of the next one, in instructions
    size_t ends[MAX_VARIABLES];  ///< of those in scope
    size_t count;
} variables;

static void read_variable(dump *d, variables *v) {
    if (v->left == 0 || d->malformed) {
        v->begin = SIZE_MAX;
        return;
    }
    v->left--;
    skip_string(d);
    v->begin = take_number(d);
    v->end = take_number(d);
}

static void leave(variables *v, size_t pc) {
    while (v->count > 0 && v->ends[v->count - 1] <= pc) v->count--;
}

static void move_to(dump *d, variables *v, size_t pc) {
    while (v->begin <= pc) {
        leave(v, v->begin);
        if (v->count == MAX_VARIABLES) return give_up(d);
        v->ends[v->count++] = v->end;
        read_variable(d, v);
    }
    leave(v, pc);
}

// MARK: - Repair

static uint32_t instruction(const uint8_t *code, size_t pc) {
    uint32_t result;
    memcpy(&result, code + pc * sizeof result, sizeof result);
    return result;
}

static bool is_close(const uint8_t *code, size_t pc) { return (instruction(code, pc) & OPCODE) == CLOSE; }

/// Repairs `count` instructions with the variables that come next in the dump.
static void repair_code(dump *d, uint8_t *code, size_t count) {
    variables v = {.left = take_number(d)};
    read_variable(d, &v);
    size_t end = 0;  // of a row of CLOSE
    for (size_t pc = 0; pc < count && !d->malformed; pc++) {
        if (!is_close(code, pc)) continue;
        if (end <= pc) end = pc + 1;
        while (end < count && is_close(code, end)) end++;
        move_to(d, &v, pc);
        size_t lowest = v.count;
        while (lowest > 0 && v.ends[lowest - 1] <= end) lowest--;
        uint32_t old = instruction(code, pc);
        if (lowest >= (old >> A_SHIFT & A_MASK)) continue;
        uint32_t new = (old & ~((uint32_t)A_MASK << A_SHIFT)) | (uint32_t)lowest << A_SHIFT;
        memcpy(code + pc * sizeof new, &new, sizeof new);
        d->changed = true;
    }
    while (v.begin != SIZE_MAX) read_variable(d, &v);
}

/// Deeper than functions in functions can be.
enum { MAX_DEPTH = 250 };

static void repair_function(dump *d, int depth) {
    if (depth > MAX_DEPTH) return give_up(d);
    skip_string(d);    // source
    take_number(d);    // first and last line
    take_number(d);
    take(d, 3, 1);     // parameters, vararg, registers
    size_t count = take_number(d);
    uint8_t *code = take(d, count, sizeof(uint32_t));
    if (d->malformed) return;
    skip_constants(d);
    take(d, take_number(d), 3);  // upvalues
    for (size_t left = take_number(d); left > 0 && !d->malformed; left--) repair_function(d, depth + 1);
    skip_lines(d);
    repair_code(d, code, count);
    for (size_t left = take_number(d); left > 0 && !d->malformed; left--) skip_string(d);  // names of upvalues
}

static void repair_dump(dump *d) {
    static const uint8_t header[] = {
        0x1b, 'L', 'u', 'a', 0x54, 0, 0x19, 0x93, '\r', '\n', 0x1a, '\n', sizeof(uint32_t), sizeof(lua_Integer),
        sizeof(lua_Number)};
    const uint8_t *start = take(d, sizeof header, 1);
    if (d->malformed || memcmp(start, header, sizeof header) != 0) return give_up(d);
    take(d, 1, sizeof(lua_Integer));  // samples of both
    take(d, 1, sizeof(lua_Number));
    take(d, 1, 1);  // upvalues of the function
    repair_function(d, 0);
    if (d->next != d->end) give_up(d);
}

// MARK: - Dumping

static int count_bytes(lua_State *L, const void *bytes, size_t count, void *data) {
    (void)L;
    (void)bytes;
    *(size_t *)data += count;
    return 0;
}

static int copy_bytes(lua_State *L, const void *bytes, size_t count, void *data) {
    (void)L;
    dump *d = data;
    if (count == 0) return 0;
    uint8_t *copy = take(d, count, 1);
    if (d->malformed) return 1;
    memcpy(copy, bytes, count);
    return 0;
}

static bool contains(const char *text, size_t count, const char *word) {
    return memmem(text, count, word, strlen(word)) != NULL;
}

/// Only then there can be something to repair.
static bool jumps(const char *text, size_t count) {
    return (moondial_lua_release_number() < 50405 && contains(text, count, "break")) || contains(text, count, "goto");
}

/// Pushes the function that the bytes are a dump of: LUA_OK, or another status with a message. Never raises.
static int read_back(lua_State *L, const uint8_t *bytes, size_t size) {
    moondial_vm *vm = moondial_vm_of(L);
    vm->loading = MOONDIAL_LOADS_BINARY;
    int status = luaL_loadbufferx(L, (const char *)bytes, size, "=repair", "b");
    vm->loading = MOONDIAL_LOADS_NOTHING;
    return status;
}

int moondial_repair(lua_State *L, const char *text, size_t count) {
    if (!jumps(text, count)) return LUA_OK;
    int function = lua_gettop(L);
    size_t size = 0;
    lua_dump(L, count_bytes, &size, 0);
    uint8_t *bytes = lua_newuserdatauv(L, size, 0);
    lua_pushvalue(L, function);
    dump d = {bytes, bytes + size, false, false};
    lua_dump(L, copy_bytes, &d, 0);
    bool complete = !d.malformed && d.next == d.end;
    d.next = bytes;
    if (complete) repair_dump(&d);
    int status = LUA_OK;
    if (!complete || d.malformed) {
        lua_pushliteral(L, "compiled chunk is not understood");
        status = LUA_ERRSYNTAX;
    } else if (d.changed) {
        status = read_back(L, bytes, size);
    } else {
        lua_pushvalue(L, function);
    }
    lua_replace(L, function);
    lua_settop(L, function);
    return status;
}
