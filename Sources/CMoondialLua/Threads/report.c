// SPDX-License-Identifier: MIT
//
// Says what went wrong and where, without allocating in Lua.

#include <string.h>

#include "internal.h"

/// Levels of a traceback that are reported, from the innermost, and bytes of a message and of names.
enum { MAX_FRAMES = 24, MAX_MESSAGE = 8192, MAX_SOURCE = 4096, MAX_TYPE_NAME = 200, MAX_FUNCTION_NAME = 200 };

/// Bytes of a text that was loaded, beyond which it is not reported.
enum { MAX_LOADED = 32768 };

/// Bytes of the sources of all levels together. Behind them, a source is named as in messages.
enum { MAX_SOURCES = 16384 };

/// Levels that are looked at. Finding one takes time in proportion to its number.
enum { MAX_LEVELS = 1000 };

// MARK: - Places

bool moondial_is_prelude_name(const char *chunk_name) { return strncmp(chunk_name, "=[moondial", 10) == 0; }

static bool is_prelude(const lua_Debug *ar) { return moondial_is_prelude_name(ar->source); }

const char moondial_key_name = 0;

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

const char moondial_key_raised = 0;

/// Messages whose kinds are kept at a time.
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

// MARK: - Reports

static bool put_c_string(moondial_buffer *out, const char *text) {
    return moondial_put_text(out, MOONDIAL_TAPE_STRING, text ? text : "", text ? strlen(text) : 0);
}

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

/// What the metatable of the value at the top calls its type; empty when it does not.
static const char *type_name(lua_State *L) {
    const char *name = "";
    if (!lua_checkstack(L, 3) || !lua_getmetatable(L, -1)) return name;
    lua_rawgetp(L, LUA_REGISTRYINDEX, &moondial_key_name);  // making the string here could fail
    if (lua_rawget(L, -2) == LUA_TSTRING) name = lua_tostring(L, -1);  // the metatable keeps it
    lua_pop(L, 2);
    return name;
}

/// The error value as a small view, what its metatable calls its type, or an empty string, its kind, and the text that it
/// is about when `load` has said so, or an empty string.
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

/// What comes before the frames of an error that is no value in Lua.
static bool put_text_alone(const char *text, moondial_buffer *out) {
    return put_c_string(out, text) && put_c_string(out, "") && moondial_put_integer(out, MOONDIAL_ERROR_OTHER)
           && put_c_string(out, "");
}

static bool put_frame(const lua_Debug *ar, moondial_buffer *out, size_t *sources) {
    size_t count;
    const char *source = moondial_source(ar, &count);
    if ((*sources += count) > MAX_SOURCES) {
        source = ar->short_src;
        count = strlen(source);
    }
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

/// What has been put of a stack.
typedef struct {
    int frames;
    size_t sources;  ///< bytes
} progress;

static bool put_frames(lua_State *L, moondial_buffer *out, progress *done) {
    lua_Debug ar;
    for (int level = 0; level < MAX_LEVELS && done->frames < MAX_FRAMES && lua_getstack(L, level, &ar); level++) {
        lua_getinfo(L, "Sln", &ar);
        if (is_prelude(&ar) || is_host_function(L, &ar)) continue;
        if (!put_frame(&ar, out, &done->sources)) return false;
        done->frames++;
    }
    return true;
}

moondial_status moondial_report(lua_State *L, int lua_status) {
    moondial_vm *vm = moondial_vm_of(L);
    moondial_outbox_begin(vm);
    // A script that raises Lua's own message for it does not make memory short.
    bool memory = lua_status == LUA_ERRMEM && vm->failed_allocations > vm->failed_before;
    progress done = {0, 0};
    bool ok = put_error_value(L, &vm->outbox) && put_frames(L, &vm->outbox, &done);
    return memory || !ok ? MOONDIAL_MEMORY : MOONDIAL_RUNTIME;
}

moondial_status moondial_report_text(moondial_vm *vm, moondial_status status, const char *text) {
    moondial_outbox_begin(vm);
    return put_text_alone(text, &vm->outbox) ? status : MOONDIAL_MEMORY;
}

void moondial_report_stop(lua_State *L) {
    moondial_vm *vm = moondial_vm_of(L);
    moondial_buffer *out = &vm->outbox;
    moondial_outbox_begin(vm);
    progress done = {0, 0};
    if (!put_text_alone("stopped", out) || !put_frames(L, out, &done)) return;
    for (moondial_frame *frame = vm->frame; frame != vm->entry->frame && frame->state != NULL; frame = frame->up)
        if (!put_frames(frame->state, out, &done)) return;
}
