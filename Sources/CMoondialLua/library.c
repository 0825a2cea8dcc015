// SPDX-License-Identifier: MIT
//
// The standard library cut down to an allow-list, with the few functions that differ from stock Lua.

#include <string.h>

#include "internal.h"

const char moondial_key_names = 0;
const char moondial_key_host = 0;

// MARK: - load

/// Stock `load`, which is the upvalue, for text only.
static int load_text(lua_State *L) {
    const char *mode = luaL_optstring(L, 3, "t");
    if (strchr(mode, 't') == NULL) {
        lua_pushnil(L);
        lua_pushfstring(L, "attempt to load a chunk with mode '%s': only text chunks ('t') are loaded", mode);
        return 2;
    }
    const char *name = luaL_optstring(L, 2, "");
    luaL_argcheck(L, !moondial_is_prelude_name(name), 2, "the host uses such names itself");
    if (lua_gettop(L) < 3) lua_settop(L, 3);  // not further: a fourth argument, even nil, is the environment
    lua_pushliteral(L, "t");
    lua_replace(L, 3);
    return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

// MARK: - xpcall

// Lua 5.4.4 remembers a message handler by its place on the stack, and goes on doing so when the coroutine is closed:
// an error in a closing handler then reads freed memory. So no handler is ever set: it is called with the error once
// the function has been left, and to-be-closed variables have been closed. In return it may wait.

/// A handler that fails gets its own error, this many times.
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
    lua_pushboolean(L, 0);  // no handler hears of errors in memory and in error handling
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

static int count_garbage(lua_State *L) {
    luaL_argcheck(
        L, strcmp(luaL_optstring(L, 1, "collect"), "count") == 0, 1, "the host collects garbage: only 'count' is left");
    lua_pushnumber(L, lua_gc(L, LUA_GCCOUNT) + lua_gc(L, LUA_GCCOUNTB) / 1024.0);
    return 1;
}

// MARK: - Opening

static const luaL_Reg libraries[] = {
    {"string", luaopen_string}, {"table", luaopen_table}, {"math", luaopen_math}, {"utf8", luaopen_utf8},
    {"os", luaopen_os},         {"coroutine", moondial_open_coroutine}, {NULL, NULL},
};

/// Leaves a table on the stack with each library's table under its name and the basic functions under "_G".
static void push_stock(lua_State *L) {
    static const luaL_Reg own[] = {{"collectgarbage", count_garbage}, {"xpcall", xpcall}, {NULL, NULL}};
    lua_newtable(L);
    for (const luaL_Reg *library = libraries; library->name; library++) {
        lua_pushcfunction(L, library->func);
        lua_call(L, 0, 1);
        lua_setfield(L, -2, library->name);
    }
    lua_pushcfunction(L, luaopen_base);
    lua_call(L, 0, 1);  // the table of globals, which is replaced below
    lua_getfield(L, -1, "load");
    lua_pushcclosure(L, load_text, 1);
    lua_setfield(L, -2, "load");
    luaL_setfuncs(L, own, 0);
    luaL_setfuncs(L, moondial_raw_functions, 0);
    lua_setfield(L, -2, "_G");
    lua_newtable(L);
    lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
}

/// Notes the name of the function on top of the stack, if it is one, for `moondial_check_call`. Pops it.
static void note_name(lua_State *L, const char *name) {
    if (lua_isfunction(L, -1)) {
        lua_rawgetp(L, LUA_REGISTRYINDEX, &moondial_key_names);
        lua_insert(L, -2);
        lua_pushstring(L, name);
        lua_rawset(L, -3);
    }
    lua_pop(L, 1);
}

/// Copies one allowed function from the stock table at `stock` to the globals and to the loaded libraries at `loaded`.
static void allow(lua_State *L, int stock, int loaded, const char *path) {
    const char *dot = strchr(path, '.');
    const char *name = dot ? dot + 1 : path;
    const char *library = dot ? lua_pushlstring(L, path, (size_t)(dot - path)) : lua_pushliteral(L, "_G");
    lua_getfield(L, stock, library);
    lua_getfield(L, -1, name);
    int value = lua_gettop(L);
    lua_pushvalue(L, value);
    note_name(L, path);
    luaL_getsubtable(L, loaded, library);
    lua_pushvalue(L, value);
    lua_setfield(L, -2, name);
    lua_pushglobaltable(L);
    if (dot) luaL_getsubtable(L, -1, library);
    lua_pushvalue(L, value);
    lua_setfield(L, -2, name);
    lua_settop(L, loaded);
}

/// Names the functions that nobody can name but that call script code.
static void note_hidden_names(lua_State *L, int stock) {
    lua_getfield(L, stock, "_G");
    lua_getfield(L, -1, "ipairs");
    lua_newtable(L);
    lua_call(L, 1, 1);
    note_name(L, "ipairs");
    lua_pushliteral(L, "");
    lua_getmetatable(L, -1);
    for (lua_pushnil(L); lua_next(L, -2);) note_name(L, "string arithmetic");
    lua_settop(L, stock);
}

/// Makes `("x"):upper()` find the allowed functions, and closes the metatable to scripts.
static void set_string_methods(lua_State *L, int loaded) {
    lua_pushliteral(L, "");
    lua_getmetatable(L, -1);
    lua_getfield(L, loaded, "string");
    lua_setfield(L, -2, "__index");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_settop(L, loaded);
}

void moondial_open_libraries(lua_State *L, const char *const *allowed) {
    push_stock(L);
    int stock = lua_gettop(L);
    note_hidden_names(L, stock);
    // The auxiliary library names functions in its messages by what it finds here. Scripts cannot reach it.
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    int loaded = lua_gettop(L);
    for (; *allowed; allowed++) allow(L, stock, loaded, *allowed);
    set_string_methods(L, loaded);
    for (const luaL_Reg *library = libraries; library->name; library++) {
        if (lua_getglobal(L, library->name) == LUA_TTABLE) moondial_freeze(L, -1, library->name, false);
        lua_pop(L, 1);
    }
    lua_pushglobaltable(L);
    lua_setglobal(L, "_G");
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moondial_key_host);
    luaL_setfuncs(L, moondial_object_functions, 0);
    luaL_setfuncs(L, moondial_record_functions, 0);
    lua_settop(L, stock - 1);
}
