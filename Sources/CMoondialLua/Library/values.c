// SPDX-License-Identifier: MIT
//
// tostring and setmetatable.

#include "library.h"

// MARK: - tostring

static int tostring(lua_State *L) {
    luaL_checkany(L, 1);
    moondial_tostring(L, 1, NULL);
    return 1;
}

// MARK: - setmetatable

/// Pushes a table with weak keys: the tables that got another metatable than their first, and that metatable.
static void push_changed(lua_State *L) {
    static const char key;
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &key) != LUA_TNIL) return;
    lua_pop(L, 1);
    lua_newtable(L);
    lua_createtable(L, 0, 1);
    lua_pushliteral(L, "k");
    lua_setfield(L, -2, "__mode");
    lua_setmetatable(L, -2);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &key);
}

/// If the first metatable made the table weak, Lua up to 5.4.8 may not notice a second metatable and free it while it
/// is in use. So a second one is also stored elsewhere. The new metatable, which may be nil, is at 2.
static void keep_metatable(lua_State *L) {
    moondial_vm *vm = moondial_vm_of(L);
    bool is_first = !lua_getmetatable(L, 1);
    lua_settop(L, 2);
    if (is_first && !vm->has_changed_metatables) return;
    vm->has_changed_metatables = true;
    push_changed(L);
    lua_pushvalue(L, 1);
    bool was_changed = lua_rawget(L, 3) != LUA_TNIL;
    if (!is_first || was_changed) {
        lua_pushvalue(L, 1);
        if (lua_istable(L, 2)) lua_pushvalue(L, 2);
        else lua_pushboolean(L, 0);
        lua_rawset(L, 3);
    }
    lua_settop(L, 2);
}

/// Stock `setmetatable`, which is the upvalue, without finalizers.
static int set_metatable(lua_State *L) {
    if (lua_istable(L, 1) && (lua_istable(L, 2) || lua_type(L, 2) == LUA_TNIL)) {
        if (lua_istable(L, 2)) moondial_check_metatable(L, 2);
        keep_metatable(L);
    }
    return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

const luaL_Reg moondial_value_functions[] = {{"tostring", tostring}, {NULL, NULL}};

const luaL_Reg moondial_value_wrappers[] = {{"setmetatable", set_metatable}, {NULL, NULL}};
