// SPDX-License-Identifier: MIT
//
// Coroutines of the host and of scripts, and the calls between Lua and the host.

#ifndef CMOONDIALLUA_THREADS_H
#define CMOONDIALLUA_THREADS_H

#include "Values/values.h"

// MARK: - report.c

/// Writes the error value on top of `L` and the stack it left behind to the outbox, popping nothing. Never raises.
moondial_status moondial_report(lua_State *L, int lua_status);
/// Replaces an error value, the only argument, by the result of its `__tostring`, if it has one.
int moondial_error_text(lua_State *L);

// MARK: - refusal.c

/// Raises "NAME cannot wait inside CONSTRUCT" for a function that may wait, unless every coroutine between the call and
/// the host can yield.
void moondial_check_call(lua_State *L, uint32_t flags, const char *name);

// MARK: - call.c

/// Calls host function `function` with the arguments on the stack; may raise or yield, returns the number of results.
int moondial_call_host(lua_State *L, uint32_t function, uint32_t flags, const char *name);
/// A host function as scripts see it. Upvalues: number, flags, name.
int moondial_host_function(lua_State *L);

// MARK: - coroutine.c

/// Marks `L` as the state of a host thread, or as that of a script. Never raises.
void moondial_mark_thread(lua_State *L, bool is_host_thread);
/// Closes the to-be-closed variables of `co`, on behalf of `closer` (NULL is the host). Returns LUA_OK, or the status
/// of an error whose value is left on `co`. Never raises.
int moondial_close(moondial_vm *vm, lua_State *closer, lua_State *co);
/// Closes `co` and the coroutines through which it waits, innermost first. Never raises.
void moondial_close_waiting(moondial_vm *vm, lua_State *co);
/// Opens the library, leaving its table on the stack. May raise (memory).
int moondial_open_coroutine(lua_State *L);

#endif
