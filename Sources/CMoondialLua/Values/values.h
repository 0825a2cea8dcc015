// SPDX-License-Identifier: MIT
//
// The values of Lua: as text, as bytes for the host, read-only, with methods.

#ifndef CMOONDIALLUA_VALUES_H
#define CMOONDIALLUA_VALUES_H

#include "Limits/limits.h"

// MARK: - text.c

/// Pushes what `tostring` gives for the value and returns it. May raise, as script code may run.
const char *moondial_tostring(lua_State *L, int index, size_t *count);
/// Pushes the number that stands for the address of the value, or `null` when it has none. May raise (memory).
void moondial_push_address(lua_State *L, int index, const char *null);

// MARK: - object.c

/// Whether the value at `index` is a table that is marked as an array. Never raises; needs three slots of stack.
bool moondial_is_array(lua_State *L, int index);
/// Functions with which the prelude makes values with methods.
extern const luaL_Reg moondial_object_functions[];

// MARK: - frozen.c

/// Raises when the table at `index`, about to become a metatable, has a finalizer.
void moondial_check_metatable(lua_State *L, int index);
/// Replaces a read-only table at `index` by the one behind it; false when it is an ordinary value. Never raises; needs
/// three slots of stack.
bool moondial_look_behind(lua_State *L, int index);
/// Makes the table at `index` read-only under `name`. May raise (memory).
void moondial_freeze(lua_State *L, int index, const char *name, bool deep);
/// freeze_but_for(table, name, newindex), for the prelude: makes the table read-only, lets `newindex` handle
/// assignments, and returns the table behind it.
int moondial_freeze_but_for(lua_State *L);
/// Sets `__len`, `__pairs` and `__metatable` of a read-only table in the metatable on top of the stack. May raise
/// (memory).
void moondial_set_reading_methods(lua_State *L);
/// rawget, rawset, rawlen and next for ordinary and read-only tables.
extern const luaL_Reg moondial_raw_functions[];

// MARK: - record.c

/// Replaces the table on top of the stack by a record with these contents. May raise (memory).
void moondial_make_record(lua_State *L, uint32_t class);
/// Functions with which the prelude sets the classes of records.
extern const luaL_Reg moondial_record_functions[];

// MARK: - tape.c

/// Appends the value at `index` to the outbox by raw access. Never raises unless `functions` is set, which makes
/// references (memory). On MOONDIAL_LIMIT `*problem` says which cap was hit.
moondial_status moondial_encode(
    lua_State *L, int index, const moondial_limits *limits, bool functions, const char **problem);
/// Pushes every value on the inbox and returns how many, on a state of the current thread if an argument is kept. May raise
/// (memory, or a table key that Lua refuses).
int moondial_decode(lua_State *L);

// MARK: - view.c

/// How much of a value is shown: with an error value, less than what a log or a prompt may show.
typedef enum { MOONDIAL_VIEW_OF_VALUE, MOONDIAL_VIEW_OF_ERROR, MOONDIAL_VIEW_OF_ALL } moondial_view_size;
/// Appends a view of the value at `index` to the outbox. Parts of the value that would exceed the limits, together with
/// the other values on the outbox, are left out. Fails only when memory runs out. Never raises.
moondial_status moondial_encode_view(lua_State *L, int index, moondial_view_size size);

#endif
