// SPDX-License-Identifier: MIT
//
// The host's calls into Lua, and how they are ended from outside.
//
// No instructions are counted while Lua runs. To end a run, its thread is sent a signal. The handler arms a hook for
// the coroutine whose code runs, and at the next instruction the hook jumps back to the host's call, past every pcall,
// closing handler and C function between. The coroutines between are abandoned: they are never resumed or closed, and
// the collector frees them. The jump happens between two instructions, where Lua could also have raised an error, so
// that no operation is left half done. It crosses no Swift frame, since a host function never enters the VM. An
// instruction that takes long is ended by last_resort.c.

#define _GNU_SOURCE  // gettid, tgkill
#include <pthread.h>
#include <string.h>
#include <unistd.h>

#include "limits.h"

// MARK: - Stopping

static void stop_hook(lua_State *L, lua_Debug *ar) {
    if (moondial_vm_of(L)->stopping) moondial_stop(L);
    moondial_clear_hook(L, ar);  // the hook was armed for an earlier slice
}

void moondial_set_running(moondial_vm *vm, lua_State *state) {
    vm->running = state;
    // An earlier request to stop has armed the hook only in the other coroutine.
    if (vm->stopping) moondial_request_stop(vm, (moondial_stop_reason)vm->stopping);
}

__attribute__((disable_sanitizer_instrumentation)) void moondial_request_stop(
    moondial_vm *vm, moondial_stop_reason reason) {
    vm->stopping = reason;
    // Setting the hook walks through all calls that have not returned. With 200,000 of them this can take as long as the time
    // between two signals of the watchdog, and the thread would do nothing else.
    if (lua_gethook(vm->running) == stop_hook) return;
    // lua.c does the same when the user presses Ctrl-C: of all functions of the API, this one may be called at any
    // point. While lines are counted, Lua may be about to decrement the count of 1 although no hook for counts was set,
    // and would then never reach 0. In that case the line hook stops it at the next line, or at the next jump back.
    int events = vm->line_counts == NULL ? LUA_MASKCOUNT : LUA_MASKCOUNT | LUA_MASKLINE;
    lua_sethook(vm->running, stop_hook, events, 1);
}

_Noreturn void moondial_stop(lua_State *L) {
    moondial_vm *vm = moondial_vm_of(L);
    vm->is_guarded = true;  // until moondial_leave: the run is ending already
    vm->meter->stopped = (moondial_stop_reason)vm->stopping;
    if (vm->stopping == MOONDIAL_STOP_INTERRUPT) vm->interrupted = false;
    moondial_report_stop(L);
    siglongjmp(vm->entry->jump, 1);
}

bool moondial_vm_is_stopping(const moondial_vm *vm) { return vm->stopping != MOONDIAL_STOP_NONE; }

// MARK: - The signal

// SIGURG is ignored by default, debuggers pass it on, and no code here uses urgent data.

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
// The sanitizer delays signals until the thread calls the system, which a loop in Lua never does.
int __sigaction(int, const struct sigaction *, struct sigaction *);
#define sigaction(number, new, old) __sigaction(number, new, old)
#endif
#endif

__attribute__((disable_sanitizer_instrumentation))
static void on_signal(int number, siginfo_t *unused, void *context) {
    (void)number;
    (void)unused;
    moondial_vm *vm = moondial_here.vm;
    if (vm == NULL || vm->is_lost) return;
    uint64_t slice = atomic_load_explicit(&vm->slice.number, memory_order_relaxed);
    // A late signal was meant for an earlier slice.
    if (slice == 0 || atomic_load_explicit(&vm->slice.overdue, memory_order_acquire) != slice) return;
    moondial_request_stop(vm, (moondial_stop_reason)atomic_load_explicit(&vm->slice.reason, memory_order_relaxed));
    if (atomic_load_explicit(&vm->slice.stalled, memory_order_relaxed) == slice) moondial_last_resort(vm, context);
}

static void install_handler(void) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_sigaction = on_signal;
    action.sa_flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
    sigemptyset(&action.sa_mask);
    moondial_find_lua();
    sigaction(SIGURG, &action, NULL);
}

/// To be called once in each thread that runs Lua: some threads are made with all signals blocked.
static void prepare_thread(void) {
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    pthread_once(&once, install_handler);
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGURG);
    pthread_sigmask(SIG_UNBLOCK, &signals, NULL);
#ifdef __APPLE__
    moondial_here.number = (int32_t)pthread_mach_thread_np(pthread_self());
#else
    moondial_here.number = gettid();
#endif
}

void moondial_stop_slice(moondial_vm *vm, uint64_t slice, moondial_stop_reason reason) {
    atomic_store_explicit(&vm->slice.reason, reason, memory_order_relaxed);
    atomic_store_explicit(&vm->slice.overdue, slice, memory_order_release);
    moondial_signal_slice(vm);
}

void moondial_signal_slice(moondial_vm *vm) {
    int32_t thread = atomic_load_explicit(&vm->slice.thread, memory_order_relaxed);
#ifdef __APPLE__
    pthread_t handle = pthread_from_mach_thread_np((mach_port_t)thread);
    if (handle != NULL) pthread_kill(handle, SIGURG);
#else
    tgkill(getpid(), thread, SIGURG);
#endif
}

void moondial_vm_interrupt(moondial_vm *vm) {
    vm->interrupted = true;
    uint64_t slice = vm->slice.number;
    if (slice == 0 || !vm->slice.is_interruptible) return;
    moondial_stop_slice(vm, slice, MOONDIAL_STOP_INTERRUPT);
    moondial_watch(vm);  // checks that the slice ends
}

