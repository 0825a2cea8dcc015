// SPDX-License-Identifier: MIT
//
// tostring and setmetatable. Where stock Lua shows the address of a value, this shows a number that stands for it: the
// address enciphered with a secret of the VM, so that equal values have equal texts and no text tells where memory is.

#include <inttypes.h>
#include <stdio.h>

#include "internal.h"

// MARK: - Numbers that stand for addresses

static inline uint32_t rotate_left(uint32_t x, int n) { return x << n | x >> (32 - n); }

/// Speck64/128: a bijection of 64 bits, which is what keeps two values from having one number.
/// https://eprint.iacr.org/2013/404
static uint64_t encipher(uint64_t block, const uint32_t key[4]) {
    uint32_t x = (uint32_t)(block >> 32), y = (uint32_t)block;
    uint32_t round_key = key[0], schedule[3] = {key[1], key[2], key[3]};
    for (uint32_t i = 0; i < 27; i++) {
        x = (rotate_left(x, 24) + y) ^ round_key;
        y = rotate_left(y, 3) ^ x;
        uint32_t *next = &schedule[i % 3];
        *next = (rotate_left(*next, 24) + round_key) ^ i;
        round_key = rotate_left(round_key, 3) ^ *next;
    }
    return (uint64_t)x << 32 | y;
}

void moondial_push_address(lua_State *L, int index, const char *null) {
    const void *address = lua_topointer(L, index);
    if (address == NULL) {
        lua_pushstring(L, null);
        return;
    }
    char text[2 + 16 + 1];
    snprintf(text, sizeof text, "0x%016" PRIx64, encipher((uintptr_t)address, moondial_vm_of(L)->secret));
    lua_pushstring(L, text);
}

// MARK: - tostring

const char *moondial_tostring(lua_State *L, int index, size_t *count) {
    index = lua_absindex(L, index);
    switch (lua_type(L, index)) {
        case LUA_TNIL: case LUA_TBOOLEAN: case LUA_TNUMBER: case LUA_TSTRING: return luaL_tolstring(L, index, count);
        default: break;
    }
    if (luaL_callmeta(L, index, "__tostring")) {
        if (!lua_isstring(L, -1)) luaL_error(L, "'__tostring' must return a string");
    } else {
        int top = lua_gettop(L);
        const char *name = luaL_typename(L, index);
        if (luaL_getmetafield(L, index, "__name") == LUA_TSTRING) name = lua_tostring(L, -1);
        moondial_push_address(L, index, "(nil)");
        lua_pushfstring(L, "%s: %s", name, lua_tostring(L, -1));
        lua_replace(L, top + 1);
        lua_settop(L, top + 1);
    }
    return lua_tolstring(L, -1, count);
}

static int tostring(lua_State *L) {
    luaL_checkany(L, 1);
    moondial_tostring(L, 1, NULL);
    return 1;
}

// MARK: - setmetatable

void moondial_check_metatable(lua_State *L, int index) {
    lua_pushvalue(L, index);
    lua_pushliteral(L, "__gc");
    if (lua_rawget(L, -2) != LUA_TNIL)
        luaL_error(L, "'__gc' is not available: finalizers would run outside every limit");
    lua_pop(L, 2);
}

/// Pushes a table with weak keys: the tables that got another metatable than their first, and that metatable.
static void push_changed(lua_State *L) {
    static const char key;
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &key) != LUA_TNIL) return;
    lua_pop(L, 1);
    lua_newtable(L);
    lua_createtable(L, 0, 1);
    lua_pushliteral(L, "k");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &key);
}

/// When the first metatable made the table weak, Lua up to 5.4.8 can miss that there is another, and free it while it is in
/// use. So it is kept elsewhere. What may be nil is at 2.
static void keep_metatable(lua_State *L) {
    moondial_vm *vm = moondial_vm_of(L);
    bool is_first = !lua_getmetatable(L, 1);
    lua_settop(L, 2);
    if (is_first && !vm->has_changed_metatables) return;
    vm->has_changed_metatables = true;
    push_changed(L);
    lua_pushvalue(L, 1);
    bool was_changed = lua_rawget(L, 3) != LUA_TNIL;
    if (!is_first || was_changed) {
        lua_pushvalue(L, 1);
        if (lua_istable(L, 2)) lua_pushvalue(L, 2);
        else lua_pushboolean(L, 0);
        lua_rawset(L, 3);
    }
    lua_settop(L, 2);
}

/// Stock `setmetatable`, which is the upvalue, without finalizers.
static int set_metatable(lua_State *L) {
    if (lua_istable(L, 1) && (lua_istable(L, 2) || lua_type(L, 2) == LUA_TNIL)) {
        if (lua_istable(L, 2)) moondial_check_metatable(L, 2);
        keep_metatable(L);
    }
    return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

const luaL_Reg moondial_value_functions[] = {{"tostring", tostring}, {NULL, NULL}};

const luaL_Reg moondial_value_wrappers[] = {{"setmetatable", set_metatable}, {NULL, NULL}};
