// SPDX-License-Identifier: MIT
//
// Keeps the kind of an error, and the text that did not compile, in addition to the message, which stays a string.

#include "names.h"

// MARK: - Kinds

/// How many messages are kept with their kinds at a time.
enum { MAX_RAISED = 256 };

void moondial_note_kind(lua_State *L, lua_Integer kind) {
    moondial_vm *vm = moondial_vm_of(L);
    luaL_checkstack(L, 4, NULL);
    if (vm->raised++ % MAX_RAISED == 0) {
        lua_newtable(L);
        lua_rawsetp(L, LUA_REGISTRYINDEX, &moondial_key_raised);
    }
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moondial_key_raised);
    lua_pushvalue(L, -2);
    lua_pushinteger(L, kind);
    lua_rawset(L, -3);
    lua_pop(L, 1);
}

lua_Integer moondial_kind(lua_State *L, int index) {
    if (lua_type(L, index) != LUA_TSTRING) return MOONDIAL_ERROR_OTHER;
    lua_pushvalue(L, index);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moondial_key_raised);
    lua_insert(L, -2);
    lua_Integer kind = MOONDIAL_ERROR_OTHER;
    if (lua_istable(L, -2)) {
        lua_rawget(L, -2);
        kind = lua_tointeger(L, -1);
    }
    lua_pop(L, 2);
    return kind;
}

// MARK: - Texts that do not compile

/// Keys of the registry: the text that `load` failed to compile last, and the message of that error.
static const char failed_text = 0, failed_message = 0;

const char *moondial_failed_text(lua_State *L, size_t *count) {
    const char *text = "";
    *count = 0;
    if (lua_type(L, -1) != LUA_TSTRING || !lua_checkstack(L, 2)) return text;
    size_t length, failed_length;
    const char *message = lua_tolstring(L, -1, &length);
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &failed_message) == LUA_TSTRING) {
        const char *failed = lua_tolstring(L, -1, &failed_length);
        // A position may precede the message.
        if (failed_length <= length && memcmp(message + length - failed_length, failed, failed_length) == 0) {
            lua_rawgetp(L, LUA_REGISTRYINDEX, &failed_text);
            text = lua_tolstring(L, -1, count);  // the registry keeps it
            lua_pop(L, 1);
        }
    }
    lua_pop(L, 1);
    return text;
}

void moondial_note_failed_text(lua_State *L, int index) {
    lua_pushvalue(L, index);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &failed_text);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &failed_message);
}
