// SPDX-License-Identifier: MIT
//
// table.concat, insert, move, remove and unpack. A range can have as many elements as there are integers, and each
// element can come from a C function: every step checks for a stop.

#include <limits.h>

#include "library.h"

static bool has_metafields(lua_State *L, int index, int uses) {
    static const char *const names[] = {"__index", "__newindex", "__len"};
    for (int i = 0; i < 3; i++) {
        if (!(uses & 1 << i)) continue;
        if (luaL_getmetafield(L, index, names[i]) == LUA_TNIL) return false;
        lua_pop(L, 1);
    }
    return true;
}

/// Raises unless the argument is a table, or has metamethods for the operations `uses`.
static void check_table(lua_State *L, int index, int uses) {
    if (lua_istable(L, index)) return;
    if (!lua_getmetatable(L, index)) luaL_checktype(L, index, LUA_TTABLE);
    lua_pop(L, 1);
    if (!has_metafields(L, index, uses)) luaL_checktype(L, index, LUA_TTABLE);
}

lua_Integer moondial_check_length(lua_State *L, int index, int uses) {
    check_table(L, index, uses | MOONDIAL_TABLE_LENGTH);
    return luaL_len(L, index);
}

// MARK: - insert, remove, move

/// Moves `count` values from `from` on in the table at `source` to `to` on in the one at `target`, the last one first
/// when `backward`.
static void move_values(
    lua_State *L, int source, lua_Integer from, int target, lua_Integer to, lua_Unsigned count, bool backward) {
    const moondial_vm *vm = moondial_vm_of(L);
    lua_Unsigned step = backward ? (lua_Unsigned)-1 : 1, read = (lua_Unsigned)from, write = (lua_Unsigned)to;
    if (backward) {
        read += count - 1;
        write += count - 1;
    }
    for (; count > 0; count--, read += step, write += step) {
        moondial_poll(L, vm);
        lua_geti(L, source, (lua_Integer)read);
        lua_seti(L, target, (lua_Integer)write);
    }
}

static int table_insert(lua_State *L) {
    lua_Unsigned end =
        (lua_Unsigned)moondial_check_length(L, 1, MOONDIAL_TABLE_READ | MOONDIAL_TABLE_WRITE) + 1;
    switch (lua_gettop(L)) {
        case 2: lua_seti(L, 1, (lua_Integer)end); return 0;
        case 3: break;
        default: return luaL_error(L, "wrong number of arguments to 'insert'");
    }
    lua_Integer position = luaL_checkinteger(L, 2);
    luaL_argcheck(L, (lua_Unsigned)position - 1 < end, 2, "position out of bounds");
    if (position < (lua_Integer)end)
        move_values(L, 1, position, 1, position + 1, end - (lua_Unsigned)position, true);
    lua_seti(L, 1, position);
    return 0;
}

static int table_remove(lua_State *L) {
    lua_Integer size = moondial_check_length(L, 1, MOONDIAL_TABLE_READ | MOONDIAL_TABLE_WRITE);
    lua_Integer position = luaL_optinteger(L, 2, size);
    if (position != size)
        luaL_argcheck(L, (lua_Unsigned)position - 1 <= (lua_Unsigned)size, 1, "position out of bounds");
    lua_geti(L, 1, position);
    if (position < size) {
        move_values(L, 1, position + 1, 1, position, (lua_Unsigned)size - (lua_Unsigned)position, false);
        position = size;
    }
    lua_pushnil(L);
    lua_seti(L, 1, position);
    return 1;
}

static int table_move(lua_State *L) {
    lua_Integer from = luaL_checkinteger(L, 2);
    lua_Integer end = luaL_checkinteger(L, 3);
    lua_Integer to = luaL_checkinteger(L, 4);
    int target = lua_isnoneornil(L, 5) ? 1 : 5;
    check_table(L, 1, MOONDIAL_TABLE_READ);
    check_table(L, target, MOONDIAL_TABLE_WRITE);
    if (end >= from) {
        luaL_argcheck(L, from > 0 || end < LUA_MAXINTEGER + from, 3, "too many elements to move");
        lua_Integer count = end - from + 1;
        luaL_argcheck(L, to <= LUA_MAXINTEGER - count + 1, 4, "destination wrap around");
        bool apart = to > end || to <= from || (target != 1 && !lua_compare(L, 1, target, LUA_OPEQ));
        move_values(L, 1, from, target, to, (lua_Unsigned)count, !apart);
    }
    lua_pushvalue(L, target);
    return 1;
}

// MARK: - concat, unpack

static void add_value_at(lua_State *L, luaL_Buffer *buffer, lua_Integer i) {
    lua_geti(L, 1, i);
    if (!lua_isstring(L, -1))
        luaL_error(
            L, "invalid value (%s) at index %I in table for 'concat'", luaL_typename(L, -1), (LUAI_UACINT)i);
    luaL_addvalue(buffer);
}

static int table_concat(lua_State *L) {
    const moondial_vm *vm = moondial_vm_of(L);
    lua_Integer end = moondial_check_length(L, 1, MOONDIAL_TABLE_READ);
    size_t length;
    const char *separator = luaL_optlstring(L, 2, "", &length);
    lua_Integer i = luaL_optinteger(L, 3, 1);
    end = luaL_optinteger(L, 4, end);
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    for (; i < end; i++) {
        moondial_poll(L, vm);
        add_value_at(L, &buffer, i);
        luaL_addlstring(&buffer, separator, length);
    }
    if (i == end) add_value_at(L, &buffer, i);
    luaL_pushresult(&buffer);
    return 1;
}

static int table_unpack(lua_State *L) {
    const moondial_vm *vm = moondial_vm_of(L);
    lua_Integer first = luaL_optinteger(L, 2, 1);
    lua_Integer last = luaL_opt(L, luaL_checkinteger, 3, luaL_len(L, 1));
    if (first > last) return 0;
    lua_Unsigned count = (lua_Unsigned)last - (lua_Unsigned)first;
    if (count >= INT_MAX || !lua_checkstack(L, (int)count + 1))
        return luaL_error(L, "too many results to unpack");
    for (lua_Unsigned i = 0; i <= count; i++) {
        moondial_poll(L, vm);
        lua_geti(L, 1, (lua_Integer)((lua_Unsigned)first + i));
    }
    return (int)count + 1;
}

const luaL_Reg moondial_table_functions[] = {
    {"concat", table_concat}, {"insert", table_insert}, {"move", table_move}, {"remove", table_remove},
    {"sort", moondial_sort},  {"unpack", table_unpack}, {NULL, NULL},
};
