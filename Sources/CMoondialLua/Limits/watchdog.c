// SPDX-License-Identifier: MIT
//
// One thread that checks the running slices every few milliseconds, and sleeps while there are none.

#include <pthread.h>
#include <time.h>

#include "limits.h"
#ifdef __APPLE__
#include <mach/mach.h>
#endif

enum {
    TICK = 5000000,        ///< nanoseconds between two checks
    SHORT_TICK = 500000,   ///< while a slice stalls: it can be ended only at a moment when its thread is in Lua
    QUIET_TICKS = 20,      ///< after so many checks without a slice the watchdog sleeps
};

// Nanoseconds of processor time for which a slice that has to stop may go on, before it is ended and the state is lost.
enum {
    PATIENCE = 35000000,            ///< for a limit: the run has to end within 50 ms after it
    PATIENCE_OF_USERS = 500000000,  ///< for an interrupt, after which the user wants to keep the state
};

static struct {
    pthread_mutex_t lock;  ///< guards the list and the watchdog's fields in each VM
    pthread_cond_t wake;
    moondial_vm *first;
    bool started;
    bool hurries;  ///< a slice stalls
    _Atomic bool asleep;
} watchdog = {.lock = PTHREAD_MUTEX_INITIALIZER, .wake = PTHREAD_COND_INITIALIZER};

uint64_t moondial_cpu_time(int32_t thread) {
#ifdef __APPLE__
    thread_basic_info_data_t info;
    mach_msg_type_number_t count = THREAD_BASIC_INFO_COUNT;
    if (thread_info((mach_port_t)thread, THREAD_BASIC_INFO, (thread_info_t)&info, &count) != KERN_SUCCESS) return 0;
    uint64_t seconds = (uint64_t)info.user_time.seconds + (uint64_t)info.system_time.seconds;
    uint64_t micros = (uint64_t)info.user_time.microseconds + (uint64_t)info.system_time.microseconds;
    return seconds * 1000000000 + micros * 1000;
#else
    // clock_getcpuclockid(3) is only for processes; the kernel numbers the clocks of threads in this way.
    clockid_t clock = (clockid_t)((~(unsigned)thread << 3) | 6);
    struct timespec time;
    if (clock_gettime(clock, &time) != 0) return 0;
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
#endif
}

static uint64_t patience_with(const moondial_slice *slice) {
    int32_t reason = atomic_load_explicit(&slice->reason, memory_order_relaxed);
    return reason == MOONDIAL_STOP_INTERRUPT ? PATIENCE_OF_USERS : PATIENCE;
}

/// To be called for a slice that was asked to stop and goes on: asks again, and after some time lets the last resort
/// end it.
static void insist(moondial_vm *vm, uint64_t number, uint64_t cpu) {
    moondial_sighting *sighting = &vm->sighting;
    if (!sighting->is_told) {
        sighting->is_told = true;
        sighting->cpu_when_told = cpu;
    } else if (cpu > sighting->cpu_when_told + patience_with(&vm->slice)) {
        atomic_store_explicit(&vm->slice.stalled, number, memory_order_relaxed);
        watchdog.hurries = true;
    }
    moondial_signal_slice(vm);
}

/// Stores the processor time of a thread that does not run Lua, so that the next slice is not charged for it.
static bool look_at_idle(moondial_vm *vm) {
    moondial_slice *slice = &vm->slice;
    uint64_t cpu = moondial_cpu_time(atomic_load_explicit(&slice->thread, memory_order_relaxed));
    atomic_thread_fence(memory_order_seq_cst);
    if (atomic_load_explicit(&slice->number, memory_order_acquire) != 0) return true;
    atomic_store_explicit(&slice->cpu, cpu, memory_order_release);
    return false;
}

