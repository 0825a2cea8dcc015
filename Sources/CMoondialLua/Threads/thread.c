// SPDX-License-Identifier: MIT
//
// Threads on which the host runs Lua.

#include <stdlib.h>

#include "threads.h"

// MARK: - Running

static int finish_call(lua_State *L, int status, lua_KContext context) {
    (void)status;
    (void)context;
    return lua_gettop(L);
}

/// The outermost function of every thread: calls the referenced function with the values on the inbox.
static int begin_call(lua_State *L) {
    lua_Integer function = lua_tointeger(L, 1);
    lua_settop(L, 0);
    lua_rawgeti(L, LUA_REGISTRYINDEX, function);
    lua_callk(L, moondial_decode(L), LUA_MULTRET, 0, finish_call);
    return finish_call(L, LUA_OK, 0);
}

static moondial_status encode_results(moondial_thread *thread, int count) {
    lua_State *L = thread->state;
    moondial_outbox_begin(thread->vm);
    moondial_status status = MOONDIAL_OK;
    const char *problem = "";
    int first = lua_gettop(L) - count + 1;
    for (int i = 0; i < count && status == MOONDIAL_OK; i++)
        status = moondial_encode(L, first + i, &thread->meter->results, false, &problem);
    lua_settop(L, 0);
    if (status == MOONDIAL_OK) return status;
    return moondial_report_text(thread->vm, status, status == MOONDIAL_MEMORY ? "not enough memory" : problem);
}

/// Drops the thread's coroutine without closing it. The next start makes another one.
static void abandon(moondial_thread *thread) {
    if (thread->state != NULL) moondial_vm_release(thread->vm, thread->reference);
    thread->state = NULL;
    thread->waits = false;
}

/// Empties the thread's stack: closes its to-be-closed variables, within the rest of the thread's limits.
static void close_stack(moondial_thread *thread) {
    moondial_vm *vm = thread->vm;
    moondial_entry entry;
    moondial_enter(vm, &entry, thread->meter, thread->state);
    bool stopped = sigsetjmp(entry.jump, 0) != 0;
    if (!stopped) {
        if (thread->waits) moondial_close_waiting(vm, thread->waits_in);
        thread->waits = false;
        moondial_close(vm, NULL, thread->state);
        lua_settop(thread->state, 0);
    }
    moondial_leave(vm, &entry);
    if (stopped) abandon(thread);
}

/// Makes the thread ready for its next start. Closing handlers may call the host, so the tapes are saved and restored.
static void reset(moondial_thread *thread) {
    moondial_vm *vm = thread->vm;
    moondial_buffer inbox = vm->inbox, outbox = vm->outbox;
    size_t functions = vm->functions;
    moondial_thread *outer = vm->current;
    vm->inbox = vm->outbox = (moondial_buffer){NULL, 0, 0};
    vm->functions = 0;
    vm->current = thread;

    close_stack(thread);

    moondial_outbox_begin(vm);
    free(vm->inbox.bytes);
    free(vm->outbox.bytes);
    vm->inbox = inbox;
    vm->outbox = outbox;
    vm->functions = functions;
    vm->current = outer;
}

/// Gives the thread a coroutine; runs protected.
static int make_state(lua_State *L) {
    moondial_thread *thread = lua_touserdata(L, 1);
    lua_State *state = lua_newthread(L);
    thread->reference = luaL_ref(L, LUA_REGISTRYINDEX);
    thread->state = state;
    moondial_mark_thread(state, true);
    return 0;
}

/// Makes a coroutine for the thread if it has none; false when memory ran out. To be called within a slice of the
/// thread, since making a coroutine can collect garbage for an unlimited time.
static bool has_state(moondial_thread *thread) {
    lua_State *L = thread->vm->main;
    if (thread->state != NULL) return true;
    lua_settop(L, 0);
    lua_pushcfunction(L, make_state);
    lua_pushlightuserdata(L, thread);
    lua_pcall(L, 1, 0, 0);
    lua_settop(L, 0);
    if (thread->state == NULL) return false;
    moondial_set_running(thread->vm, thread->state);
    return true;
}

/// Calls `moondial_error_text` on `reporter` with the error value on top of `L`; false when it failed.
static bool call_error_text(lua_State *L, moondial_thread *reporter) {
    if (!has_state(reporter)) return false;
    lua_State *R = reporter->state;
    lua_pushcfunction(R, moondial_error_text);
    lua_pushvalue(L, -1);
    lua_xmove(L, R, 1);
    int results = 0;
    return lua_resume(R, NULL, 1, &results) == LUA_OK;
}

