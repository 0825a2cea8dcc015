// SPDX-License-Identifier: MIT
//
// The places of script code, and errors with these places in their messages.

#include "names.h"

/// How many bytes of a chunk's name are reported.
enum { MAX_SOURCE = 4096 };

/// How many levels are examined. Finding a level takes time in proportion to its number.
enum { MAX_LEVELS = 1000 };

bool moondial_is_prelude_name(const char *chunk_name) { return strncmp(chunk_name, "=[moondial", 10) == 0; }

const char *moondial_source(const lua_Debug *ar, size_t *count) {
    bool named = *ar->source == '@' || *ar->source == '=';
    const char *source = named ? ar->source : ar->short_src;
    size_t length = named ? ar->srclen : strlen(ar->short_src);
    *count = length < MAX_SOURCE ? length : MAX_SOURCE;
    return source;
}

/// Finds the innermost script function of `L`. Never raises.
static bool find_script(lua_State *L, lua_Debug *ar) {
    for (int level = 0; level < MAX_LEVELS && lua_getstack(L, level, ar); level++) {
        lua_getinfo(L, "Sl", ar);
        if (ar->currentline > 0 && !moondial_is_prelude_name(ar->source)) return true;
    }
    return false;
}

bool moondial_vm_caller(moondial_vm *vm, const char **source, int32_t *line) {
    if (vm->calling == NULL || vm->is_lost || !find_script(vm->calling, &vm->caller)) return false;
    // A chunk's name lives as long as its function, which is on the stack.
    size_t unused;
    *source = moondial_source(&vm->caller, &unused);
    *line = vm->caller.currentline;
    return true;
}

int moondial_raise(lua_State *L) { return moondial_raise_as(L, MOONDIAL_ERROR_OTHER); }

int moondial_raise_as(lua_State *L, lua_Integer kind) {
    lua_Debug ar;
    if (find_script(L, &ar)) {
        lua_pushfstring(L, "%s:%d: ", ar.short_src, ar.currentline);
        lua_insert(L, -2);
        lua_concat(L, 2);
    }
    if (kind != MOONDIAL_ERROR_OTHER) moondial_note_kind(L, kind);
    return lua_error(L);
}
