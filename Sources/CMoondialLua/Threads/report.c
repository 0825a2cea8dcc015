// SPDX-License-Identifier: MIT
//
// Says what went wrong and where, without allocating in Lua.

#include <string.h>

#include "internal.h"

/// Levels of a traceback that are reported, from the innermost, and bytes of a message and of names.
enum { MAX_FRAMES = 24, MAX_MESSAGE = 8192, MAX_SOURCE = 4096, MAX_TYPE_NAME = 200, MAX_FUNCTION_NAME = 200 };

// MARK: - Places

bool moondial_is_prelude_name(const char *chunk_name) { return strncmp(chunk_name, "=[moondial", 10) == 0; }

static bool is_prelude(const lua_Debug *ar) { return moondial_is_prelude_name(ar->source); }

const char *moondial_source(const lua_Debug *ar, size_t *count) {
    bool named = *ar->source == '@' || *ar->source == '=';
    const char *source = named ? ar->source : ar->short_src;
    size_t length = named ? ar->srclen : strlen(ar->short_src);
    *count = length < MAX_SOURCE ? length : MAX_SOURCE;
    return source;
}

/// Finds the innermost script function of `L`. Never raises.
static bool find_script(lua_State *L, lua_Debug *ar) {
    for (int level = 0; lua_getstack(L, level, ar); level++) {
        lua_getinfo(L, "Sl", ar);
        if (ar->currentline > 0 && !is_prelude(ar)) return true;
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

int moondial_raise(lua_State *L) {
    lua_Debug ar;
    if (find_script(L, &ar)) {
        lua_pushfstring(L, "%s:%d: ", ar.short_src, ar.currentline);
        lua_insert(L, -2);
        lua_concat(L, 2);
    }
    return lua_error(L);
}

// MARK: - Reports

static bool put_c_string(moondial_buffer *out, const char *text) {
    return moondial_put_text(out, MOONDIAL_TAPE_STRING, text ? text : "", text ? strlen(text) : 0);
}

/// The type of the value at the top, or what its metatable calls it, as the standard library names types in errors.
static const char *type_name(lua_State *L) {
    const char *name = luaL_typename(L, -1);
    if (!lua_checkstack(L, 3) || !lua_getmetatable(L, -1)) return name;
    // Looking up "__name" would first have to make that string, which can fail.
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
        if (lua_type(L, -2) == LUA_TSTRING && lua_type(L, -1) == LUA_TSTRING
            && strcmp(lua_tostring(L, -2), "__name") == 0) {
            name = lua_tostring(L, -1);  // the metatable keeps it
            lua_pop(L, 2);
            break;
        }
    }
    lua_pop(L, 1);
    return name;
}

/// The error value as a string or number, or by its type: its own `__tostring` is script code and not run here.
static bool put_error_value(lua_State *L, moondial_buffer *out) {
    size_t count;
    const char *bytes;
    switch (lua_type(L, -1)) {
        case LUA_TSTRING:
            bytes = lua_tolstring(L, -1, &count);
            return moondial_put_text(out, MOONDIAL_TAPE_STRING, bytes, count < MAX_MESSAGE ? count : MAX_MESSAGE);
        case LUA_TNUMBER: return moondial_encode(L, -1, &moondial_vm_of(L)->limits, false, &bytes) == MOONDIAL_OK;
        default:
            bytes = type_name(L);
            count = strlen(bytes);
            return moondial_put_text(out, MOONDIAL_TAPE_OPAQUE, bytes, count < MAX_TYPE_NAME ? count : MAX_TYPE_NAME);
    }
}

static bool put_frame(const lua_Debug *ar, moondial_buffer *out) {
    size_t count;
    const char *source = moondial_source(ar, &count);
    const char *name = ar->name ? ar->name : "";
    return moondial_put_text(out, MOONDIAL_TAPE_STRING, source, count) && put_c_string(out, ar->short_src)
           && moondial_put_integer(out, ar->currentline) && put_c_string(out, ar->namewhat)
           && moondial_put_text(out, MOONDIAL_TAPE_STRING, name, strnlen(name, MAX_FUNCTION_NAME))
           && put_c_string(out, ar->what) && moondial_put_integer(out, ar->linedefined);
}

static bool is_host_function(lua_State *L, lua_Debug *ar) {
    if (*ar->what != 'C' || !lua_checkstack(L, 1)) return false;
    lua_getinfo(L, "f", ar);
    bool host = lua_tocfunction(L, -1) == moondial_host_function;
    lua_pop(L, 1);
    return host;
}

/// Counts what it puts in `frames`.
static bool put_frames(lua_State *L, moondial_buffer *out, int *frames) {
    lua_Debug ar;
    for (int level = 0; *frames < MAX_FRAMES && lua_getstack(L, level, &ar); level++) {
        lua_getinfo(L, "Sln", &ar);
        if (is_prelude(&ar) || is_host_function(L, &ar)) continue;
        if (!put_frame(&ar, out)) return false;
        ++*frames;
    }
    return true;
}

moondial_status moondial_report(lua_State *L, int lua_status) {
    moondial_vm *vm = moondial_vm_of(L);
    moondial_outbox_begin(vm);
    // A script that raises Lua's own message for it does not make memory short.
    bool memory = lua_status == LUA_ERRMEM && vm->starved;
    int frames = 0;
    bool ok = put_error_value(L, &vm->outbox) && put_frames(L, &vm->outbox, &frames);
    return memory || !ok ? MOONDIAL_MEMORY : MOONDIAL_RUNTIME;
}

moondial_status moondial_report_text(moondial_vm *vm, moondial_status status, const char *text) {
    moondial_outbox_begin(vm);
    return put_c_string(&vm->outbox, text) ? status : MOONDIAL_MEMORY;
}

void moondial_report_stop(lua_State *L) {
    moondial_vm *vm = moondial_vm_of(L);
    moondial_buffer *out = &vm->outbox;
    moondial_outbox_begin(vm);
    int frames = 0;
    if (!put_c_string(out, "stopped") || !put_frames(L, out, &frames)) return;
    for (moondial_frame *frame = vm->frame; frame != vm->entry->frame && frame->state != NULL; frame = frame->up)
        if (!put_frames(frame->state, out, &frames)) return;
}
