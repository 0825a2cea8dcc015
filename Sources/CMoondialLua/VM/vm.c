// SPDX-License-Identifier: MIT
//
// Functions of a VM that do not enter Lua.

#include <stdio.h>

#include "vm.h"

// Keys of the registry. Only their addresses matter.

const char moondial_key_name = 0;
const char moondial_key_names = 0;
const char moondial_key_host = 0;
const char moondial_key_classes = 0;
const char moondial_key_array = 0;
const char moondial_key_modules = 0;
const char moondial_key_environment = 0;
const char moondial_key_raised = 0;
const char moondial_key_frozen = 0;

void moondial_vm_limit_allocations(moondial_vm *vm, uint64_t allocations, moondial_failure failure) {
    vm->allocations = allocations;
    vm->failure = failure;
}

uint64_t moondial_vm_failed_allocations(const moondial_vm *vm) { return vm->failed_allocations; }

void moondial_vm_limit_source(moondial_vm *vm, size_t bytes) { vm->source_limit = bytes; }

size_t moondial_vm_live_bytes(const moondial_vm *vm) { return vm->live_bytes; }

bool moondial_vm_is_full(const moondial_vm *vm) { return vm->full; }

moondial_buffer *moondial_vm_outbox(moondial_vm *vm) { return &vm->outbox; }

moondial_buffer *moondial_vm_inbox(moondial_vm *vm) { return &vm->inbox; }

bool moondial_vm_is_answering(const moondial_vm *vm) { return vm->calling != NULL; }

// MARK: - The thread of the operating system

_Thread_local moondial_os_thread moondial_here;

bool moondial_guard(void) {
    moondial_vm *vm = moondial_here.vm;
    bool was_guarded = vm != NULL && vm->is_guarded;
    if (vm != NULL) vm->is_guarded = true;
    return was_guarded;
}

void moondial_unguard(bool was_guarded) {
    if (moondial_here.vm != NULL) moondial_here.vm->is_guarded = was_guarded;
}

// MARK: - The release of Lua

// LUA_RELEASE is the release of the headers. That of the library is in `lua_ident`: "$LuaVersion: Lua 5.4.4  Copyright
// ...".

static const char ident_prefix[] = "$LuaVersion: ";

const char *moondial_lua_release(void) {
    static char release[32];
    const char *begin = strstr(lua_ident, ident_prefix);
    if (begin == NULL) return "an unknown release of Lua";
    begin += sizeof ident_prefix - 1;
    const char *end = strstr(begin, "  ");
    size_t count = end != NULL ? (size_t)(end - begin) : strlen(begin);
    if (count >= sizeof release) count = sizeof release - 1;
    memcpy(release, begin, count);  // every thread writes the same value
    return release;
}

int moondial_lua_release_number(void) {
    static _Atomic int known;  // every thread writes the same value
    if (known != 0) return known;
    int major, minor, release;
    if (sscanf(moondial_lua_release(), "Lua %d.%d.%d", &major, &minor, &release) != 3) return 0;
    return known = major * 10000 + minor * 100 + release;
}

bool moondial_lua_is_supported(void) {
    int number = moondial_lua_release_number();
    return number >= MOONDIAL_OLDEST_LUA && number / 100 == MOONDIAL_OLDEST_LUA / 100;
}

// MARK: - References

void moondial_vm_release(moondial_vm *vm, int32_t function) {
    // luaL_unref writes only to existing slots of the registry, so it cannot allocate or raise. It ignores LUA_NOREF.
    if (!vm->is_lost) luaL_unref(vm->main, LUA_REGISTRYINDEX, function);
}
