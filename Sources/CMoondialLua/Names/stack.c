// SPDX-License-Identifier: MIT
//
// Reports of the calls that were running, made without allocating in Lua.

#include "names.h"

/// How many levels of a traceback are reported, from the innermost, and how many bytes of a name.
enum { MAX_FRAMES = 24, MAX_FUNCTION_NAME = 200 };

/// Bytes of the sources' names of all levels together. Further sources are abbreviated as in messages.
enum { MAX_SOURCES = 16384 };

/// How many levels are examined. Finding a level takes time in proportion to its number.
enum { MAX_LEVELS = 1000 };

static bool put_c_string(moondial_buffer *out, const char *text) {
    return moondial_put_text(out, MOONDIAL_TAPE_STRING, text ? text : "", text ? strlen(text) : 0);
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
    bool host = lua_tocfunction(L, -1) == moondial_vm_of(L)->host_function;
    lua_pop(L, 1);
    return host;
}

bool moondial_put_stack(lua_State *L, moondial_stack_progress *done) {
    moondial_buffer *out = &moondial_vm_of(L)->outbox;
    lua_Debug ar;
    for (int level = 0; level < MAX_LEVELS && done->frames < MAX_FRAMES && lua_getstack(L, level, &ar); level++) {
        lua_getinfo(L, "Sln", &ar);
        if (moondial_is_prelude_name(ar.source) || is_host_function(L, &ar)) continue;
        if (!put_frame(&ar, out, &done->sources)) return false;
        done->frames++;
    }
    return true;
}

/// Writes the part of a report before the frames, for an error without a value in Lua.
static bool put_text_alone(const char *text, moondial_buffer *out) {
    return put_c_string(out, text) && put_c_string(out, "") && moondial_put_integer(out, MOONDIAL_ERROR_OTHER)
           && put_c_string(out, "");
}

moondial_status moondial_report_text(moondial_vm *vm, moondial_status status, const char *text) {
    moondial_outbox_begin(vm);
    return put_text_alone(text, &vm->outbox) ? status : MOONDIAL_MEMORY;
}

void moondial_report_stop(lua_State *L) {
    moondial_vm *vm = moondial_vm_of(L);
    moondial_buffer *out = &vm->outbox;
    moondial_outbox_begin(vm);
    moondial_stack_progress done = {0, 0};
    if (!put_text_alone("stopped", out) || !moondial_put_stack(L, &done)) return;
    for (moondial_frame *frame = vm->frame; frame != vm->entry->frame && frame->state != NULL; frame = frame->up)
        if (!moondial_put_stack(frame->state, &done)) return;
}
