// SPDX-License-Identifier: MIT
//
// Records: read-only tables of which the host makes many. They share the metatable of their class, and each holds
// the table behind it under a key that scripts cannot have.

#include "values.h"

/// __index of a class. Upvalue: the function to call for a missing field, or nil.
static int read_field(lua_State *L) {
    lua_settop(L, 2);
    lua_rawgetp(L, 1, &moondial_key_frozen);
    lua_pushvalue(L, 2);
    if (lua_rawget(L, 3) != LUA_TNIL || lua_isnil(L, lua_upvalueindex(1))) return 1;
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_settop(L, 3);
    lua_call(L, 2, 1);
    return 1;
}

/// set_record_class(number, metatable): its `__index` is called only for missing fields, `__newindex` for every write.
static int set_record_class(lua_State *L) {
    lua_Integer class = luaL_checkinteger(L, 1);
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_settop(L, 2);
    moondial_set_reading_methods(L);
    lua_getfield(L, 2, "__index");
    lua_pushcclosure(L, read_field, 1);
    lua_setfield(L, 2, "__index");
    lua_pushboolean(L, 1);
    lua_rawsetp(L, 2, &moondial_key_frozen);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moondial_key_classes);
    lua_insert(L, 2);
    lua_rawseti(L, 2, class);
    return 0;
}

/// has_metatable(value, metatable): whether the value has this metatable, which `getmetatable` would hide.
static int has_metatable(lua_State *L) {
    lua_settop(L, 2);
    lua_pushboolean(L, lua_getmetatable(L, 1) && lua_rawequal(L, 2, 3));
    return 1;
}

void moondial_make_record(lua_State *L, uint32_t class) {
    luaL_checkstack(L, 3, "value nested too deep");
    lua_createtable(L, 0, 1);
    lua_insert(L, -2);
    lua_rawsetp(L, -2, &moondial_key_frozen);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moondial_key_classes);
    lua_rawgeti(L, -1, class);
    lua_setmetatable(L, -3);
    lua_pop(L, 1);
}

const luaL_Reg moondial_record_functions[] = {
    {"set_record_class", set_record_class}, {"has_metatable", has_metatable},
    {"freeze_but_for", moondial_freeze_but_for}, {NULL, NULL},
};
