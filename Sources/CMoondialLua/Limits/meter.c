// SPDX-License-Identifier: MIT
//
// What a run uses of the machine: time, memory, coroutines.

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

// What a run may not have is refused between two instructions where that is possible: over a limit, the run is asked to
// stop and still gets its memory. Over twice the limit, it is stopped within the instruction.
//
// It never gets NULL. For that, Lua would collect all garbage of the state in the middle of what it does, for which not all
// of Lua is prepared ("use after free in luaV_finishset" in the list of bugs of 5.4.7), and then raise an error that the
// run could catch.

static uint64_t twice(uint64_t limit) { return limit > UINT64_MAX / 2 ? UINT64_MAX : 2 * limit; }

/// Lua's answer to NULL would be to raise an error, with nothing changed that only the present function knows how to put
/// right. So it is where an object is made, where a vector is made in the place that makes those of tables, and where a
/// buffer of the standard library grows. Elsewhere it is not: a table that gets a new list part owns a new hash part
/// already, and a stack that moves has no addresses (since 5.4.5).
static bool is_ready_for_errors(const moondial_vm *vm, moondial_request request) {
    if (lua_gc(vm->running, LUA_GCISRUNNING) < 0) return false;  // in a finalizer, after which the collector has to go on
    return request.is_object || (request.site == vm->node_site && vm->node_site != NULL)
           || request.site == vm->buffer_sites[0] || request.site == vm->buffer_sites[1];
}

_Noreturn void moondial_stop_allocating(moondial_vm *vm) {
    if (vm->loading == MOONDIAL_LOADS_TEXT) {
        // The parser owns memory that only the end of lua_load gives back; then moondial_compile ends the run.
        lua_pushnil(vm->running);
        lua_error(vm->running);
    }
    vm->loading = MOONDIAL_LOADS_NOTHING;
    moondial_stop(vm->running);
}

/// A run asks for memory that is over twice its limit, or over twice that of the state. Returns where it gets it
/// nevertheless, once, since there is no way out: a block that exists doubles its size at most.
static void stop_within_instruction(moondial_vm *vm, moondial_request request, bool is_far_over) {
    if (!vm->stopping) moondial_request_stop(vm, MOONDIAL_STOP_FULL);
    // A host function is being answered, on frames of Swift, or the run has been stopped and is being reported.
    if (vm->calling != NULL || vm->is_guarded) return;
    // The main state, on which a coroutine is made for the run, cannot be abandoned.
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
    // Of a full VM, whoever comes last need not be the one that has filled it.
    bool is_over = allocated > meter->allocation_limit || (live > vm->live_limit && allocated > vm->live_limit / 4);
    bool is_for_a_run = meter != &vm->host_meter;
    if (is_over && is_for_a_run && !vm->stopping)
        moondial_request_stop(
            vm, allocated > meter->allocation_limit ? MOONDIAL_STOP_ALLOCATION : MOONDIAL_STOP_FULL);
    if (is_refused) {
        if (!is_for_a_run) return false;  // work of the host, with no run that could be stopped
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
