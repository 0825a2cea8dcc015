// SPDX-License-Identifier: MIT
//
// Lua's memory: requests are charged to the current run, and may be refused.

#include <stdio.h>
#include <stdlib.h>

#include "limits.h"

// MARK: - How Lua requests memory

// How Lua requests memory is no part of its interface. So nothing is assumed: the requests are tried in every new
// state.
//
// To grow a table, Lua inserts all its keys into a new vector of nodes, in C and without interruption. A script that
// knows the hash function can make all keys collide. That takes time in proportion to the square of their number:
// minutes, for a table of 64 MiB. So the number of nodes in the tables of a run is limited.

/// The numbers of nodes of the tables that are tried.
enum { FEW_NODES = 8, MORE_NODES = 64 };

/// What Lua requests when it makes a table of so many nodes, or grows one to as many. May raise (memory).
static moondial_request request_for_nodes(lua_State *L, int nodes, bool grows) {
    lua_createtable(L, 0, grows ? 0 : nodes);
    for (int key = nodes / 2 + 1; grows && key > 0; key--) {
        lua_pushboolean(L, 1);
        lua_rawseti(L, -2, -key);  // a key that no list part has
    }
    lua_pop(L, 1);
    return moondial_vm_of(L)->request;
}

static void learn_tables(lua_State *L) {
    moondial_vm *vm = moondial_vm_of(L);
    moondial_request few = request_for_nodes(L, FEW_NODES, false);
    moondial_request more = request_for_nodes(L, MORE_NODES, false);
    moondial_request grown = request_for_nodes(L, FEW_NODES, true);
    vm->node_size = few.size / FEW_NODES;
    if (vm->node_size == 0 || few.size != FEW_NODES * vm->node_size || more.size != MORE_NODES * vm->node_size
        || grown.size != few.size) {
        fprintf(stderr, "moondial: this release of Lua makes tables in a way that cannot be limited\n");
        abort();
    }
    // If one place in Lua requests all nodes, that place identifies them; list parts and buffers can have the same
    // sizes. If there are several places, only the size is compared.
    vm->node_site = few.site == more.site && few.site == grown.site ? few.site : NULL;
}

static void learn_buffers(lua_State *L) {
    moondial_vm *vm = moondial_vm_of(L);
    luaL_Buffer buffer;
    luaL_buffinitsize(L, &buffer, sizeof buffer.init + 1);
    vm->buffer_sites[0] = vm->request.site;
    luaL_addsize(&buffer, sizeof buffer.init + 1);
    luaL_prepbuffsize(&buffer, sizeof buffer.init + 1);
    vm->buffer_sites[1] = vm->request.site;
    luaL_pushresultsize(&buffer, 0);
    lua_pop(L, 1);
}

void moondial_learn_requests(lua_State *L) {
    moondial_vm *vm = moondial_vm_of(L);
    vm->is_learning = true;
    vm->host_meter.allocation_limit = 0;  // so that each request calls moondial_charge_over_limit
    learn_tables(L);
    learn_buffers(L);
    vm->host_meter.allocation_limit = UINT64_MAX;
    vm->is_learning = false;
}

// MARK: - Tables

/// Whether this is a request for more nodes than a table of the run may have.
static inline bool is_too_large_table(const moondial_vm *vm, moondial_request request) {
    size_t most;
    if (__builtin_mul_overflow(vm->node_size, vm->meter->hash_limit, &most)) return false;
    if (__builtin_expect(vm->node_size == 0 || request.size < most + vm->node_size, 1)) return false;
    if (vm->loading == MOONDIAL_LOADS_BINARY) return false;  // has vectors of code from the same place, and no table
    if (vm->node_site != NULL) return request.site == vm->node_site;
    size_t nodes = request.size / vm->node_size;
    return request.size % vm->node_size == 0 && (nodes & (nodes - 1)) == 0;
}

/// Checks a request for a new vector, of nodes or of other things. Does not return when the run may not have it.
static inline void check_vector(moondial_vm *vm, moondial_request request) {
    if (!is_too_large_table(vm, request)) return;
    // The host makes a coroutine for the run, and the registry grows to keep a reference to it. The run has no
    // influence on the registry's size.
    if (vm->running == vm->main) return;
    // Without memory for nodes Lua would raise an error, with nothing changed before: stopping here is as safe as
    // between two instructions.
    vm->stopping = MOONDIAL_STOP_TABLE;
    moondial_stop_allocating(vm);
}

// MARK: - Allocating

/// Checks that Lua works for a run only while the run's limits apply and the watchdog watches them.
static inline void check_slice(moondial_vm *vm) {
#ifdef DEBUG
    if (!vm->is_set_up) return;
    bool has_limits = vm->meter->cpu_limit != UINT64_MAX || vm->meter->deadline != UINT64_MAX;
    if (vm->entry != NULL && vm->slice.number != 0 && (!has_limits || vm->is_watched)) return;
    fprintf(stderr, "moondial: Lua asks for memory outside of a slice that is measured and watched\n");
    abort();
#else
    (void)vm;
#endif
}

static inline void *resize(moondial_arena *arena, void *block, size_t old_size, size_t new_size) {
    if (block == NULL) return moondial_arena_take(arena, new_size);
    return moondial_arena_resize(arena, block, old_size, new_size);
}

void *moondial_allocate(void *context, void *block, size_t old_size, size_t new_size) {
    moondial_vm *vm = context;
    moondial_request request = {new_size, __builtin_return_address(0), false};
    check_slice(vm);
    if (block == NULL) {
        // For a new block Lua passes the type of the object as the old size; it is 0 for vectors.
        request.is_object = old_size > 0;
        if (old_size == 0 && new_size > 0) check_vector(vm, request);
        old_size = 0;
    }
    if (new_size == 0) {
        moondial_arena_give(&vm->arena, block, old_size);
        vm->live_bytes -= old_size;
        return NULL;
    }
    bool granted = new_size <= old_size || moondial_charge_allocation(vm, new_size - old_size, request);
    void *result = granted ? resize(&vm->arena, block, old_size, new_size) : NULL;
    if (result == NULL) {
        vm->failed_allocations++;
        return NULL;
    }
    vm->live_bytes += new_size - old_size;
    return result;
}
