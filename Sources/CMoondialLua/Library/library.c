// SPDX-License-Identifier: MIT
//
// The standard library cut down to an allow-list.

#include <string.h>

#include "library.h"

// MARK: - Opening

// The time that the remaining functions of stock Lua run in C is bounded by their arguments, whose memory is charged to
// the run:
//
//   assert, error, type, rawequal, rawlen, getmetatable    constant, but for copying their arguments
//   select, math.max, math.min, table.pack, string.char    linear in the arguments: a stack holds a million
//   next, pairs, ipairs                                    one step a call; `next` skips empty slots of one table
//   pcall, coroutine.*                                     nothing but the call, which the interpreter counts
//   tonumber, string.len, lower, upper, reverse, sub       linear in the string
//   string.byte, unpack; utf8.char, codepoint              linear in the results, for which the stack has to have room
//   string.packsize                                        linear in the format, which is bounded in strings.c
//   string.pack                                            linear in format and strings; `c` is bounded there
//   string.format                                          bounded conversions of 99 digits, or a string
//   utf8.len, offset, codes                                linear in the string
//   math.*                                                 constant; `random` draws again with a chance below one half
//   os.time, date, clock, difftime                         nine fields; linear in the format, which is bounded

/// Replaces functions in the table on top of the stack by wrappers, which have the replaced functions as an upvalue.
static void wrap(lua_State *L, const luaL_Reg *wrappers) {
    for (; wrappers->name; wrappers++) {
        lua_getfield(L, -1, wrappers->name);
        lua_pushcclosure(L, wrappers->func, 1);
        lua_setfield(L, -2, wrappers->name);
    }
}

static int open_string(lua_State *L) {
    luaopen_string(L);
    luaL_setfuncs(L, moondial_pattern_functions, 0);
    luaL_setfuncs(L, moondial_string_functions, 0);
    wrap(L, moondial_string_wrappers);
    return 1;
}

static int open_os(lua_State *L) {
    luaopen_os(L);
    luaL_setfuncs(L, moondial_os_functions, 0);
    return 1;
}

static int open_table(lua_State *L) {
    luaopen_table(L);
    luaL_setfuncs(L, moondial_table_functions, 0);
    return 1;
}

static int open_utf8(lua_State *L) {
    luaopen_utf8(L);
    luaL_setfuncs(L, moondial_utf8_functions, 0);
    return 1;
}

static int open_math(lua_State *L) {
    luaopen_math(L);
    luaL_setfuncs(L, moondial_random_functions, 0);
    return 1;
}

/// The table of globals, which is replaced afterwards.
static int open_base(lua_State *L) {
    luaopen_base(L);
    luaL_setfuncs(L, moondial_base_functions, 0);
    luaL_setfuncs(L, moondial_raw_functions, 0);
    luaL_setfuncs(L, moondial_value_functions, 0);
    wrap(L, moondial_value_wrappers);
    return 1;
}

static const luaL_Reg libraries[] = {
    {"string", open_string}, {"table", open_table}, {"math", open_math}, {"utf8", open_utf8},
    {"os", open_os},         {"coroutine", moondial_open_coroutine}, {NULL, NULL},
};

/// Leaves a table on the stack with each library's table under its name and the basic functions under "_G".
static void push_stock(lua_State *L) {
    lua_newtable(L);
    for (const luaL_Reg *library = libraries; library->name; library++) {
        lua_pushcfunction(L, library->func);
        lua_call(L, 0, 1);
        lua_setfield(L, -2, library->name);
    }
    lua_pushcfunction(L, open_base);
    lua_call(L, 0, 1);
    lua_setfield(L, -2, "_G");
    lua_newtable(L);
    lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
}

/// If a function is on top of the stack, stores its name for `moondial_check_call`. Pops the value.
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

/// Names the functions that have no name in the libraries and call script code.
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
    // In its messages, the auxiliary library gives functions the names that it finds in this table. Scripts cannot
    // reach it.
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
    luaL_setfuncs(L, moondial_module_functions, 0);
    lua_settop(L, stock - 1);
}
