// SPDX-License-Identifier: MIT
//
// Values as text. Instead of the address of a value, which stock Lua shows, a number is shown: the address enciphered
// with a secret of the VM, so that equal values have equal texts and no text reveals an address.

#include <inttypes.h>
#include <stdio.h>

#include "values.h"

// MARK: - Numbers that stand for addresses

static inline uint32_t rotate_left(uint32_t x, int n) { return x << n | x >> (32 - n); }

/// Speck64/128: a bijection of 64 bits, so that two values never have the same number.
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