/// Replaces the error value on top of the thread's stack by the result of its `__tostring`, if it has one, as the
/// standalone interpreter does. That is script code: it runs within the thread's limits, on another coroutine, since
/// this one is dead. False when it was stopped.
static bool take_error_text(moondial_thread *thread) {
    moondial_vm *vm = thread->vm;
    lua_State *L = thread->state;
    if (!lua_checkstack(L, 2) || !lua_getmetatable(L, -1)) return true;
    lua_pop(L, 1);
    moondial_thread *reporter = moondial_thread_acquire(vm, thread->owner, thread->meter);
    if (reporter == NULL) return true;
    moondial_entry entry;
    moondial_enter(vm, &entry, thread->meter, reporter->state != NULL ? reporter->state : vm->main);
    bool stopped = sigsetjmp(entry.jump, 0) != 0;
    bool ended = !stopped && call_error_text(L, reporter);
    moondial_leave(vm, &entry);
    if (ended) {
        lua_pop(L, 1);
        lua_xmove(reporter->state, L, 1);
    } else {
        abandon(reporter);
    }
    moondial_thread_release(reporter);
    return !stopped;
}

/// The part of a slice that a stop can end: calls `function`, or without one continues after a wait.
static moondial_status work(moondial_thread *thread, int32_t function) {
    moondial_vm *vm = thread->vm;
    moondial_make_room(vm);
    if (!has_state(thread)) return moondial_report_text(vm, MOONDIAL_MEMORY, "not enough memory");
    lua_State *L = thread->state;
    if (function != MOONDIAL_NO_FUNCTION) {
        // An idle coroutine has room for a few values; nothing here allocates.
        lua_pushcfunction(L, begin_call);
        lua_pushinteger(L, function);
    }
    int results = 0;
    int status = lua_resume(L, NULL, function != MOONDIAL_NO_FUNCTION ? 1 : 0, &results);
    // Results and errors are read within the thread's limits: a table can have millions of empty slots, which are all
    // visited.
    if (status == LUA_OK) return encode_results(thread, results);
    if (status == LUA_YIELD) return MOONDIAL_WAITING;
    return take_error_text(thread) ? moondial_report(L, status) : MOONDIAL_STOPPED;
}

static moondial_status run(moondial_thread *thread, int32_t function) {
    moondial_vm *vm = thread->vm;
    moondial_entry entry;
    vm->current = thread;
    vm->failed_before = vm->failed_allocations;
    thread->waits = false;
    moondial_enter(vm, &entry, thread->meter, thread->state != NULL ? thread->state : vm->main);
    moondial_status status = MOONDIAL_STOPPED;
    if (sigsetjmp(entry.jump, 0) == 0) status = work(thread, function);
    moondial_leave(vm, &entry);
    vm->current = NULL;
    if (status == MOONDIAL_WAITING) {
        // Only a host call yields here: coroutine.yield raises an error in a host thread.
        thread->waits = true;
        thread->waits_in = vm->waiting_in;
    }
    vm->waiting = false;
    if (status == MOONDIAL_STOPPED) abandon(thread);
    else if (status != MOONDIAL_OK && status != MOONDIAL_WAITING && thread->state != NULL) reset(thread);
    return status;
}

/// Stops a thread of a VM that was lost to another thread.
static moondial_status stop_lost(moondial_thread *thread) {
    thread->waits = false;
    if (!thread->meter->stopped) thread->meter->stopped = MOONDIAL_STOP_LOST;
    return moondial_report_lost(thread->vm);
}

moondial_status moondial_thread_start(moondial_thread *thread, int32_t function) {
    if (thread->vm->is_lost) return stop_lost(thread);
    return run(thread, function);
}

moondial_status moondial_thread_resume(moondial_thread *thread, uint64_t ticket, bool raise) {
    if (!thread->waits || thread->ticket != ticket) return MOONDIAL_LATE;
    if (thread->vm->is_lost) return stop_lost(thread);
    thread->vm->raise = raise;
    return run(thread, MOONDIAL_NO_FUNCTION);
}

// MARK: - Life

moondial_thread *moondial_thread_acquire(moondial_vm *vm, void *owner, moondial_meter *meter) {
    moondial_thread *thread = vm->idle;
    if (thread != NULL) {
        vm->idle = thread->next_idle;
        thread->owner = owner;
        thread->meter = meter;
        return thread;
    }
    thread = calloc(1, sizeof *thread);
    if (thread == NULL) return NULL;
    thread->vm = vm;
    thread->kept = LUA_NOREF;
    thread->owner = owner;
    thread->meter = meter;
    thread->next = vm->threads;
    vm->threads = thread;
    return thread;
}

static void forget_kept(moondial_thread *thread) {
    moondial_vm_release(thread->vm, thread->kept);
    thread->kept = LUA_NOREF;
}

void moondial_thread_release(moondial_thread *thread) {
    if (thread->waits && !thread->vm->is_lost) reset(thread);
    thread->waits = false;
    forget_kept(thread);
    thread->owner = NULL;
    thread->next_idle = thread->vm->idle;
    thread->vm->idle = thread;
}

// MARK: - Questions

uint64_t moondial_thread_ticket(const moondial_thread *thread) { return thread->ticket; }

void *moondial_thread_owner(const moondial_thread *thread) { return thread->owner; }

void moondial_thread_disown(moondial_thread *thread) { thread->owner = NULL; }

bool moondial_thread_waits(const moondial_thread *thread) { return thread->waits; }

bool moondial_thread_keeps(const moondial_thread *thread) { return thread->kept != LUA_NOREF; }

bool moondial_thread_runs(const moondial_thread *thread) { return thread->vm->current == thread; }
