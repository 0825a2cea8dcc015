// SPDX-License-Identifier: MIT
//
// The standard library cut down to an allow-list, read-only tables, and the few functions that differ from stock Lua:
// load (text only), rawset/rawget/next (respect read-only tables), collectgarbage ("count" only), require (the host's).

#include <string.h>

#include "internal.h"

const char moondial_key_names = 0;
const char moondial_key_host = 0;
const char moondial_key_classes = 0;
const char moondial_key_frozen = 0;
const char moondial_key_array = 0;

// MARK: - Read-only tables

static int refuse_write(lua_State *L) {
    const char *table = lua_tostring(L, lua_upvalueindex(1));
    const char *key = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : luaL_typename(L, 2);
    if (strcmp(table, "_G") == 0)
        return luaL_error(
            L, "cannot assign the global '%s': globals are read-only once the rules have loaded (use 'local %s')", key,
            key);
    return luaL_error(L, "cannot assign field '%s': '%s' is read-only", key, table);
}

/// Replaces a read-only table at `index` by the one behind it; false when it is an ordinary table.
static bool look_behind(lua_State *L, int index) {
    if (!lua_getmetatable(L, index)) return false;
    bool frozen = lua_rawgetp(L, -1, &moondial_key_frozen) == LUA_TTABLE;
    if (frozen)
        lua_replace(L, index);
    else
        lua_pop(L, 1);
    lua_pop(L, 1);
    return frozen;
}

static int raw_next(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 2);
    look_behind(L, 1);
    if (lua_next(L, 1)) return 2;
    lua_pushnil(L);
    return 1;
}

static int frozen_pairs(lua_State *L) {
    lua_pushcfunction(L, raw_next);
    lua_pushvalue(L, 1);
    lua_pushnil(L);
    return 3;
}

static int raw_get(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checkany(L, 2);
    lua_settop(L, 2);
    look_behind(L, 1);
    lua_rawget(L, 1);
    return 1;
}

static int raw_set(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checkany(L, 2);
    luaL_checkany(L, 3);
    lua_settop(L, 3);
    lua_pushvalue(L, 1);
    if (look_behind(L, 4)) return luaL_error(L, "bad argument #1 to 'rawset' (the table is read-only)");
    lua_pop(L, 1);
    lua_rawset(L, 1);
    return 1;
}

void moondial_freeze(lua_State *L, int index, const char *name, bool deep) {
    index = lua_absindex(L, index);
    luaL_checkstack(L, 8, "table nested too deep");
    lua_newtable(L);
    int behind = lua_gettop(L);
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
        lua_pushvalue(L, -2);
        lua_pushvalue(L, -2);
        lua_rawset(L, behind);
        if (deep && lua_istable(L, -1) && !lua_rawequal(L, -1, index)) {
            const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?";
            const char *path = lua_pushfstring(L, "%s.%s", name, key);
            moondial_freeze(L, -2, path, true);
            lua_pop(L, 1);
        }
    }
    for (lua_pushnil(L); lua_next(L, behind);) {
        lua_pop(L, 1);
        lua_pushvalue(L, -1);
        lua_pushnil(L);
        lua_rawset(L, index);
    }
    lua_createtable(L, 0, 5);
    lua_pushvalue(L, behind);
    lua_setfield(L, -2, "__index");
    lua_pushstring(L, name);
    lua_pushcclosure(L, refuse_write, 1);
    lua_setfield(L, -2, "__newindex");
    lua_pushcfunction(L, frozen_pairs);
    lua_setfield(L, -2, "__pairs");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pushvalue(L, behind);
    lua_rawsetp(L, -2, &moondial_key_frozen);
    lua_setmetatable(L, index);
    lua_settop(L, behind - 1);
}

// MARK: - Functions that differ from stock Lua

static int load_text(lua_State *L) {
    const char *mode = luaL_optstring(L, 3, "t");
    if (strchr(mode, 't') == NULL) {
        lua_pushnil(L);
        lua_pushfstring(L, "attempt to load a chunk with mode '%s': only text chunks ('t') are loaded", mode);
        return 2;
    }
    int arguments = lua_gettop(L);
    if (arguments < 3) lua_settop(L, arguments = 3);
    lua_pushliteral(L, "t");
    lua_replace(L, 3);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, arguments, LUA_MULTRET);
    return lua_gettop(L);
}

static int count_garbage(lua_State *L) {
    const char *option = luaL_checkstring(L, 1);
    luaL_argcheck(L, strcmp(option, "count") == 0, 1, "only \"count\" is available");
    lua_pushnumber(L, lua_gc(L, LUA_GCCOUNT) + lua_gc(L, LUA_GCCOUNTB) / 1024.0);
    return 1;
}

/// Upvalues: host function, modules by name (a value, or `false` while one loads).
static int require_module(lua_State *L) {
    const char *name = luaL_checkstring(L, 1);
    lua_settop(L, 1);
    if (lua_getfield(L, lua_upvalueindex(2), name) != LUA_TNIL) {
        if (lua_isboolean(L, -1) && !lua_toboolean(L, -1))
            return luaL_error(L, "module '%s' requires itself while it loads", name);
        return 1;
    }
    lua_settop(L, 1);
    uint32_t function = (uint32_t)lua_tointeger(L, lua_upvalueindex(1));
    moondial_call_host(L, function, 0, "require");  // raises what the host says when there is no such module
    size_t count;
    const char *source = luaL_checklstring(L, -2, &count);
    if (luaL_loadbufferx(L, source, count, luaL_checkstring(L, -1), "t") != LUA_OK) return lua_error(L);
    lua_pushboolean(L, 0);
    lua_setfield(L, lua_upvalueindex(2), name);
    lua_pushvalue(L, 1);
    if (lua_pcall(L, 1, 1, 0) != LUA_OK) {
        lua_pushnil(L);
        lua_setfield(L, lua_upvalueindex(2), name);
        return lua_error(L);
    }
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        lua_pushboolean(L, 1);
    }
    lua_pushvalue(L, -1);
    lua_setfield(L, lua_upvalueindex(2), name);
    return 1;
}

