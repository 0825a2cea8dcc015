// SPDX-License-Identifier: MIT
//
// os.time and os.date by the clock that the host gives to what runs; os.clock by its processor time.

#include <math.h>
#include <time.h>

#include "internal.h"

void moondial_vm_set_clock(moondial_vm *vm, moondial_clock clock) { vm->clock = clock; }

static uint64_t nanoseconds(clockid_t clock) {
    struct timespec now;
    clock_gettime(clock, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/// Whole seconds since 1970.
static void push_now(lua_State *L) {
    const moondial_vm *vm = moondial_vm_of(L);
    bool was_guarded = moondial_guard();  // the host's code runs
    int64_t now = vm->clock ? vm->clock(vm->context, vm->current) : (int64_t)(nanoseconds(CLOCK_REALTIME) / 1000000);
    moondial_unguard(was_guarded);
    lua_pushinteger(L, now / 1000 - (now % 1000 < 0));
}

/// Stock `os.time`, which is the upvalue, by the clock of what runs.
static int os_time(lua_State *L) {
    if (!lua_isnoneornil(L, 1)) return lua_tocfunction(L, lua_upvalueindex(1))(L);
    push_now(L);
    return 1;
}

/// Stock `os.date`, which is the upvalue, by the clock of what runs. Takes fractions of seconds, such as those of
/// `moondial.now`.
static int os_date(lua_State *L) {
    size_t length;
    if (lua_type(L, 1) == LUA_TSTRING) moondial_check_format(L, &length);
    lua_settop(L, 2);
    if (lua_isnil(L, 2)) {
        push_now(L);
        lua_replace(L, 2);
    } else if (lua_type(L, 2) == LUA_TNUMBER && !lua_isinteger(L, 2)) {
        lua_Number time = floor(lua_tonumber(L, 2));
        lua_Integer seconds;
        if (lua_numbertointeger(time, &seconds)) {
            lua_pushinteger(L, seconds);
            lua_replace(L, 2);
        }
    }
    return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

/// The processor time that the run, script or block has used, as its limits count it. Never goes back: a slice begins on
/// a coarse clock.
static int os_clock(lua_State *L) {
    const moondial_vm *vm = moondial_vm_of(L);
    moondial_meter *meter = vm->meter;
    uint64_t used = meter->cpu;
    if (vm->entry != NULL) {
#ifdef __APPLE__
        uint64_t now = nanoseconds(CLOCK_UPTIME_RAW);
#else
        uint64_t now = nanoseconds(CLOCK_MONOTONIC);
#endif
        if (now > vm->entry->started) used += now - vm->entry->started;
    }
    if (used > meter->clock) meter->clock = used;
    lua_pushnumber(L, (lua_Number)meter->clock / 1e9);
    return 1;
}

/// Of any two times, with fractions too.
static int os_difftime(lua_State *L) {
    lua_pushnumber(L, luaL_checknumber(L, 1) - luaL_checknumber(L, 2));
    return 1;
}

const luaL_Reg moondial_os_wrappers[] = {
    {"time", os_time}, {"date", os_date}, {"clock", os_clock}, {"difftime", os_difftime}, {NULL, NULL}};
