// SPDX-License-Identifier: MIT
//
// The names of places and the kinds of errors, for messages and reports.

#ifndef CMOONDIALLUA_NAMES_H
#define CMOONDIALLUA_NAMES_H

#include "VM/vm.h"

// MARK: - places.c

/// Whether a chunk is a part of our own prelude, whose frames errors and tracebacks leave out.
bool moondial_is_prelude_name(const char *chunk_name);
/// The name of a chunk for the host. For a text without a name it is an abbreviation, which is valid as long as `ar`.
const char *moondial_source(const lua_Debug *ar, size_t *count);
/// Raises the message on top of the stack, after "file:line: " of the innermost script function.
int moondial_raise(lua_State *L);
int moondial_raise_as(lua_State *L, lua_Integer kind);

// MARK: - messages.c

/// Keeps the kind of the message on top of the stack until the message is reported. May raise (memory).
void moondial_note_kind(lua_State *L, lua_Integer kind);
/// The kind of the message at `index`. Never raises; needs two slots of stack.
lua_Integer moondial_kind(lua_State *L, int index);
/// Keeps the text at `index`, which `load` could not compile, and the message at the top, which says why. May raise (memory).
void moondial_note_failed_text(lua_State *L, int index);
/// The text that `load` could not compile, if the error value at the top is the message of that error; else an empty
/// text. Never raises.
const char *moondial_failed_text(lua_State *L, size_t *count);

// MARK: - stack.c

/// How much of a stack has been written.
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
