// SPDX-License-Identifier: MIT
//
// What errors and reports call the places and the errors of scripts.

#ifndef CMOONDIALLUA_NAMES_H
#define CMOONDIALLUA_NAMES_H

#include "VM/vm.h"

// MARK: - places.c

/// Our own prelude, whose frames errors and tracebacks leave out, is named so.
bool moondial_is_prelude_name(const char *chunk_name);
/// What the host calls a chunk: its name, or the abbreviation of a text without one, which lives as long as `ar`.
const char *moondial_source(const lua_Debug *ar, size_t *count);
/// Raises the message on top of the stack, after "file:line: " of the innermost script function.
int moondial_raise(lua_State *L);
int moondial_raise_as(lua_State *L, lua_Integer kind);

// MARK: - messages.c

/// Keeps the kind of the message on top of the stack for the time when it is reported. May raise (memory).
void moondial_note_kind(lua_State *L, lua_Integer kind);
/// The kind of the message at `index`. Never raises; needs two slots of stack.
lua_Integer moondial_kind(lua_State *L, int index);
/// Keeps the text at `index`, which `load` could not compile, and the message at the top, which says why. May raise (memory).
void moondial_note_failed_text(lua_State *L, int index);
/// The text that `load` could not compile, when the error value at the top is what it said of that; else an empty one.
/// Never raises.
const char *moondial_failed_text(lua_State *L, size_t *count);

// MARK: - stack.c

/// What of a stack has been written.
typedef struct {
    int frames;
    size_t sources;  ///< bytes
} moondial_stack_progress;

/// Writes the calls of `L`, from the innermost, to the outbox: false when memory ran out. Never raises.
bool moondial_put_stack(lua_State *L, moondial_stack_progress *done);
/// A report that consists of a text. Never raises.
moondial_status moondial_report_text(moondial_vm *vm, moondial_status status, const char *text);
/// Writes the stack of `L` and of the coroutines that wait for it to the outbox, under the message "stopped". Never raises.
void moondial_report_stop(lua_State *L);

#endif
