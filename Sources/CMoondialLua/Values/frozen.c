// SPDX-License-Identifier: MIT
//
// Read-only tables: an empty table whose metatable leads to the table with the contents, which scripts cannot reach.
// The functions with raw access are replaced by ones that use the contents.

#include <string.h>

#include "values.h"

bool moondial_look_behind(lua_State *L, int index) {
    if (!lua_getmetatable(L, index)) return false;
    int type = lua_rawgetp(L, -1, &moondial_key_frozen);
    if (type == LUA_TBOOLEAN) {  // a record, which holds the table behind it itself
        lua_pop(L, 1);
        type = lua_rawgetp(L, index, &moondial_key_frozen);
    }
    if (type == LUA_TTABLE) lua_copy(L, -1, index);
    lua_pop(L, 2);
    return type == LUA_TTABLE;
}

// MARK: - Raw access

static int raw_next(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 2);
    moondial_look_behind(L, 1);
    if (lua_next(L, 1)) return 2;
    lua_pushnil(L);
    return 1;
}

static int raw_get(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checkany(L, 2);
    lua_settop(L, 2);
    moondial_look_behind(L, 1);
    lua_rawget(L, 1);
    return 1;
}

/// Pushes the function that writes to the read-only table at 1, as globals have one. False when there is none.
static bool push_assignment(lua_State *L) {
    if (!lua_getmetatable(L, 1) || lua_rawgetp(L, -1, &moondial_key_frozen) != LUA_TTABLE) return false;
    return lua_getfield(L, -2, "__newindex") == LUA_TFUNCTION && !lua_iscfunction(L, -1);
}

static int raw_set(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checkany(L, 2);
    luaL_checkany(L, 3);
    lua_settop(L, 3);
    lua_pushvalue(L, 1);
    if (moondial_look_behind(L, 4)) {
        luaL_argcheck(L, push_assignment(L), 1, "the table is read-only");
        for (int i = 1; i <= 3; i++) lua_pushvalue(L, i);
        lua_call(L, 3, 0);
        lua_settop(L, 1);
        return 1;
    }
    lua_settop(L, 3);
    lua_rawset(L, 1);
    return 1;
}

static int raw_length(lua_State *L) {
    int type = lua_type(L, 1);
    luaL_argexpected(L, type == LUA_TTABLE || type == LUA_TSTRING, 1, "table or string");
    lua_settop(L, 1);
    if (type == LUA_TTABLE) moondial_look_behind(L, 1);
    lua_pushinteger(L, (lua_Integer)lua_rawlen(L, 1));
    return 1;
}

const luaL_Reg moondial_raw_functions[] = {
    {"next", raw_next}, {"rawget", raw_get}, {"rawset", raw_set}, {"rawlen", raw_length}, {NULL, NULL},
};

// MARK: - Metamethods

/// Whether the read-only table has the same value already.
static bool changes_nothing(lua_State *L) {
    lua_settop(L, 3);
    lua_pushvalue(L, 1);
    if (!moondial_look_behind(L, 4)) return false;
    lua_pushvalue(L, 2);
    return lua_rawget(L, 4) != LUA_TNIL && lua_rawequal(L, 5, 3);
}

static int refuse_write(lua_State *L) {
    if (changes_nothing(L)) return 0;  // "table.unpack = table.unpack or unpack"
    const char *table = lua_tostring(L, lua_upvalueindex(1));
    const char *key = lua_isstring(L, 2) ? lua_tostring(L, 2) : luaL_typename(L, 2);
    if (strcmp(table, "_G") == 0)
        lua_pushfstring(
            L, "cannot assign the global '%s': globals are read-only once the rules have loaded (use 'local %s')", key,
            key);
    else
        lua_pushfstring(L, "cannot assign field '%s': '%s' is read-only", key, table);
    return moondial_raise(L);
}

static int frozen_pairs(lua_State *L) {
    lua_pushcfunction(L, raw_next);
    lua_pushvalue(L, 1);
    lua_pushnil(L);
    return 3;
}

void moondial_set_reading_methods(lua_State *L) {
    lua_pushcfunction(L, raw_length);
    lua_setfield(L, -2, "__len");
    lua_pushcfunction(L, frozen_pairs);
    lua_setfield(L, -2, "__pairs");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
}

/// Gives the table at `index` the metatable that makes reads go to the table at `behind`.
static void set_frozen_metatable(lua_State *L, int index, int behind, const char *name) {
    lua_createtable(L, 0, 6);
    lua_pushvalue(L, behind);
    lua_setfield(L, -2, "__index");
    lua_pushstring(L, name);
    lua_pushcclosure(L, refuse_write, 1);
    lua_setfield(L, -2, "__newindex");
    moondial_set_reading_methods(L);
    lua_pushvalue(L, behind);
    lua_rawsetp(L, -2, &moondial_key_frozen);
    lua_setmetatable(L, index);
}

// MARK: - Freezing

static bool is_frozen(lua_State *L, int index) {
    lua_pushvalue(L, index);
    bool frozen = moondial_look_behind(L, lua_gettop(L));
    lua_pop(L, 1);
    return frozen;
}

/// Moves the entries and the metatable of the table at `index` to a new table, which it leaves on the stack.
static void push_behind(lua_State *L, int index) {
    lua_newtable(L);
    int behind = lua_gettop(L);
    for (lua_pushnil(L); lua_next(L, index);) {
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, behind);
    }
    for (lua_pushnil(L); lua_next(L, behind);) {
        lua_pop(L, 1);
        lua_pushvalue(L, -1);
        lua_pushnil(L);
        lua_rawset(L, index);
    }
    if (lua_getmetatable(L, index)) {
        moondial_check_metatable(L, -1);
        lua_setmetatable(L, behind);
    }
}

void moondial_freeze(lua_State *L, int index, const char *name, bool deep) {
    index = lua_absindex(L, index);
    luaL_checkstack(L, 10, "tables are nested too deep");
    if (is_frozen(L, index)) return;
    push_behind(L, index);
    int behind = lua_gettop(L);
    set_frozen_metatable(L, index, behind, name);
    for (lua_pushnil(L); deep && lua_next(L, behind); lua_pop(L, 1)) {
        if (!lua_istable(L, -1)) continue;
        const char *key = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?";
        const char *path = lua_pushfstring(L, "%s.%s", name, key);
        moondial_freeze(L, -2, path, true);
        lua_pop(L, 1);
    }
    lua_settop(L, behind - 1);
}

int moondial_freeze_but_for(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checktype(L, 3, LUA_TFUNCTION);
    moondial_freeze(L, 1, luaL_checkstring(L, 2), false);
    lua_getmetatable(L, 1);
    lua_pushvalue(L, 3);
    lua_setfield(L, -2, "__newindex");
    lua_rawgetp(L, -1, &moondial_key_frozen);
    return 1;
}

// MARK: - Metatables

void moondial_check_metatable(lua_State *L, int index) {
    lua_pushvalue(L, index);
    lua_pushliteral(L, "__gc");
    if (lua_rawget(L, -2) != LUA_TNIL)
        luaL_error(L, "'__gc' is not available: finalizers would run outside every limit");
    lua_pop(L, 2);
}
