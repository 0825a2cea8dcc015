// SPDX-License-Identifier: MIT
//
// What a run uses of the machine: time, memory, coroutines.

#include <time.h>

#include "internal.h"

uint64_t moondial_now(void) {
#ifdef __APPLE__
    return clock_gettime_nsec_np(CLOCK_UPTIME_RAW_APPROX);
#else
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
#endif
}

/// How far over a limit allocations still succeed, so that what a run may not have is refused between two instructions
/// and not in the middle of one, where its error could be caught.
static uint64_t hard(uint64_t limit) { return limit > UINT64_MAX / 2 ? UINT64_MAX : 2 * limit; }

bool moondial_charge_over_limit(moondial_vm *vm, size_t bytes) {
    moondial_meter *meter = vm->meter;
    uint64_t allocated = meter->allocated + bytes;
    uint64_t live = vm->live_bytes + bytes;
    // Of a full VM, whoever comes last need not be the one that has filled it.
    bool is_over = allocated > meter->allocation_limit
                   || (live > vm->live_limit && allocated > vm->live_limit / 4 && meter != &vm->host_meter);
    if (is_over && !vm->stopping)
        moondial_request_stop(
            vm, allocated > meter->allocation_limit ? MOONDIAL_STOP_ALLOCATION : MOONDIAL_STOP_FULL);
    if (allocated > hard(meter->allocation_limit) || live > hard(vm->live_limit)) return false;
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
