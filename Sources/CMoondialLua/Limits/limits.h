// SPDX-License-Identifier: MIT
//
// The limits of a run's time and memory, and how a run that exceeds them is ended.

#ifndef CMOONDIALLUA_LIMITS_H
#define CMOONDIALLUA_LIMITS_H

#include "Names/names.h"

// MARK: - allocator.c

/// The `lua_Alloc` of a VM.
void *moondial_allocate(void *context, void *block, size_t old_size, size_t new_size);
/// Finds out how Lua requests the hash part of a table and buffers. May raise (memory).
void moondial_learn_requests(lua_State *L);

// MARK: - meter.c

/// Nanoseconds on a monotonic clock that is cheap to read and advances every few milliseconds.
uint64_t moondial_now(void);
/// The slow part of `moondial_charge_allocation`, for an allocation over a limit.
bool moondial_charge_over_limit(moondial_vm *vm, size_t bytes, moondial_request request);
/// Charges an allocation of that many bytes: false when it must fail. Does not return when the run has to stop at once.
static inline bool moondial_charge_allocation(moondial_vm *vm, size_t bytes, moondial_request request) {
    moondial_meter *meter = vm->meter;
    uint64_t allocated = meter->allocated + bytes;
    if (__builtin_expect(
            allocated > meter->allocation_limit || vm->live_bytes + bytes > vm->live_limit || vm->allocations == 0, 0))
        return moondial_charge_over_limit(vm, bytes, request);
    meter->allocated = allocated;
    vm->allocations--;
    return true;
}
/// Ends the run, which has to stop, at a request for memory whose failure would make Lua raise an error. Does not
/// return.
_Noreturn void moondial_stop_allocating(moondial_vm *vm);
/// Collects all garbage if memory was refused because the state had too much of it: the next run would not get any
/// memory either, and the collector makes no progress without allocations. Called at the beginning of a slice, and
/// within it.
void moondial_make_room(moondial_vm *vm);
/// Charges a new coroutine of a script, or does not return.
void moondial_charge_coroutine(lua_State *L);

// MARK: - stop.c

/// Begins the host's call of `state`, with the limits of `meter`. Then `sigsetjmp(entry->jump, 0)` marks the place to
/// which a stop jumps, and `moondial_leave` ends the call in either case. Never raises.
void moondial_enter(moondial_vm *vm, moondial_entry *entry, moondial_meter *meter, lua_State *state);
void moondial_leave(moondial_vm *vm, moondial_entry *entry);
/// Makes the running code stop at its next instruction. Safe in a signal handler on the VM's thread. Never raises.
void moondial_request_stop(moondial_vm *vm, moondial_stop_reason reason);
/// To be called before the code of another coroutine, or of another function of the host, runs.
void moondial_set_running(moondial_vm *vm, lua_State *state);
/// Ends the current run; does not return. No code of a script between here and the host's call runs, and the coroutines
/// between them are abandoned.
_Noreturn void moondial_stop(lua_State *L);
/// Ends the run if it has to stop. Called in every loop of C whose length a script chooses.
static inline void moondial_poll(lua_State *L, const moondial_vm *vm) {
    if (vm->stopping) moondial_stop(L);
}
/// Stops the current slice if it has this number. From any thread.
void moondial_stop_slice(moondial_vm *vm, uint64_t slice, moondial_stop_reason reason);
/// Makes the thread of the current slice check again whether it has to stop. From any thread.
void moondial_signal_slice(moondial_vm *vm);

// MARK: - line_counts.c

/// To be called in a hook: removes the hook, or replaces it by the one that counts lines.
void moondial_clear_hook(lua_State *L, lua_Debug *ar);
void moondial_free_line_counts(moondial_line_counts *counts);

// MARK: - last_resort.c

/// Finds the addresses of Lua's code. To be called once, before the functions below.
void moondial_find_lua(void);
/// In the signal handler: if Lua was interrupted, or the system's library on its behalf, the slice ends when the handler
/// returns, and the VM is lost.
void moondial_last_resort(moondial_vm *vm, void *context);
/// Marks the VM as lost and ends the host's call. Does not return.
_Noreturn void moondial_lose(moondial_vm *vm);
/// Reports that the VM was lost before.
moondial_status moondial_report_lost(moondial_vm *vm);

// MARK: - watchdog.c

/// Nanoseconds of processor time that a thread has used; 0 when it has ended.
uint64_t moondial_cpu_time(int32_t thread);
/// Whether the watchdog checks the VM every few milliseconds now.
bool moondial_is_watched(const moondial_vm *vm);
/// Makes the watchdog check the VM from time to time: a slice with limits begins, or one has to stop. From any thread.
void moondial_watch(moondial_vm *vm);
/// To be called before the VM is freed.
void moondial_unwatch(moondial_vm *vm);

#endif
