// SPDX-License-Identifier: MIT
//
// Randomness of the system. Stock Lua seeds its generator with an address, which math.randomseed then returns.

#include <sys/random.h>
#include <unistd.h>

#include "internal.h"

bool moondial_random(void *bytes, size_t count) { return getentropy(bytes, count) == 0; }

/// Stock `math.randomseed`. Upvalues: the generator, which is its own first upvalue too, and the stock function.
static int random_seed(lua_State *L) {
    if (lua_isnone(L, 1)) {
        lua_Integer seed[2];
        if (!moondial_random(seed, sizeof seed)) return luaL_error(L, "the system has no randomness");
        lua_pushinteger(L, seed[0]);
        lua_pushinteger(L, seed[1]);
    }
    return lua_tocfunction(L, lua_upvalueindex(2))(L);
}

void moondial_wrap_random(lua_State *L) {
    lua_getfield(L, -1, "randomseed");
    lua_getupvalue(L, -1, 1);
    lua_insert(L, -2);
    lua_pushcclosure(L, random_seed, 2);
    lua_pushvalue(L, -1);
    lua_call(L, 0, 0);
    lua_setfield(L, -2, "randomseed");
}
