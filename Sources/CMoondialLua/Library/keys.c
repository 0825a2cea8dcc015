// SPDX-License-Identifier: MIT
//
// Finds values by the keys that lead to them, for completion, without running a metamethod.

#include <string.h>

#include "library.h"

enum {
    MAX_NAMES = 4 << 20,  ///< bytes
    MAX_PARENTS = 16,     ///< tables that are searched through `__index`
};

/// Replaces the table at `index` by the table in its `__index`; false when that is not a table.
static bool look_in_index(lua_State *L, int index) {
    if (!lua_getmetatable(L, index)) return false;
    lua_pushliteral(L, "__index");
    bool found = lua_rawget(L, -2) == LUA_TTABLE;
    if (found) lua_copy(L, -1, index);
    lua_pop(L, 2);
    return found;
}

/// Replaces the value on top by its field with the key at `key`, or by nil. Access is raw, but follows `__index`
/// tables.
static void descend(lua_State *L, int key) {
    int table = lua_gettop(L);
    for (int level = 0; level < MAX_PARENTS && lua_type(L, table) == LUA_TTABLE; level++) {
        moondial_look_behind(L, table);
        lua_pushvalue(L, key);
        if (lua_rawget(L, table) != LUA_TNIL) {
            lua_replace(L, table);
            return;
        }
        lua_pop(L, 1);
        if (!look_in_index(L, table)) break;
    }
    lua_pushnil(L);
    lua_replace(L, table);
}

static void put_type(lua_State *L, moondial_buffer *out, int index) {
    const char *type = luaL_typename(L, index);
    if (!moondial_put_text(out, MOONDIAL_TAPE_STRING, type, strlen(type))) luaL_error(L, "not enough memory");
}

/// Writes the place of the function of a script at `index`: its source, first and last line.
static void put_place(lua_State *L, moondial_buffer *out, int index) {
    lua_Debug ar;
    lua_pushvalue(L, index);
    lua_getinfo(L, ">S", &ar);
    if (*ar.what == 'C' || moondial_is_prelude_name(ar.source)) return;
    size_t count;
    const char *source = moondial_source(&ar, &count);
    bool ok = moondial_put_text(out, MOONDIAL_TAPE_STRING, source, count) && moondial_put_integer(out, ar.linedefined) &&
              moondial_put_integer(out, ar.lastlinedefined);
    if (!ok) luaL_error(L, "not enough memory");
}

/// Writes the text keys of the table at `table` and the types of their values.
static void list_keys(lua_State *L, moondial_buffer *out, int table) {
    for (lua_pushnil(L); lua_next(L, table); lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING || out->count >= MAX_NAMES) continue;
        size_t count;
        const char *key = lua_tolstring(L, -2, &count);
        if (!moondial_put_text(out, MOONDIAL_TAPE_STRING, key, count)) luaL_error(L, "not enough memory");
        put_type(L, out, -1);
    }
}

int moondial_list_names(lua_State *L) {
    moondial_vm *vm = moondial_vm_of(L);
    lua_settop(L, 0);
    int keys = moondial_decode(L);
    luaL_checkstack(L, 8, NULL);
    lua_pushglobaltable(L);
    for (int key = 1; key <= keys; key++) descend(L, key);
    int table = lua_gettop(L);
    moondial_outbox_begin(vm);
    put_type(L, &vm->outbox, table);
    if (lua_type(L, table) == LUA_TFUNCTION) put_place(L, &vm->outbox, table);
    for (int level = 0; level < MAX_PARENTS && lua_type(L, table) == LUA_TTABLE; level++) {
        moondial_look_behind(L, table);
        list_keys(L, &vm->outbox, table);
        if (!look_in_index(L, table)) break;
    }
    return 0;
}
