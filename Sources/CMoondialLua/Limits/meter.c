// SPDX-License-Identifier: MIT
//
// Measures what a run uses: time, memory, coroutines.

#include <time.h>

#include "limits.h"

uint64_t moondial_now(void) {
#ifdef __APPLE__
    return clock_gettime_nsec_np(CLOCK_UPTIME_RAW_APPROX);
#else
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
#endif
}

// MARK: - Memory

// A run that exceeds a limit of memory is stopped between two instructions where that is possible: over the limit, it
// still gets the memory and has to stop at the next instruction. Over twice the limit, it is stopped within the
// instruction.
//
// A request of a run is never answered with NULL. Lua would then collect all garbage in the middle of an operation, for
// which not all of Lua is prepared ("use after free in luaV_finishset" in the list of bugs of 5.4.7), and then raise an
// error that the run could catch.

static uint64_t twice(uint64_t limit) { return limit > UINT64_MAX / 2 ? UINT64_MAX : 2 * limit; }

/// Whether Lua could raise an error at this request without leaving anything inconsistent. That holds where an object
/// is made, where a vector is requested by the place that makes those of tables, and where a buffer of the standard
/// library grows. It does not hold elsewhere: a table that gets a new list part owns a new hash part already, and a
/// stack that moves has no addresses (since 5.4.5).
static bool is_ready_for_errors(const moondial_vm *vm, moondial_request request) {
    if (lua_gc(vm->running, LUA_GCISRUNNING) < 0) return false;  // in a finalizer of the collector
    return request.is_object || (request.site == vm->node_site && vm->node_site != NULL)
           || request.site == vm->buffer_sites[0] || request.site == vm->buffer_sites[1];
}

_Noreturn void moondial_stop_allocating(moondial_vm *vm) {
    if (vm->loading == MOONDIAL_LOADS_TEXT) {
        // The parser frees its memory only when lua_load ends. After that, moondial_compile ends the run.
        lua_pushnil(vm->running);
        lua_error(vm->running);
    }
    vm->loading = MOONDIAL_LOADS_NOTHING;
    moondial_stop(vm->running);
}

/// To be called when a run requests memory over twice its limit, or over twice that of the state. Returns where the run
/// cannot be stopped within the instruction: it then gets this memory, and an existing block at most doubles its size.
static void stop_within_instruction(moondial_vm *vm, moondial_request request, bool is_far_over) {
    if (!vm->stopping) moondial_request_stop(vm, MOONDIAL_STOP_FULL);
    // A host function runs, with Swift frames on the stack, or the run has been stopped and is being reported.
    if (vm->calling != NULL || vm->is_guarded) return;
    // The main state, on which the host makes a coroutine for the run, cannot be abandoned.
    if (vm->running != vm->main && is_ready_for_errors(vm, request)) moondial_stop_allocating(vm);
    if (is_far_over) moondial_lose(vm);
}

bool moondial_charge_over_limit(moondial_vm *vm, size_t bytes, moondial_request request) {
    moondial_meter *meter = vm->meter;
    uint64_t allocated = meter->allocated + bytes;
    uint64_t live = vm->live_bytes + bytes;
    bool is_refused = live > twice(vm->live_limit) || allocated > twice(meter->allocation_limit);
    bool is_far_over = live > twice(twice(vm->live_limit));
    if (vm->is_learning) {
        vm->request = request;
        is_refused = false;
    }
    if (vm->allocations == 0) {
        if (vm->failure == MOONDIAL_FAIL_EXHAUSTED) return false;
        is_refused = true;
        is_far_over = is_far_over || vm->failure == MOONDIAL_FAIL_FAR_OVER_LIMIT;
    } else {
        vm->allocations--;
    }
    // A full VM stops only a run that has allocated much itself: others may have filled it.
    bool is_over = allocated > meter->allocation_limit || (live > vm->live_limit && allocated > vm->live_limit / 4);
    bool is_for_a_run = meter != &vm->host_meter;
    if (is_over && is_for_a_run && !vm->stopping)
        moondial_request_stop(
            vm, allocated > meter->allocation_limit ? MOONDIAL_STOP_ALLOCATION : MOONDIAL_STOP_FULL);
    if (is_refused) {
        if (!is_for_a_run) return false;  // work of the host: there is no run to stop
        vm->needs_collection = live > twice(vm->live_limit);
        stop_within_instruction(vm, request, is_far_over);
    }
    meter->allocated = allocated;
    if (live > vm->live_limit) vm->full = true;
    return true;
}

void moondial_vm_charge(moondial_vm *vm, size_t bytes) {
    moondial_meter *meter = vm->meter;
    if (__builtin_add_overflow(meter->allocated, bytes, &meter->allocated)) meter->allocated = UINT64_MAX;
    if (meter->allocated > meter->allocation_limit && !vm->stopping)
        moondial_request_stop(vm, MOONDIAL_STOP_ALLOCATION);
}

void moondial_make_room(moondial_vm *vm) {
    if (!vm->needs_collection) return;
    vm->needs_collection = false;
    lua_gc(vm->running, LUA_GCCOLLECT);
}

// MARK: - Coroutines

bool moondial_meter_count_coroutine(moondial_meter *meter) {
    if (meter->coroutines >= meter->coroutine_limit) return false;
    meter->coroutines++;
    return true;
}

void moondial_charge_coroutine(lua_State *L) {
    moondial_vm *vm = moondial_vm_of(L);
    if (moondial_meter_count_coroutine(vm->meter)) return;
    vm->stopping = MOONDIAL_STOP_COROUTINES;
    moondial_stop(L);
}
