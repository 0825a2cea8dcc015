// SPDX-License-Identifier: MIT
//
// Functions with which the prelude makes values with methods that the host recognises.

#include "values.h"

/// set_class(number, metatable): sets the metatable of objects and records with that number, which scripts cannot get.
static int set_class(lua_State *L) {
    lua_Integer class = luaL_checkinteger(L, 1);
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_settop(L, 2);
    lua_pushboolean(L, 0);
    lua_setfield(L, 2, "__metatable");
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moondial_key_classes);
    lua_insert(L, 2);
    lua_rawseti(L, 2, class);
    return 0;
}

/// object(number, payload): a userdata that scripts cannot change.
static int make_object(lua_State *L) {
    lua_Integer class = luaL_checkinteger(L, 1);
    *(uint32_t *)lua_newuserdatauv(L, sizeof(uint32_t), 1) = (uint32_t)class;
    lua_pushvalue(L, 2);
    lua_setiuservalue(L, -2, 1);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moondial_key_classes);
    lua_rawgeti(L, -1, class);
    lua_setmetatable(L, -3);
    lua_pop(L, 1);
    return 1;
}

/// payload(object)
static int payload_of_object(lua_State *L) {
    luaL_checktype(L, 1, LUA_TUSERDATA);
    lua_getiuservalue(L, 1, 1);
    return 1;
}

/// array(table): marks the table as an array and returns it.
static int mark_array(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moondial_key_array);
    if (lua_getmetatable(L, 1)) {
        luaL_argcheck(L, lua_rawequal(L, -1, -2), 1, "the table has a metatable");
        lua_pop(L, 1);
    }
    lua_setmetatable(L, 1);
    return 1;
}

const luaL_Reg moondial_object_functions[] = {
    {"set_class", set_class}, {"object", make_object}, {"payload", payload_of_object}, {"array", mark_array},
    {NULL, NULL},
};

bool moondial_is_array(lua_State *L, int index) {
    if (!lua_getmetatable(L, index)) return false;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moondial_key_array);
    bool same = lua_rawequal(L, -1, -2);
    lua_pop(L, 2);
    return same;
}
