// SPDX-License-Identifier: MIT
//
// Calls of Lua to the host, which may wait.

#include "threads.h"

/// Returns the values on the inbox as results, or raises the string there. No Swift frame is above the host's call into
/// Lua.
static int deliver(lua_State *L, bool raise) {
    int values = moondial_decode(L);
    if (!raise) return values;
    lua_Integer kind = MOONDIAL_ERROR_OTHER;
    if (values > 1) {
        kind = lua_tointeger(L, -1);
        lua_pop(L, 1);
    }
    return moondial_raise_as(L, kind);
}

static int continue_after_wait(lua_State *L, int status, lua_KContext context) {
    (void)status;
    (void)context;
    moondial_vm *vm = moondial_vm_of(L);
    moondial_poll(L, vm);
    return deliver(L, vm->raise);
}

/// Replaces the arguments with one string, each as `tostring` gives it, tabs between.
static void stringify(lua_State *L) {
    const moondial_vm *vm = moondial_vm_of(L);
    int count = lua_gettop(L);
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    for (int i = 1; i <= count; i++) {
        moondial_poll(L, vm);
        if (i > 1) luaL_addchar(&buffer, '\t');
        moondial_tostring(L, i, NULL);
        luaL_addvalue(&buffer);
    }
    luaL_pushresult(&buffer);
    lua_insert(L, 1);
    lua_settop(L, 1);
}

/// Replaces the arguments that have a `__tostring` by its result. If `__tostring` fails, the argument stays as it is.
static void take_texts(lua_State *L) {
    int count = lua_gettop(L);
    luaL_checkstack(L, 4, "too many arguments");
    for (int i = 1; i <= count; i++) {
        if (luaL_getmetafield(L, i, "__tostring") == LUA_TNIL) continue;
        lua_pop(L, 1);
        lua_pushcfunction(L, moondial_error_text);
        lua_pushvalue(L, i);
        if (lua_pcall(L, 1, 1, 0) == LUA_OK) lua_copy(L, -1, i);
        lua_pop(L, 1);
        moondial_poll(L, moondial_vm_of(L));
    }
}

static void encode_arguments(lua_State *L, uint32_t flags, const char *name) {
    if (flags & MOONDIAL_TEXTS) take_texts(L);       // may run script code, which may call the host
    if (flags & MOONDIAL_STRINGIFIES) stringify(L);  // may run script code, which may call the host
    moondial_vm *vm = moondial_vm_of(L);
    moondial_outbox_begin(vm);
    int count = lua_gettop(L);
    for (int i = 1; i <= count; i++) {
        moondial_poll(L, vm);
        const char *problem = "";
        moondial_status status =
            flags & MOONDIAL_VIEWS
                ? moondial_encode_view(L, i, flags & MOONDIAL_WHOLE_VIEWS ? MOONDIAL_VIEW_OF_ALL : MOONDIAL_VIEW_OF_VALUE)
                : moondial_encode(L, i, &vm->limits, flags & MOONDIAL_TAKES_FUNCTIONS, &problem);
        if (status == MOONDIAL_OK) continue;
        if (status == MOONDIAL_MEMORY) problem = "not enough memory";
        lua_pushfstring(L, "bad argument #%d to '%s' (%s)", i, name, problem);
        moondial_raise(L);
    }
}

int moondial_call_host(lua_State *L, uint32_t function, uint32_t flags, const char *name) {
    moondial_vm *vm = moondial_vm_of(L);
    moondial_poll(L, vm);
    moondial_check_call(L, flags, name);
    encode_arguments(L, flags, name);
    vm->inbox.count = 0;
    if ((flags & (MOONDIAL_MAY_WAIT | MOONDIAL_WAITS_IF_POSSIBLE)) && vm->current != NULL) vm->current->ticket = ++vm->tickets;
    lua_State *outer = vm->calling;
    vm->calling = L;
    moondial_answer answer = vm->call(vm->context, function, vm->current);
    vm->calling = outer;
    if (vm->is_lost) moondial_lose(vm);  // lost by a thread that was closed during the call
    if (answer != MOONDIAL_ANSWER_WAIT) moondial_poll(L, vm);
    if (answer != MOONDIAL_ANSWER_WAIT) return deliver(L, answer == MOONDIAL_ANSWER_RAISE);
    vm->waiting = true;
    vm->waiting_in = NULL;
    return lua_yieldk(L, 0, 0, continue_after_wait);
}

int moondial_host_function(lua_State *L) {
    return moondial_call_host(
        L, (uint32_t)lua_tointeger(L, lua_upvalueindex(1)), (uint32_t)lua_tointeger(L, lua_upvalueindex(2)),
        lua_tostring(L, lua_upvalueindex(3)));
}
