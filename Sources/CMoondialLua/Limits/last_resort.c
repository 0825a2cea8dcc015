// SPDX-License-Identifier: MIT
//
// Ends a slice that does not reach its next instruction, since it rehashes a table, compares strings or collects
// garbage.
//
// The signal handler makes the thread continue in `land` instead of in the middle of Lua, and `land` returns to the
// host's call. Since it is not known what Lua was changing, the VM is lost from then on: nothing calls Lua for it
// again, and its memory is freed with the VM.
//
// That is allowed where the interrupted code leaves nothing behind that outlives the VM. Lua itself never does. Neither
// does the system's library when Lua, or our own code on behalf of a script, called it to work on bytes or numbers: to
// read a numeral of 50 MiB, to compare or to measure long strings. Other calls may hold a lock, as those for memory,
// files and threads do: they are made between `moondial_guard` and `moondial_unguard`, or while
// `moondial_arena.calls_system` is set. A host function is never interrupted in this way, since it has Swift frames.

#define _GNU_SOURCE  // dl_iterate_phdr, REG_RIP
#include <signal.h>

#include "limits.h"

#if defined(__linux__) && (defined(__x86_64__) || defined(__aarch64__))

#include <link.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

// MARK: - Where Lua and the system's library are

typedef struct {
    uintptr_t begin;
    uintptr_t end;
} range;

// ThreadSanitizer replaces functions of the system's library by its own. If one of them is left in the middle, its notes about
// the thread stay, and the process ends with that thread: "finished with ignores enabled".
#define LEAVES_SYSTEM true
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#undef LEAVES_SYSTEM
#define LEAVES_SYSTEM false
#endif
#endif

/// The addresses of the code of each; empty when they cannot be separated from this program's code.
static range lua_text, system_text;

static bool holds(const struct dl_phdr_info *object, uintptr_t address, range *text) {
    for (int i = 0; i < object->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &object->dlpi_phdr[i];
        if (part->p_type != PT_LOAD || !(part->p_flags & PF_X)) continue;
        *text = (range){object->dlpi_addr + part->p_vaddr, object->dlpi_addr + part->p_vaddr + part->p_memsz};
        if (address >= text->begin && address < text->end) return true;
    }
    return false;
}

static int look_at_object(struct dl_phdr_info *object, size_t size, void *unused) {
    (void)size;
    (void)unused;
    range found;
    // Lua was linked statically, so that its code has no range of its own: then there is no last resort.
    if (holds(object, (uintptr_t)&moondial_find_lua, &found)) return 0;
    if (holds(object, (uintptr_t)&lua_newstate, &found)) lua_text = found;
    // In other locales, comparing strings allocates memory of the system.
    if (holds(object, (uintptr_t)&strtod, &found) && LEAVES_SYSTEM &&
        strcmp(setlocale(LC_COLLATE, NULL), "C") == 0)
        system_text = found;
    return 0;
}

void moondial_find_lua(void) { dl_iterate_phdr(look_at_object, NULL); }

static bool is_in(range text, uintptr_t address) { return address >= text.begin && address < text.end; }

// MARK: - Jumping

/// The thread continues here after the signal, as if Lua had called this function.
static _Noreturn void land(void) { moondial_lose(moondial_here.vm); }

__attribute__((disable_sanitizer_instrumentation)) void moondial_last_resort(moondial_vm *vm, void *context) {
    ucontext_t *interrupted = context;
#ifdef __x86_64__
    greg_t *registers = interrupted->uc_mcontext.gregs;
    uintptr_t counter = (uintptr_t)registers[REG_RIP];
#else
    uintptr_t counter = interrupted->uc_mcontext.pc;
#endif
    if (!is_in(lua_text, counter) && (!is_in(system_text, counter) || vm->arena.calls_system)) return;
    if (vm->is_guarded || vm->calling != NULL) return;
#ifdef __x86_64__
    // Below the red zone, aligned as after a call.
    registers[REG_RSP] = ((registers[REG_RSP] - 128) & ~(greg_t)15) - 8;
    registers[REG_RIP] = (greg_t)(uintptr_t)land;
    registers[REG_EFL] &= ~(greg_t)0x400;  // the direction of string instructions, as every function expects it
#else
    interrupted->uc_mcontext.sp &= ~(uintptr_t)15;
    interrupted->uc_mcontext.pc = (uintptr_t)land;
#endif
}

#else  // Elsewhere there is no last resort: a stall lasts until it ends by itself.

void moondial_find_lua(void) {}

void moondial_last_resort(moondial_vm *vm, void *context) {
    (void)vm;
    (void)context;
}

#endif

// MARK: - A lost VM

_Noreturn void moondial_lose(moondial_vm *vm) {
    vm->is_lost = true;
    vm->meter->stopped = vm->stopping ? (moondial_stop_reason)vm->stopping : MOONDIAL_STOP_LOST;
    if (vm->stopping == MOONDIAL_STOP_INTERRUPT) vm->interrupted = false;
    moondial_report_text(vm, MOONDIAL_STOPPED, "stopped");
    siglongjmp(vm->entry->jump, 1);
}

moondial_status moondial_report_lost(moondial_vm *vm) {
    return moondial_report_text(vm, MOONDIAL_STOPPED, "the Lua state was lost to another run that stalled it");
}

bool moondial_vm_is_lost(const moondial_vm *vm) { return vm->is_lost; }