/// Checks one VM; false when no slice runs in it.
static bool look_at(moondial_vm *vm) {
    moondial_slice *slice = &vm->slice;
    if (vm->is_overlooked) return true;
    uint64_t number = atomic_load_explicit(&slice->number, memory_order_acquire);
    if (number == 0) return look_at_idle(vm);
    uint64_t started = atomic_load_explicit(&slice->started, memory_order_relaxed);
    uint64_t limit = atomic_load_explicit(&slice->limit, memory_order_relaxed);
    uint64_t deadline = atomic_load_explicit(&slice->deadline, memory_order_relaxed);
    int32_t thread = atomic_load_explicit(&slice->thread, memory_order_relaxed);
    uint64_t last = atomic_load_explicit(&slice->cpu, memory_order_relaxed);
    atomic_thread_fence(memory_order_acquire);
    if (atomic_load_explicit(&slice->number, memory_order_relaxed) != number) return true;

    uint64_t now = moondial_now();
    uint64_t cpu = moondial_cpu_time(thread);
    if (vm->sighting.slice != number) {
        vm->sighting = (moondial_sighting){.slice = number};
        atomic_store_explicit(&slice->cpu_base, last, memory_order_relaxed);
        atomic_store_explicit(&slice->base_of, number, memory_order_release);
    }
    atomic_store_explicit(&slice->cpu, cpu, memory_order_release);
    // At most the processor time since the last check before the slice began, and at most the time since it began.
    uint64_t base = atomic_load_explicit(&slice->cpu_base, memory_order_relaxed);
    uint64_t worked = cpu > base ? cpu - base : 0;
    uint64_t used = now - started < worked ? now - started : worked;
    if (atomic_load_explicit(&slice->overdue, memory_order_relaxed) == number) insist(vm, number, cpu);
    else if (used >= limit) moondial_stop_slice(vm, number, MOONDIAL_STOP_CPU);
    else if (now >= deadline) moondial_stop_slice(vm, number, MOONDIAL_STOP_DEADLINE);
    return true;
}

static bool look_at_all(void) {
    bool busy = false;
    watchdog.hurries = false;
    for (moondial_vm *vm = watchdog.first; vm != NULL; vm = vm->next_watched) busy |= look_at(vm);
    return busy;
}

static void *keep_watch(void *unused) {
    (void)unused;
    int quiet = 0;
    for (;;) {
        pthread_mutex_lock(&watchdog.lock);
        quiet = look_at_all() ? 0 : quiet + 1;
        if (quiet > QUIET_TICKS) {
            watchdog.asleep = true;
            // A slice that begins after this sees that it has to wake the watchdog; one that began before is found by
            // the next check.
            while (watchdog.asleep && !look_at_all()) pthread_cond_wait(&watchdog.wake, &watchdog.lock);
            watchdog.asleep = false;
            quiet = 0;
        }
        const struct timespec tick = {0, watchdog.hurries ? SHORT_TICK : TICK};
        pthread_mutex_unlock(&watchdog.lock);
        nanosleep(&tick, NULL);
    }
    return NULL;
}

/// Starts the thread. If that fails, limits of time are not enforced, and the next slice tries again.
static bool start(void) {
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    pthread_t thread;
    bool started = pthread_create(&thread, NULL, keep_watch, NULL) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (started) pthread_detach(thread);
    return started;
}

static void add(moondial_vm *vm) {
    pthread_mutex_lock(&watchdog.lock);
    if (!watchdog.started) watchdog.started = start();
    if (watchdog.started && !vm->is_watched) {
        vm->next_watched = watchdog.first;
        watchdog.first = vm;
        vm->is_watched = true;
    }
    pthread_mutex_unlock(&watchdog.lock);
}

void moondial_vm_overlook(moondial_vm *vm, bool is_overlooked) { vm->is_overlooked = is_overlooked; }

bool moondial_is_watched(const moondial_vm *vm) { return vm->is_watched && !watchdog.asleep; }

static void wake(void) {
    pthread_mutex_lock(&watchdog.lock);
    watchdog.asleep = false;
    pthread_cond_signal(&watchdog.wake);
    pthread_mutex_unlock(&watchdog.lock);
}

void moondial_watch(moondial_vm *vm) {
    if (moondial_is_watched(vm)) return;
    bool was_guarded = moondial_guard();
    if (!vm->is_watched) add(vm);
    if (watchdog.asleep) wake();
    moondial_unguard(was_guarded);
}

void moondial_unwatch(moondial_vm *vm) {
    if (!vm->is_watched) return;
    pthread_mutex_lock(&watchdog.lock);
    moondial_vm **link = &watchdog.first;
    while (*link != vm) link = &(*link)->next_watched;
    *link = vm->next_watched;
    pthread_mutex_unlock(&watchdog.lock);
}
