// SPDX-License-Identifier: MIT
//
// Corrects the CLOSE instructions of compiled functions in the cases where Lua's compiler is known to be wrong.
//
// The operand of CLOSE is the lowest register that it closes. Where a jump out of a block needs a CLOSE, the compiler
// of Lua 5.4 puts it at the jump's target and uses the number of variables in scope there. In two cases that number
// includes variables whose scope ends at that place. A variable of the block that was left may be in the register of
// one of them, and stays open:
//
// - behind a loop, for `break`, the loop's own state ("'break' may not properly close variable in a 'for' loop" in the
//   list of bugs of 5.4.4, https://www.lua.org/bugs.html#5.4.4): what a generic `for` has to close stays open;
// - at a label that ends a block, for `goto`, the variables since that `goto` (in later releases as well).
//
// A variable that stays open is closed later, when its register holds another value, maybe one of the host's. One rule
// corrects all cases: a CLOSE closes all variables whose scope ends with it.

#define _GNU_SOURCE  // memmem
#include <string.h>

#include "dump.h"

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

/// Repairs `count` instructions. The variables of the function come next in the dump.
static void repair_code(dump *d, uint8_t *code, size_t count) {
    variables v = {.left = take_number(d)};
    read_variable(d, &v);
    size_t end = 0;  // of a sequence of CLOSE
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

static void repair_function(dump *d, int depth) {
    if (depth > MOONDIAL_FUNCTION_DEPTH) return give_up(d);
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
    skip_header(d);
    repair_function(d, 0);
    if (d->next != d->end) give_up(d);
}

// MARK: - Functions

static bool contains(const char *text, size_t count, const char *word) {
    return memmem(text, count, word, strlen(word)) != NULL;
}

/// Whether the text has a jump: other code needs no repair.
static bool jumps(const char *text, size_t count) {
    return (moondial_lua_release_number() < 50405 && contains(text, count, "break")) || contains(text, count, "goto");
}

int moondial_repair(lua_State *L, const char *text, size_t count) {
    if (!jumps(text, count)) return LUA_OK;
    int function = lua_gettop(L);
    dump d;
    int status = LUA_OK;
    if (moondial_push_dump(L, &d)) repair_dump(&d);
    if (d.malformed) {
        lua_pushliteral(L, "compiled chunk is not understood");
        status = LUA_ERRSYNTAX;
    } else if (d.changed) {
        status = moondial_read_back(L, d.begin, (size_t)(d.end - d.begin));
    } else {
        lua_pushvalue(L, function);
    }
    lua_replace(L, function);
    lua_settop(L, function);
    return status;
}
