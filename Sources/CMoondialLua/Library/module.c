// SPDX-License-Identifier: MIT
//
// require, which gets the texts of modules from the host.

#include <string.h>

#include "library.h"

/// Pushes the placeholder of a module that is being loaded: a to-be-closed value of `require` that holds the module's
/// key.
static void push_guard(lua_State *L, int key) {
    lua_newuserdatauv(L, 0, 1);
    lua_pushvalue(L, key);
    lua_setiuservalue(L, -2, 1);
    lua_pushvalue(L, lua_upvalueindex(3));
    lua_setmetatable(L, -2);
}

static bool is_guard(lua_State *L, int index) {
    if (lua_type(L, index) != LUA_TUSERDATA || !lua_getmetatable(L, index)) return false;
    bool same = lua_rawequal(L, -1, lua_upvalueindex(3));
    lua_pop(L, 1);
    return same;
}

/// Closes a guard. If it is still in the place of its module, loading has failed and may be tried again. Upvalue:
/// modules.
static int forget_module(lua_State *L) {
    lua_settop(L, 1);
    lua_getiuservalue(L, 1, 1);
    lua_pushvalue(L, 2);
    lua_rawget(L, lua_upvalueindex(1));
    if (!lua_rawequal(L, 3, 1)) return 0;
    lua_settop(L, 2);
    lua_pushnil(L);
    lua_rawset(L, lua_upvalueindex(1));
    return 0;
}

/// Pushes the library that stock Lua has loaded under the name of the module; false when there is none. Some libraries
/// exist only for modules.
static bool find_library(lua_State *L) {
    static const char *const names[] = {"string", "table", "math", "utf8", "os", "coroutine", "_G", "io", "debug", "package"};
    size_t length, i = 0, count = sizeof names / sizeof *names;
    const char *name = lua_tolstring(L, 1, &length);
    while (i < count && (strlen(names[i]) != length || memcmp(name, names[i], length) != 0)) i++;
    if (i == count) return false;
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &moondial_key_environment) != LUA_TTABLE) lua_pushglobaltable(L);
    return lua_getfield(L, -1, names[i]) == LUA_TTABLE;
}

/// Calls the host with the values on the stack, the name and maybe the key, and pushes its answer.
static void ask_host(lua_State *L) {
    moondial_call_host(L, (uint32_t)lua_tointeger(L, lua_upvalueindex(1)), 0, "require");
}

static void set_module(lua_State *L, int key, int value) {
    lua_pushvalue(L, key);
    lua_pushvalue(L, value);
    lua_rawset(L, lua_upvalueindex(2));
}

/// Upvalues: host function, modules by key (a value, or a guard), the metatable of guards.
static int require_module(lua_State *L) {
    enum { NAME = 1, KEY, TEXT, CHUNK_NAME, CHUNK, GUARD, RESULT };
    luaL_checkstring(L, NAME);
    lua_settop(L, NAME);
    if (find_library(L)) return 1;
    lua_settop(L, NAME);
    ask_host(L);
    luaL_checkstring(L, KEY);
    lua_settop(L, KEY);
    lua_pushvalue(L, KEY);
    if (lua_rawget(L, lua_upvalueindex(2)) != LUA_TNIL) {
        if (!is_guard(L, -1)) return 1;
        lua_pushfstring(L, "module '%s' requires itself while it loads", lua_tostring(L, NAME));
        return moondial_raise(L);
    }
    lua_settop(L, KEY);
    ask_host(L);
    size_t count;
    const char *text = luaL_checklstring(L, TEXT, &count);
    if (moondial_compile(L, text, count, luaL_checkstring(L, CHUNK_NAME)) != LUA_OK) return lua_error(L);
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &moondial_key_environment) != LUA_TTABLE) lua_pop(L, 1);
    else lua_setupvalue(L, CHUNK, 1);
    push_guard(L, KEY);
    lua_toclose(L, GUARD);
    set_module(L, KEY, GUARD);
    lua_pushvalue(L, CHUNK);
    lua_pushvalue(L, NAME);
    lua_call(L, 1, 1);
    if (lua_isnil(L, RESULT)) {
        lua_pop(L, 1);
        lua_pushboolean(L, 1);
    }
    set_module(L, KEY, RESULT);
    return 1;
}

void moondial_push_require(lua_State *L, uint32_t function) {
    lua_pushinteger(L, function);
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &moondial_key_modules);
    lua_createtable(L, 0, 1);
    lua_pushvalue(L, -2);
    lua_pushcclosure(L, forget_module, 1);
    lua_setfield(L, -2, "__close");
    lua_pushcclosure(L, require_module, 3);
}

// MARK: - The globals of modules

/// use_environment(reads, behind, assign): gives all later modules one table of globals of their own, which is
/// returned. `reads` is its `__index`, `pairs` lists the fields of `behind`, and `assign` is its `__newindex`.
static int use_environment(lua_State *L) {
    for (int i = 1; i <= 2; i++) luaL_checktype(L, i, LUA_TTABLE);
    luaL_checktype(L, 3, LUA_TFUNCTION);
    lua_newtable(L);
    lua_createtable(L, 0, 6);
    lua_pushvalue(L, 1);
    lua_setfield(L, -2, "__index");
    lua_pushvalue(L, 3);
    lua_setfield(L, -2, "__newindex");
    moondial_set_reading_methods(L);
    lua_pushvalue(L, 2);
    lua_rawsetp(L, -2, &moondial_key_frozen);
    lua_setmetatable(L, -2);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &moondial_key_environment);
    return 1;
}

/// loader(globals): a `load` whose functions have these globals unless its caller gives others.
static int make_loader(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    lua_pushcclosure(L, moondial_load, 1);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moondial_key_names);
    lua_pushvalue(L, -2);
    lua_pushliteral(L, "load");
    lua_rawset(L, -3);
    lua_pop(L, 1);
    return 1;
}

/// leave_environment(f): if `f` is a function of a module, gives that module the ordinary globals from now on.
static int leave_environment(lua_State *L) {
    lua_settop(L, 1);
    if (!lua_isfunction(L, 1) || lua_iscfunction(L, 1)) return 0;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moondial_key_environment);
    const char *name;
    for (int i = 1; (name = lua_getupvalue(L, 1, i)) != NULL; lua_settop(L, 2), i++) {
        if (strcmp(name, "_ENV") != 0 || !lua_rawequal(L, 2, 3)) continue;
        lua_pushglobaltable(L);
        lua_setupvalue(L, 1, i);
    }
    return 0;
}

const luaL_Reg moondial_module_functions[] = {
    {"use_environment", use_environment}, {"loader", make_loader}, {"leave_environment", leave_environment},
    {NULL, NULL},
};

int moondial_forget_modules(lua_State *L) {
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moondial_key_modules);
    for (lua_pushnil(L); lua_next(L, -2);) {
        lua_pop(L, 1);
        lua_pushvalue(L, -1);
        lua_pushnil(L);
        lua_rawset(L, -4);
    }
    return 0;
}