void moondial_push_require(lua_State *L, uint32_t function) {
    lua_pushinteger(L, function);
    lua_newtable(L);
    lua_pushcclosure(L, require_module, 2);
}

// MARK: - Objects and classes, for the prelude

static int set_class(lua_State *L) {
    lua_Integer class = luaL_checkinteger(L, 1);
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moondial_key_classes);
    lua_pushvalue(L, 2);
    lua_rawseti(L, -2, class);
    return 0;
}

static int make_object(lua_State *L) {
    uint32_t *class = lua_newuserdatauv(L, sizeof *class, 1);
    *class = (uint32_t)luaL_checkinteger(L, 1);
    lua_pushvalue(L, 2);
    lua_setiuservalue(L, -2, 1);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moondial_key_classes);
    lua_rawgeti(L, -1, *class);
    lua_setmetatable(L, -3);
    lua_pop(L, 1);
    return 1;
}

static int payload_of_object(lua_State *L) {
    luaL_checktype(L, 1, LUA_TUSERDATA);
    lua_getiuservalue(L, 1, 1);
    return 1;
}

static int mark_array(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moondial_key_array);
    lua_setmetatable(L, 1);
    return 1;
}

// MARK: - Opening

static const luaL_Reg libraries[] = {
    {"string", luaopen_string}, {"table", luaopen_table}, {"math", luaopen_math}, {"utf8", luaopen_utf8},
    {"os", luaopen_os},         {"coroutine", moondial_open_coroutine}, {NULL, NULL},
};

/// The stock functions, each library's table under its name and the basic ones under "_G", on the stack.
static void push_stock(lua_State *L) {
    lua_newtable(L);
    for (const luaL_Reg *library = libraries; library->name; library++) {
        lua_pushcfunction(L, library->func);
        lua_call(L, 0, 1);
        lua_setfield(L, -2, library->name);
    }
    lua_pushcfunction(L, luaopen_base);
    lua_call(L, 0, 1);  // fills the globals, which are empty so far
    lua_newtable(L);
    for (lua_pushnil(L); lua_next(L, -3); lua_pop(L, 1)) {
        lua_pushvalue(L, -2);
        lua_pushvalue(L, -2);
        lua_rawset(L, -5);
    }
    for (lua_pushnil(L); lua_next(L, -2);) {
        lua_pop(L, 1);
        lua_pushvalue(L, -1);
        lua_pushnil(L);
        lua_rawset(L, -5);
    }
    lua_getfield(L, -1, "load");
    lua_pushcclosure(L, load_text, 1);
    lua_setfield(L, -2, "load");
    static const luaL_Reg own[] = {
        {"rawset", raw_set}, {"rawget", raw_get}, {"next", raw_next}, {"collectgarbage", count_garbage}, {NULL, NULL},
    };
    luaL_setfuncs(L, own, 0);
    lua_setfield(L, -3, "_G");
    lua_pop(L, 1);
}

/// Copies one allowed function from the stock table at `stock` to the globals and notes its name.
static void allow(lua_State *L, int stock, const char *name) {
    const char *dot = strchr(name, '.');
    lua_pushlstring(L, dot ? name : "_G", dot ? (size_t)(dot - name) : 2);
    const char *library = lua_tostring(L, -1);
    lua_getfield(L, stock, library);
    lua_getfield(L, -1, dot ? dot + 1 : name);
    int value = lua_gettop(L);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moondial_key_names);
    lua_pushvalue(L, value);
    lua_pushstring(L, name);
    if (lua_isfunction(L, value))
        lua_rawset(L, -3);
    else
        lua_pop(L, 2);
    lua_pushglobaltable(L);
    if (dot) luaL_getsubtable(L, -1, library);
    lua_pushvalue(L, value);
    lua_setfield(L, -2, dot ? dot + 1 : name);
    lua_settop(L, stock);
}

static void set_string_methods(lua_State *L) {
    lua_pushliteral(L, "");
    lua_getmetatable(L, -1);
    lua_getglobal(L, "string");
    lua_pushvalue(L, -1);
    look_behind(L, lua_gettop(L));
    lua_setfield(L, -3, "__index");
    lua_pop(L, 1);
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 2);
}

void moondial_open_libraries(lua_State *L, const char *const *allowed) {
    push_stock(L);
    int stock = lua_gettop(L);
    for (; *allowed; allowed++) allow(L, stock, *allowed);
    for (const luaL_Reg *library = libraries; library->name; library++) {
        if (lua_getglobal(L, library->name) == LUA_TTABLE) moondial_freeze(L, -1, library->name, false);
        lua_pop(L, 1);
    }
    set_string_methods(L);
    lua_pop(L, 1);
    lua_pushglobaltable(L);
    lua_setglobal(L, "_G");

    lua_rawgetp(L, LUA_REGISTRYINDEX, &moondial_key_host);
    static const luaL_Reg primitives[] = {
        {"set_class", set_class}, {"object", make_object}, {"payload", payload_of_object}, {"array", mark_array},
        {NULL, NULL},
    };
    luaL_setfuncs(L, primitives, 0);
    lua_pop(L, 1);
}
