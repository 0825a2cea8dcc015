// SPDX-License-Identifier: MIT
//
// math.random and math.randomseed as in stock Lua, but with a separate generator for each run, script or session: they
// do not influence each other. The host seeds the generator, so that a run can be repeated.

#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "library.h"

bool moondial_random(void *bytes, size_t count) { return getentropy(bytes, count) == 0; }

// MARK: - The generator

static inline uint64_t rotate_left(uint64_t x, int n) { return x << n | x >> (64 - n); }

/// xoshiro256**: https://prng.di.unimi.it/xoshiro256starstar.c
static inline uint64_t next_number(moondial_generator *g) {
    uint64_t *s = g->state;
    uint64_t result = rotate_left(s[1] * 5, 7) * 9;
    uint64_t t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return result;
}

/// The same sequence as stock Lua's for these seeds.
static void seed(moondial_generator *g, lua_Integer first, lua_Integer second) {
    enum { DISCARDED = 16 };
    g->state[0] = (uint64_t)first;
    g->state[1] = 0xff;
    g->state[2] = (uint64_t)second;
    g->state[3] = 0;
    for (int i = 0; i < DISCARDED; i++) next_number(g);
    g->is_seeded = true;
}

/// The generator of the running code. May raise.
static moondial_generator *generator_of(lua_State *L) {
    moondial_meter *meter = moondial_vm_of(L)->meter;
    if (meter->seeded.is_seeded) return &meter->seeded;
    moondial_generator *g = meter->shared_generator ? meter->shared_generator : &meter->generator;
    if (__builtin_expect(g->is_seeded, 1)) return g;
    if (!g->has_seed && !moondial_random(&g->seed, sizeof g->seed)) luaL_error(L, "the system has no randomness");
    g->has_seed = true;
    seed(g, g->seed, 0);
    return g;
}

/// A number from 0 to `last`, all equally likely.
static uint64_t draw_up_to(moondial_generator *g, uint64_t last) {
    uint64_t number = next_number(g);
    if ((last & (last + 1)) == 0) return number & last;
    uint64_t mask = UINT64_MAX >> __builtin_clzll(last);
    while ((number &= mask) > last) number = next_number(g);
    return number;
}

// MARK: - Functions

static int random_number(lua_State *L) {
    moondial_generator *g = generator_of(L);
    lua_Integer low = 1, high;
    switch (lua_gettop(L)) {
        case 0: lua_pushnumber(L, (lua_Number)(next_number(g) >> 11) * 0x1p-53); return 1;
        case 1:
            high = luaL_checkinteger(L, 1);
            if (high != 0) break;
            lua_pushinteger(L, (lua_Integer)next_number(g));
            return 1;
        case 2:
            low = luaL_checkinteger(L, 1);
            high = luaL_checkinteger(L, 2);
            break;
        default: return luaL_error(L, "wrong number of arguments");
    }
    luaL_argcheck(L, low <= high, 1, "interval is empty");
    lua_pushinteger(L, (lua_Integer)(draw_up_to(g, (uint64_t)high - (uint64_t)low) + (uint64_t)low));
    return 1;
}

/// The seed at `index`; for a float, which stock Lua accepts from 5.4.5 on, its bits.
static lua_Integer check_seed(lua_State *L, int index) {
    int is_integer;
    lua_Integer value = lua_tointegerx(L, index, &is_integer);
    if (is_integer) return value;
    lua_Number number = luaL_checknumber(L, index);
    memcpy(&value, &number, sizeof value);
    return value;
}

static int random_seed(lua_State *L) {
    moondial_meter *meter = moondial_vm_of(L)->meter;
    lua_Integer first, second = 0;
    if (lua_isnone(L, 1)) {  // drawn, so that all numbers still depend on the host's seed
        moondial_generator *g = generator_of(L);
        first = (lua_Integer)next_number(g);
        second = (lua_Integer)next_number(g);
    } else {
        first = check_seed(L, 1);
        if (!lua_isnoneornil(L, 2)) second = check_seed(L, 2);
    }
    seed(meter->shared_generator ? meter->shared_generator : &meter->seeded, first, second);
    lua_pushinteger(L, first);
    lua_pushinteger(L, second);
    return 2;
}

const luaL_Reg moondial_random_functions[] = {{"random", random_number}, {"randomseed", random_seed}, {NULL, NULL}};
