// SPDX-License-Identifier: MIT
//
// require, which asks the host for a module's text.

#include "internal.h"

const char moondial_key_modules = 0;

/// What stands for a module while it loads: a to-be-closed value of `require`, which knows the module's name.
static void push_guard(lua_State *L) {
    lua_newuserdatauv(L, 0, 1);
    lua_pushvalue(L, 1);
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

/// Closes a guard: when it still stands for its module, the module has failed and can be tried again. Upvalue: modules.
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

/// Upvalues: host function, modules by name (a value, or a guard), the metatable of guards.
static int require_module(lua_State *L) {
    luaL_checkstring(L, 1);
    lua_settop(L, 1);
    lua_pushvalue(L, 1);
    if (lua_rawget(L, lua_upvalueindex(2)) != LUA_TNIL) {
        if (!is_guard(L, 2)) return 1;
        lua_pushfstring(L, "module '%s' requires itself while it loads", lua_tostring(L, 1));
        return moondial_raise(L);
    }
    lua_settop(L, 1);
    // Leaves text and chunk name; raises what the host says when there is no such module.
    moondial_call_host(L, (uint32_t)lua_tointeger(L, lua_upvalueindex(1)), 0, "require");
    size_t count;
    const char *text = luaL_checklstring(L, 2, &count);
    if (moondial_compile(L, text, count, luaL_checkstring(L, 3)) != LUA_OK) return lua_error(L);
    push_guard(L);
    lua_toclose(L, -1);
    lua_pushvalue(L, 1);
    lua_pushvalue(L, -2);
    lua_rawset(L, lua_upvalueindex(2));
    lua_pushvalue(L, -2);
    lua_pushvalue(L, 1);
    lua_call(L, 1, 1);
    if (lua_isnil(L, -1)) lua_pushboolean(L, 1);
    lua_pushvalue(L, 1);
    lua_pushvalue(L, -2);
    lua_rawset(L, lua_upvalueindex(2));
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
