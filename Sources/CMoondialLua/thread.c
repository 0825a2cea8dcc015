// SPDX-License-Identifier: MIT
//
// The host runs Lua on its threads.

#include <stdlib.h>

#include "internal.h"

// MARK: - Running

/// Protected: leaves the function and its arguments on the main stack.
static int prepare_start(lua_State *L) {
    const int32_t *function = lua_touserdata(L, 1);
    lua_settop(L, 0);
    lua_rawgeti(L, LUA_REGISTRYINDEX, *function);
    return 1 + moondial_decode(L);
}

static moondial_status encode_results(moondial_thread *thread, int count) {
    lua_State *L = thread->state;
    moondial_outbox_begin(thread->vm);
    moondial_status status = MOONDIAL_OK;
    const char *problem = "";
    int first = lua_gettop(L) - count + 1;
    for (int i = 0; i < count && status == MOONDIAL_OK; i++)
        status = moondial_encode(L, first + i, false, &problem);
    lua_settop(L, 0);
    if (status == MOONDIAL_OK) return status;
    return moondial_report_text(thread->vm, status, status == MOONDIAL_MEMORY ? "not enough memory" : problem);
}

/// Empties the thread's stack: to-be-closed variables close. They may call the host: the tapes are put aside meanwhile.
static void reset(moondial_thread *thread) {
    moondial_vm *vm = thread->vm;
    moondial_buffer inbox = vm->inbox, outbox = vm->outbox;
    size_t functions = vm->functions;
    moondial_thread *outer = vm->current;
    vm->inbox = vm->outbox = (moondial_buffer){NULL, 0, 0};
    vm->functions = 0;
    vm->current = thread;

    if (thread->waits) moondial_close_waiting(vm, thread->waits_in);
    thread->waits = false;
    moondial_close(vm, NULL, thread->state);
    lua_settop(thread->state, 0);

    moondial_outbox_begin(vm);
    free(vm->inbox.bytes);
    free(vm->outbox.bytes);
    vm->inbox = inbox;
    vm->outbox = outbox;
    vm->functions = functions;
    vm->current = outer;
}

static moondial_status run(moondial_thread *thread, int arguments) {
    moondial_vm *vm = thread->vm;
    int results = 0;
    vm->current = thread;
    vm->starved = false;
    thread->waits = false;
    int status = lua_resume(thread->state, NULL, arguments, &results);
    vm->current = NULL;
    if (status == LUA_OK) return encode_results(thread, results);
    if (status == LUA_YIELD) {
        // Only a host call gets here: coroutine.yield refuses to leave a host thread.
        vm->waiting = false;
        thread->waits = true;
        thread->waits_in = vm->waiting_in;
        return MOONDIAL_WAITING;
    }
    moondial_status report = moondial_report(thread->state, status);
    reset(thread);
    return report;
}

moondial_status moondial_thread_start(moondial_thread *thread, int32_t function) {
    moondial_vm *vm = thread->vm;
    lua_State *L = vm->main;
    vm->starved = false;
    lua_settop(L, 0);
    lua_pushcfunction(L, prepare_start);
    lua_pushlightuserdata(L, &function);
    int status = lua_pcall(L, 1, LUA_MULTRET, 0);
    if (status != LUA_OK) {
        moondial_status report = moondial_report(L, status);
        lua_settop(L, 0);
        return report;
    }
    int count = lua_gettop(L);
    if (!lua_checkstack(thread->state, count)) {
        lua_settop(L, 0);
        return moondial_report_text(vm, MOONDIAL_MEMORY, "not enough memory");
    }
    lua_xmove(L, thread->state, count);
    return run(thread, count - 1);
}

moondial_status moondial_thread_resume(moondial_thread *thread, uint64_t ticket, bool raise) {
    if (!thread->waits || thread->ticket != ticket) return MOONDIAL_LATE;
    thread->vm->raise = raise;
    return run(thread, 0);
}

// MARK: - Life

/// Protected: makes a coroutine that lives as long as the VM.
static int prepare_thread(lua_State *L) {
    moondial_thread *thread = lua_touserdata(L, 1);
    thread->state = lua_newthread(L);
    luaL_ref(L, LUA_REGISTRYINDEX);
    moondial_mark_thread(thread->state, thread);
    return 0;
}

moondial_thread *moondial_thread_acquire(moondial_vm *vm, void *owner) {
    moondial_thread *thread = vm->idle;
    if (thread != NULL) {
        vm->idle = thread->next_idle;
        thread->owner = owner;
        return thread;
    }
    thread = calloc(1, sizeof *thread);
    if (thread == NULL) return NULL;
    thread->vm = vm;
    thread->owner = owner;
    lua_settop(vm->main, 0);
    lua_pushcfunction(vm->main, prepare_thread);
    lua_pushlightuserdata(vm->main, thread);
    if (lua_pcall(vm->main, 1, 0, 0) != LUA_OK) {
        lua_settop(vm->main, 0);
        free(thread);
        return NULL;
    }
    thread->next = vm->threads;
    vm->threads = thread;
    return thread;
}

void moondial_thread_release(moondial_thread *thread) {
    if (thread->waits) reset(thread);
    thread->owner = NULL;
    thread->next_idle = thread->vm->idle;
    thread->vm->idle = thread;
}

// MARK: - Questions

uint64_t moondial_thread_ticket(const moondial_thread *thread) { return thread->ticket; }

void *moondial_thread_owner(const moondial_thread *thread) { return thread->owner; }

void moondial_thread_disown(moondial_thread *thread) { thread->owner = NULL; }

bool moondial_thread_waits(const moondial_thread *thread) { return thread->waits; }

bool moondial_thread_runs(const moondial_thread *thread) { return thread->vm->current == thread; }