void moondial_vm_clear_interrupt(moondial_vm *vm) { vm->interrupted = false; }

// MARK: - Slices

static uint64_t left(uint64_t limit, uint64_t used) {
    return limit == UINT64_MAX ? limit : limit > used ? limit - used : 0;
}

/// Does what the watchdog does when it checks the VM between two slices.
static void note_cpu(moondial_vm *vm) {
    vm->clocked = moondial_here.number;
    atomic_store_explicit(&vm->slice.cpu, moondial_cpu_time(moondial_here.number), memory_order_relaxed);
}

/// Why the slice that begins, with so much processor time left, has to stop at once.
static moondial_stop_reason reason_to_stop(const moondial_vm *vm, uint64_t limit) {
    const moondial_meter *meter = vm->meter;
    if (meter->stopped) return meter->stopped;
    if (vm->interrupted && vm->slice.is_interruptible) return MOONDIAL_STOP_INTERRUPT;
    if (limit == 0) return MOONDIAL_STOP_CPU;
    return meter->allocated > meter->allocation_limit ? MOONDIAL_STOP_ALLOCATION : MOONDIAL_STOP_NONE;
}

static void begin_slice(moondial_vm *vm, moondial_entry *entry) {
    moondial_meter *meter = vm->meter;
    moondial_slice *slice = &vm->slice;
    uint64_t limit = left(meter->cpu_limit, meter->cpu);
    // Reading the thread's clock is a system call, which is avoided for code without a limit.
    bool is_limited = limit != UINT64_MAX || meter->deadline != UINT64_MAX;
    if (is_limited && (vm->clocked != moondial_here.number || !moondial_is_watched(vm))) note_cpu(vm);
    entry->started = moondial_now();
    // After the deadline a run can still decide on the replies that came, even if other processes keep the processor
    // busy.
    uint64_t grace = limit == UINT64_MAX ? 0 : entry->started + 10 * limit;
    uint64_t deadline = meter->deadline > grace ? meter->deadline : grace;
    atomic_store_explicit(&slice->started, entry->started, memory_order_relaxed);
    atomic_store_explicit(&slice->limit, limit, memory_order_relaxed);
    atomic_store_explicit(&slice->deadline, deadline, memory_order_relaxed);
    atomic_store_explicit(&slice->thread, moondial_here.number, memory_order_relaxed);
    bool is_interruptible = meter->is_interruptible || (limit == UINT64_MAX && meter != &vm->host_meter);
    atomic_store_explicit(&slice->is_interruptible, is_interruptible, memory_order_relaxed);
    if (vm->is_lost) return;  // returning to a call that ends as soon as it notices the loss
    slice->number = ++vm->slices;  // before checking whether the watchdog sleeps, and for an interrupt
    moondial_stop_reason reason = reason_to_stop(vm, limit);
    if (reason != MOONDIAL_STOP_NONE) {
        // The slice stops at its first instruction. The work before, such as a step of the collector, is watched, too.
        atomic_store_explicit(&slice->reason, reason, memory_order_relaxed);
        atomic_store_explicit(&slice->overdue, slice->number, memory_order_release);
        moondial_request_stop(vm, reason);
    }
    if (reason != MOONDIAL_STOP_NONE || is_limited) moondial_watch(vm);
}

/// Slices up to so many nanoseconds are charged their whole time: at least three steps of the coarse clock.
enum { SHORT = 12000000 };

/// The most processor time that a longer slice can have used: that of its thread since the watchdog's last check before
/// it.
static uint64_t worked(const moondial_slice *slice, uint64_t number) {
    uint64_t base = atomic_load_explicit(&slice->cpu, memory_order_acquire);
    if (atomic_load_explicit(&slice->base_of, memory_order_acquire) == number)
        base = atomic_load_explicit(&slice->cpu_base, memory_order_relaxed);
    return left(moondial_cpu_time(moondial_here.number), base);
}

static void end_slice(moondial_vm *vm, const moondial_entry *entry) {
    moondial_slice *slice = &vm->slice;
    uint64_t used = moondial_now() - entry->started;
    if (used > SHORT) {
        uint64_t most = worked(slice, atomic_load_explicit(&slice->number, memory_order_relaxed));
        if (used > most) used = most;
    }
    atomic_store_explicit(&slice->number, 0, memory_order_release);
    vm->meter->cpu += used;
}

void moondial_enter(moondial_vm *vm, moondial_entry *entry, moondial_meter *meter, lua_State *state) {
    if (moondial_here.number == 0) prepare_thread();
    if (vm->entry != NULL) end_slice(vm, vm->entry);
    entry->outer = vm->entry;
    entry->meter = vm->meter;
    entry->frame = vm->frame;
    entry->running = vm->running;
    entry->calling = vm->calling;
    vm->calling = NULL;
    entry->here = moondial_here.vm;
    entry->stopping = vm->stopping;
    vm->entry = entry;
    vm->meter = meter;
    vm->running = state;
    vm->stopping = MOONDIAL_STOP_NONE;
    moondial_here.vm = vm;
    begin_slice(vm, entry);
}

void moondial_leave(moondial_vm *vm, moondial_entry *entry) {
    end_slice(vm, entry);
    vm->entry = entry->outer;
    vm->meter = entry->meter;
    vm->frame = entry->frame;
    vm->running = entry->running;
    vm->calling = entry->calling;
    vm->stopping = entry->stopping;
    vm->is_guarded = false;
    moondial_here.vm = entry->here;
    if (vm->entry != NULL) begin_slice(vm, vm->entry);
}
