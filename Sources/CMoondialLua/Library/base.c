// SPDX-License-Identifier: MIT
//
// xpcall and collectgarbage, which differ from those of stock Lua.

#include "library.h"

// MARK: - xpcall

// Lua 5.4.4 remembers a message handler by its place on the stack, also after the coroutine is closed: an error in a
// closing handler then reads freed memory. So no message handler is ever set. Instead, the handler is called with the
// error after the function has been left and its to-be-closed variables have been closed. An advantage is that it may
// wait.

/// If a handler fails, it is called again with its own error, at most this many times.
enum { MAX_HANDLER_ERRORS = 10 };

static int finish_handler(lua_State *L, int status, lua_KContext errors);

/// Calls the handler, second on the stack, with the error on top.
static int call_handler(lua_State *L, lua_KContext errors) {
    lua_pushvalue(L, 2);
    lua_insert(L, -2);
    return finish_handler(L, lua_pcallk(L, 1, 1, 0, errors, finish_handler), errors);
}

static int finish_handler(lua_State *L, int status, lua_KContext errors) {
    if (status == LUA_ERRRUN && errors < MAX_HANDLER_ERRORS) return call_handler(L, errors + 1);
    if (status == LUA_ERRRUN) lua_pushliteral(L, "error in error handling");
    lua_pushboolean(L, 0);
    lua_insert(L, -2);
    return 2;
}

static int finish_xpcall(lua_State *L, int status, lua_KContext unused) {
    (void)unused;
    if (status == LUA_OK || status == LUA_YIELD) return lua_gettop(L) - 2;
    if (status == LUA_ERRRUN) return call_handler(L, 0);
    lua_pushboolean(L, 0);  // the handler is not called for errors in memory and in error handling
    lua_insert(L, -2);
    return 2;
}

static int xpcall(lua_State *L) {
    int count = lua_gettop(L);
    luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_pushboolean(L, 1);
    lua_pushvalue(L, 1);
    lua_rotate(L, 3, 2);  // function, handler, true, function, arguments
    return finish_xpcall(L, lua_pcallk(L, count - 2, LUA_MULTRET, 0, 0, finish_xpcall), 0);
}

// MARK: - collectgarbage

/// Only "count" and "isrunning" have an effect, since the host controls the collector. The other options are accepted,
/// so that code which tunes the collector runs.
static int collect_garbage(lua_State *L) {
    static const char *const options[] = {"collect",     "count",       "isrunning", "stop",     "restart", "step",
                                          "incremental", "generational", "setpause", "setstepmul", NULL};
    switch (luaL_checkoption(L, 1, "collect", options)) {
        case 1: lua_pushnumber(L, lua_gc(L, LUA_GCCOUNT) + lua_gc(L, LUA_GCCOUNTB) / 1024.0); break;
        case 2: lua_pushboolean(L, 1); break;
        default: lua_pushinteger(L, 0); break;
    }
    return 1;
}

const luaL_Reg moondial_base_functions[] = {
    {"collectgarbage", collect_garbage}, {"load", moondial_load}, {"xpcall", xpcall}, {NULL, NULL}};
