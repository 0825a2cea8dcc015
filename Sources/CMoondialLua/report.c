// SPDX-License-Identifier: MIT
//
// Says what went wrong and where, without allocating in Lua.

#include <string.h>

#include "internal.h"

/// Levels of a traceback that are reported, from the innermost.
enum { MAX_FRAMES = 24, MAX_MESSAGE = 8192, MAX_LEVELS = 200000 };

bool moondial_is_prelude(const lua_Debug *ar) { return strncmp(ar->source, "=[moondial", 10) == 0; }

static bool put_c_string(moondial_buffer *out, const char *text) {
    return moondial_put_string(out, text ? text : "", text ? strlen(text) : 0);
}

/// The error value as a string or number, or by its type: its own `__tostring` is script code and not run here.
static bool put_error_value(lua_State *L, moondial_buffer *out) {
    const char *unused;
    switch (lua_type(L, -1)) {
        case LUA_TSTRING: {
            size_t count;
            const char *bytes = lua_tolstring(L, -1, &count);
            return moondial_put_string(out, bytes, count < MAX_MESSAGE ? count : MAX_MESSAGE);
        }
        case LUA_TNUMBER: return moondial_encode(L, -1, false, &unused) == MOONDIAL_OK;
        default: {
            const char *name = luaL_typename(L, -1);
            bool named = lua_checkstack(L, 4) && lua_getmetatable(L, -1);
            if (named) {
                // A raw look-up by a key that exists, and so allocates nothing: iterate instead of pushing "__name".
                for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
                    if (lua_type(L, -2) == LUA_TSTRING && lua_type(L, -1) == LUA_TSTRING
                        && strcmp(lua_tostring(L, -2), "__name") == 0) {
                        name = lua_tostring(L, -1);
                        lua_pop(L, 2);
                        break;
                    }
                }
                lua_pop(L, 1);
            }
            size_t count = strlen(name);
            uint32_t length = (uint32_t)(count < 200 ? count : 200);
            if (!moondial_buffer_reserve(out, length + 5)) return false;
            out->bytes[out->count] = MOONDIAL_TAPE_OPAQUE;
            memcpy(out->bytes + out->count + 1, &length, sizeof length);
            memcpy(out->bytes + out->count + 5, name, length);
            out->count += length + 5;
            return true;
        }
    }
}

static bool put_frame(const lua_Debug *ar, moondial_buffer *out) {
    return moondial_put_string(out, ar->source, ar->srclen) && put_c_string(out, ar->short_src)
           && moondial_put_integer(out, ar->currentline) && put_c_string(out, ar->namewhat)
           && put_c_string(out, ar->name) && put_c_string(out, ar->what)
           && moondial_put_integer(out, ar->linedefined);
}

static bool put_frames(lua_State *L, moondial_buffer *out) {
    lua_Debug ar;
    int frames = 0;
    for (int level = 0; frames < MAX_FRAMES && lua_getstack(L, level, &ar); level++) {
        lua_getinfo(L, "Sln", &ar);
        if (moondial_is_prelude(&ar)) continue;
        if (!put_frame(&ar, out)) return false;
        frames++;
    }
    return true;
}

moondial_status moondial_report(lua_State *L, int lua_status) {
    moondial_vm *vm = moondial_vm_of(L);
    vm->outbox.count = 0;
    bool memory = lua_status == LUA_ERRMEM;
    bool ok = memory ? put_c_string(&vm->outbox, "not enough memory") : put_error_value(L, &vm->outbox);
    ok = ok && put_frames(L, &vm->outbox);
    if (memory || !ok) return MOONDIAL_MEMORY;
    return lua_status == LUA_ERRSYNTAX ? MOONDIAL_SYNTAX : MOONDIAL_RUNTIME;
}

moondial_status moondial_report_text(moondial_vm *vm, moondial_status status, const char *text) {
    vm->outbox.count = 0;
    return put_c_string(&vm->outbox, text) ? status : MOONDIAL_MEMORY;
}

