// SPDX-License-Identifier: MIT
//
// Lua's memory: what it asks for is charged to the run that goes on, and may be refused.

#include <stdio.h>
#include <stdlib.h>

#include "internal.h"

// MARK: - The hash part of tables

// Growing a table puts all its keys into a new vector of nodes, in one go and in C. A script that knows how keys are
// placed makes them all collide, and then that takes time in proportion to the square of their number: minutes, for a
// table of 64 MiB. So a run may have tables of so many nodes only. How Lua asks for them is no part of its interface and
// therefore not assumed, but tried out in every new state.

/// Nodes of the tables that are tried.
enum { FEW_NODES = 8, MORE_NODES = 64 };

/// What Lua asks for when it makes a table of so many nodes, or grows one to as many. May raise (memory).
static moondial_request request_for_nodes(lua_State *L, int nodes, bool grows) {
    moondial_vm *vm = moondial_vm_of(L);
    vm->request = (moondial_request){0, NULL};
    lua_createtable(L, 0, grows ? 0 : nodes);
    for (int key = nodes / 2 + 1; grows && key > 0; key--) {
        lua_pushboolean(L, 1);
        lua_rawseti(L, -2, -key);  // a key that no list part has
    }
    lua_pop(L, 1);
    return vm->request;
}

void moondial_learn_tables(lua_State *L) {
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
    // One place in Lua asks for nodes, but not for list parts and buffers, whose sizes can be the same. Where there are
    // several, sizes have to do.
    vm->node_site = few.site == more.site && few.site == grown.site ? few.site : NULL;
}

/// Whether this is a request for more nodes than a table of the run may have.
static inline bool is_too_large_table(const moondial_vm *vm, moondial_request request) {
    size_t most;
    if (__builtin_mul_overflow(vm->node_size, vm->meter->hash_limit, &most)) return false;
    if (__builtin_expect(vm->node_size == 0 || request.size < most + vm->node_size, 1)) return false;
    if (vm->node_site != NULL) return request.site == vm->node_site;
    size_t nodes = request.size / vm->node_size;
    return request.size % vm->node_size == 0 && (nodes & (nodes - 1)) == 0;
}

/// A new vector, of nodes or something else: does not return when the run may not have it.
static inline void note_vector(moondial_vm *vm, moondial_request request) {
    vm->request = request;
    if (!is_too_large_table(vm, request)) return;
    // Lua raises an error when it gets no nodes, and has not changed anything before: this is as good a place to stop as
    // the boundary of an instruction. Refused instead, it would first collect all garbage of the VM, in one go.
    vm->stopping = MOONDIAL_STOP_TABLE;
    moondial_stop(vm->running);
}

// MARK: - Allocating

static inline void *resize(moondial_arena *arena, void *block, size_t old_size, size_t new_size) {
    if (block == NULL) return moondial_arena_take(arena, new_size);
    return moondial_arena_resize(arena, block, old_size, new_size);
}

void *moondial_allocate(void *context, void *block, size_t old_size, size_t new_size) {
    moondial_vm *vm = context;
    if (block == NULL) {
        // For a new block Lua passes a type here, which is 0 for vectors.
        if (old_size == 0 && new_size > 0)
            note_vector(vm, (moondial_request){new_size, __builtin_return_address(0)});
        old_size = 0;
    }
    if (new_size == 0) {
        moondial_arena_give(&vm->arena, block, old_size);
        vm->live_bytes -= old_size;
        return NULL;
    }
    bool grows = new_size > old_size;
    bool granted = !grows || (vm->allocations > 0 && moondial_charge_allocation(vm, new_size - old_size));
    void *result = granted ? resize(&vm->arena, block, old_size, new_size) : NULL;
    if (result == NULL) {
        vm->starved = true;
        return NULL;
    }
    if (grows) vm->allocations--;
    vm->live_bytes += new_size - old_size;
    return result;
}
