// SPDX-License-Identifier: MIT
//
// Reports an error and its place, without allocating in Lua.

#include <string.h>

#include "threads.h"

/// How many bytes of a message and of a type's name are reported. A loaded text with more than MAX_LOADED bytes is left
/// out.
enum { MAX_MESSAGE = 8192, MAX_TYPE_NAME = 200, MAX_LOADED = 32768 };

static int call_tostring(lua_State *L) {
    if (luaL_getmetafield(L, 1, "__tostring") == LUA_TNIL) return 0;
    lua_pushvalue(L, 1);
    lua_call(L, 1, 1);
    return 1;
}

int moondial_error_text(lua_State *L) {
    lua_settop(L, 1);
    lua_pushcfunction(L, call_tostring);
    lua_pushvalue(L, 1);
    if (lua_pcall(L, 1, 1, 0) != LUA_OK || lua_type(L, -1) != LUA_TSTRING) lua_settop(L, 1);
    return 1;
}

/// The name that the metatable of the value at the top gives its type; empty when there is none.
static const char *type_name(lua_State *L) {
    const char *name = "";
    if (!lua_checkstack(L, 3) || !lua_getmetatable(L, -1)) return name;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moondial_key_name);  // making the string here could fail
    if (lua_rawget(L, -2) == LUA_TSTRING) name = lua_tostring(L, -1);  // the metatable keeps it
    lua_pop(L, 2);
    return name;
}

/// Writes the error value as a small view, the name that its metatable gives its type or an empty string, its kind, and
/// the text that `load` failed to compile, if that is the error, or an empty string.
static bool put_error_value(lua_State *L, moondial_buffer *out) {
    size_t count;
    if (!lua_checkstack(L, 3)) return false;
    const char *name = type_name(L);
    bool ok;
    if (lua_type(L, -1) == LUA_TSTRING) {
        const char *bytes = lua_tolstring(L, -1, &count);
        ok = moondial_put_text(out, MOONDIAL_TAPE_STRING, bytes, count < MAX_MESSAGE ? count : MAX_MESSAGE);
    } else {
        ok = moondial_encode_view(L, -1, MOONDIAL_VIEW_OF_ERROR) == MOONDIAL_OK;
    }
    const char *text = moondial_failed_text(L, &count);
    return ok && moondial_put_text(out, MOONDIAL_TAPE_STRING, name, strnlen(name, MAX_TYPE_NAME))
           && moondial_put_integer(out, moondial_kind(L, -1))
           && moondial_put_text(out, MOONDIAL_TAPE_STRING, text, count <= MAX_LOADED ? count : 0);
}

moondial_status moondial_report(lua_State *L, int lua_status) {
    moondial_vm *vm = moondial_vm_of(L);
    moondial_outbox_begin(vm);
    // A script can raise Lua's own message for memory errors: the code is `memory` only if an allocation has failed.
    bool memory = lua_status == LUA_ERRMEM && vm->failed_allocations > vm->failed_before;
    moondial_stack_progress done = {0, 0};
    bool ok = put_error_value(L, &vm->outbox) && moondial_put_stack(L, &done);
    return memory || !ok ? MOONDIAL_MEMORY : MOONDIAL_RUNTIME;
}