static bool is_script(const lua_Debug *ar) {
    return ar->currentline > 0 && *ar->what != 'C' && !moondial_is_prelude(ar);
}

void moondial_push_where(lua_State *L) {
    lua_Debug ar;
    for (int level = 0; lua_getstack(L, level, &ar); level++) {
        lua_getinfo(L, "Sl", &ar);
        if (is_script(&ar)) {
            lua_pushfstring(L, "%s:%d: ", ar.short_src, ar.currentline);
            return;
        }
    }
    lua_pushliteral(L, "");
}

bool moondial_vm_caller(moondial_vm *vm, const char **source, int32_t *line) {
    // The source string belongs to a function that is on the stack, and lives while that function runs.
    lua_Debug ar;
    if (vm->calling == NULL) return false;
    for (int level = 0; lua_getstack(vm->calling, level, &ar); level++) {
        lua_getinfo(vm->calling, "Sl", &ar);
        if (is_script(&ar)) {
            *source = ar.source;
            *line = ar.currentline;
            return true;
        }
    }
    return false;
}

// MARK: - Where Lua cannot yield

/// C functions that Lua can yield across: they do not explain a refusal.
static bool is_yieldable(const char *name) {
    return strcmp(name, "pcall") == 0 || strcmp(name, "xpcall") == 0 || strcmp(name, "pairs") == 0
           || strncmp(name, "coroutine.", 10) == 0;
}

static const char *phrase(const char *name) {
    static const struct {
        const char *name, *phrase;
    } phrases[] = {
        {"table.sort", "a table.sort comparator"},
        {"string.gsub", "a string.gsub replacement function"},
        {"require", "require, while a module loads"},
        {"load", "a load reader function"},
        {"tostring", "a __tostring metamethod called by tostring"},
        {"string.format", "a __tostring metamethod called by string.format"},
        {"print", "a __tostring metamethod called by print"},
        {"table.concat", "a metamethod called by table.concat"},
        {"table.insert", "a metamethod called by table.insert"},
        {"table.remove", "a metamethod called by table.remove"},
        {"table.move", "a metamethod called by table.move"},
        {"table.unpack", "a metamethod called by table.unpack"},
        {"ipairs", "an __index metamethod called by ipairs"},
    };
    for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++)
        if (strcmp(name, phrases[i].name) == 0) return phrases[i].phrase;
    return NULL;
}

/// Names the innermost construct of `L` that Lua cannot yield across; on its stack nothing is left behind.
static const char *construct(lua_State *L) {
    lua_Debug ar;
    if (!lua_checkstack(L, 4)) return "a call from C";
    for (int level = 0; level < MAX_LEVELS && lua_getstack(L, level, &ar); level++) {
        lua_getinfo(L, "Snf", &ar);
        lua_rawgetp(L, LUA_REGISTRYINDEX, &moondial_key_names);
        lua_insert(L, -2);
        lua_rawget(L, -2);
        const char *name = lua_tostring(L, -1);
        lua_pop(L, 2);
        if (name != NULL && !is_yieldable(name)) {
            const char *found = phrase(name);
            return found ? found : name;
        }
        if (ar.name != NULL && strcmp(ar.namewhat, "metamethod") == 0 && strcmp(ar.name, "__gc") == 0)
            return "a __gc finalizer";
    }
    return "a call from C";
}

void moondial_check_can_wait(lua_State *L, const char *name) {
    const char *inside = NULL;
    const moondial_frame *frame = moondial_vm_of(L)->frame;
    if (!lua_isyieldable(L))
        inside = frame != NULL && frame->closing ? "a __close metamethod of a coroutine that is being closed"
                                                 : construct(L);
    for (; inside == NULL && frame != NULL; frame = frame->up) {
        if (!lua_isyieldable(frame->state)) inside = construct(frame->state);
    }
    if (inside == NULL) return;
    moondial_push_where(L);
    lua_pushfstring(L, "%s cannot wait inside %s", name, inside);
    lua_concat(L, 2);
    lua_error(L);
}
