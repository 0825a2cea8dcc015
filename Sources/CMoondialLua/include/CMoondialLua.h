// SPDX-License-Identifier: MIT
//
// What only C can do for the Lua host. Swift sees this header and never `lua.h`.
//
// Two rules make a `longjmp` across a Swift frame impossible:
//  - no function declared here raises: whatever may raise or allocate runs inside `lua_pcall` or `lua_resume`
//    in this target, and ends in a `moondial_status`;
//  - the one callback into Swift (`moondial_call`) returns an answer, and the C frame that called it raises
//    or yields after the Swift frame is gone.
//
// Values cross as bytes on a tape: Swift writes to the `inbox`, C writes to the `outbox`. Both belong to the VM, are
// allocated outside Lua and are valid until the next call into the VM.

#ifndef CMOONDIALLUA_H
#define CMOONDIALLUA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#pragma clang assume_nonnull begin

/// One Lua state with its tapes, used on one thread at a time.
typedef struct moondial_vm moondial_vm;

/// One coroutine of the host: a run, a script or a child of either. Reused once it has ended.
typedef struct moondial_thread moondial_thread;

// MARK: - Tapes

/// A growable array of bytes outside Lua's memory.
typedef struct {
    uint8_t *_Nullable bytes;
    size_t count;
    size_t capacity;
} moondial_buffer;

/// What a byte on a tape announces. Integers and doubles follow in native byte order, strings as a `uint32_t` length
/// and their bytes.
typedef enum : uint8_t {
    MOONDIAL_TAPE_NIL,
    MOONDIAL_TAPE_FALSE,
    MOONDIAL_TAPE_TRUE,
    MOONDIAL_TAPE_INTEGER,  ///< `int64_t`
    MOONDIAL_TAPE_DOUBLE,   ///< `double`
    MOONDIAL_TAPE_STRING,   ///< length, bytes
    MOONDIAL_TAPE_LITERAL,  ///< the address of a NUL-terminated text that lives for ever (host to Lua only)
    MOONDIAL_TAPE_TABLE,    ///< `uint32_t` n, `uint32_t` expected pairs, n values, then keys and values up to END
    MOONDIAL_TAPE_ARRAY,    ///< as TABLE, for a table marked as an array
    MOONDIAL_TAPE_END,
    MOONDIAL_TAPE_NULL,      ///< JSON's null, in Lua a light userdata
    MOONDIAL_TAPE_FUNCTION,  ///< `int32_t` reference, `uint32_t` for C, source string, `int32_t` first line
    MOONDIAL_TAPE_OBJECT,    ///< `uint32_t` class, payload value (Lua to host only)
    MOONDIAL_TAPE_RECORD,    ///< `uint32_t` class, then a TABLE that gets the class's metatable (host to Lua only)
    MOONDIAL_TAPE_OPAQUE,    ///< length, bytes: the name of a type that does not cross (Lua to host only)
    MOONDIAL_TAPE_KEEP,      ///< an argument follows, which the thread keeps until its release (host to Lua only)
    MOONDIAL_TAPE_KEPT,      ///< the argument that the thread keeps (host to Lua only)
    // In views only:
    MOONDIAL_TAPE_LONG_STRING,  ///< `uint32_t` whole length, then the beginning as a STRING
    MOONDIAL_TAPE_VIEW,         ///< as TABLE or ARRAY (which follows), then after END a `uint32_t`: entries left out
    MOONDIAL_TAPE_CYCLE,        ///< `uint32_t`: how many tables further out the same table is being shown
    MOONDIAL_TAPE_CUT,          ///< a value for which there was no room
} moondial_tape;

enum {
    /// Whoever takes a function from the outbox writes this over its reference. Those left are forgotten when the next
    /// tape begins.
    MOONDIAL_NO_FUNCTION = -2,
};

/// Makes room for `extra` more bytes; false when memory ran out, the buffer being as it was.
static inline bool moondial_buffer_reserve(moondial_buffer *buffer, size_t extra) {
    bool moondial_buffer_grow(moondial_buffer *buffer, size_t extra);
    return buffer->capacity - buffer->count >= extra || moondial_buffer_grow(buffer, extra);
}

// MARK: - The VM

/// How an operation ended.
typedef enum : int32_t {
    MOONDIAL_OK,       ///< results are on the outbox
    MOONDIAL_WAITING,  ///< a host function waits for `moondial_thread_resume`
    MOONDIAL_LATE,     ///< a reply nobody waits for any more: dropped, nothing ran
    MOONDIAL_SYNTAX,   ///< this and the following: a report is on the outbox: a view of the error value, its kind, frames
    MOONDIAL_RUNTIME,
    MOONDIAL_MEMORY,
    MOONDIAL_LIMIT,    ///< a value was deeper, larger or longer than the limits allow
    MOONDIAL_STOPPED,  ///< the meter says why; what ran is gone without having had a say
} moondial_status;

/// What Swift answers when Lua calls it.
typedef enum : int32_t {
    MOONDIAL_ANSWER_RETURN,  ///< the values on the inbox are the results
    MOONDIAL_ANSWER_RAISE,   ///< the string on the inbox is raised, after "file:line: "; then may come an integer, its kind
    MOONDIAL_ANSWER_WAIT,    ///< the coroutine yields; allowed to functions with MOONDIAL_MAY_WAIT or _WAITS_IF_POSSIBLE only
} moondial_answer;

/// The one way from Lua to Swift. The arguments are on the outbox; the callee must not enter the VM.
typedef moondial_answer (*moondial_call)(void *context, uint32_t function, moondial_thread *_Nullable thread);

/// What time it is for the code of a thread, or for code outside of threads: milliseconds since 1970. Must not enter the
/// VM.
typedef int64_t (*moondial_clock)(void *context, moondial_thread *_Nullable thread);

/// Caps on a value that crosses from Lua to the host.
typedef struct {
    uint32_t depth;  ///< tables in tables
    uint32_t nodes;  ///< values and keys
    uint32_t bytes;  ///< of the tape
} moondial_limits;

/// Why the host stopped what was running.
typedef enum : int32_t {
    MOONDIAL_STOP_NONE,
    MOONDIAL_STOP_CPU,
    MOONDIAL_STOP_DEADLINE,
    MOONDIAL_STOP_ALLOCATION,
    MOONDIAL_STOP_COROUTINES,
    MOONDIAL_STOP_INTERRUPT,
    MOONDIAL_STOP_TABLE,
    MOONDIAL_STOP_LOST,  ///< another run has left the VM unusable
    MOONDIAL_STOP_FULL,  ///< the VM would hold more than it may
} moondial_stop_reason;

/// What kind of error was raised, where C or the host said so: kept beside the message, which stays a string. Kinds from
/// MOONDIAL_ERROR_OF_HOST on are the host's.
enum {
    MOONDIAL_ERROR_OTHER,
    MOONDIAL_ERROR_CANNOT_WAIT,
    MOONDIAL_ERROR_SOURCE_TOO_LARGE,
    MOONDIAL_ERROR_SOURCE_INCOMPLETE,  ///< more text could make it valid
    MOONDIAL_ERROR_STATE_FULL,         ///< never raised in Lua
    MOONDIAL_ERROR_OF_HOST = 100,
};

/// The generator of `math.random` (xoshiro256**): one sequence for a run, a script or a session.
typedef struct {
    uint64_t state[4];
    int64_t seed;    ///< where the sequence begins: that of `math.randomseed(seed)`
    bool has_seed;   ///< the host gave it, or the system when the first number was drawn
    bool is_seeded;  ///< the state is in use
} moondial_generator;

/// What a run may use of the machine, over all its threads, and what it has used. The largest value of a type is no
/// limit. The host may change it while none of the threads runs.
typedef struct {
    uint64_t cpu_limit;         ///< nanoseconds of processor time
    uint64_t deadline;          ///< nanoseconds on the monotonic clock; with a `cpu_limit`, ten times what is left of it go before
    uint64_t allocation_limit;  ///< bytes
    uint32_t coroutine_limit;
    uint64_t hash_limit;  ///< places for keys in one table, outside of its list part; Lua makes them in powers of two
    moondial_limits results;  ///< on what functions return to the host
    bool is_interruptible;    ///< by the user, although it has a limit
    uint32_t coroutines;      ///< that scripts have made
    uint64_t cpu;
    uint64_t allocated;  ///< altogether, whatever was freed since
    moondial_stop_reason stopped;
    moondial_generator generator;
    moondial_generator seeded;  ///< used instead once a script has seeded it
    moondial_generator *_Nullable shared_generator;  ///< used instead of both
    uint64_t clock;  ///< nanoseconds that `os.clock` gave last
} moondial_meter;

/// Counts one more coroutine; false when there may be no further one.
bool moondial_meter_count_coroutine(moondial_meter *meter);

/// A new VM with the functions of the standard library in `allowed` ("assert", "string.format", ...; ends with NULL)
/// and a read-only table for each library. NULL when memory ran out, as it does after `allocations` of them.
///
/// Over `live_limit` bytes the VM is full, and what has allocated a quarter of that is stopped; over twice as much, and
/// over twice what a meter allows, what allocates is stopped within the instruction, and over four times as much the VM may
/// be lost. Only without a thread that runs, and when the system has no more memory, allocations fail.
moondial_vm *_Nullable moondial_vm_new(
    const char *_Nullable const *_Nonnull allowed, moondial_limits limits, size_t live_limit, moondial_call call,
    void *context, uint64_t allocations);

/// Gives back all memory of the state, and every thread and reference becomes invalid. No finalizer and no pending
/// `__close` runs: threads that should close their to-be-closed variables are released before.
void moondial_vm_free(moondial_vm *vm);

/// The clock of `os.time` and `os.date`, called with the context of `moondial_vm_new`. The default is the system's.
void moondial_vm_set_clock(moondial_vm *vm, moondial_clock clock);

/// How allocations fail. For tests.
typedef enum : int32_t {
    MOONDIAL_FAIL_EXHAUSTED,       ///< the machine has no more memory: Lua gets NULL
    MOONDIAL_FAIL_OVER_LIMIT,      ///< as those do that are over twice a limit
    MOONDIAL_FAIL_FAR_OVER_LIMIT,  ///< as those do that are over four times the limit of the state
} moondial_failure;

/// Makes every allocation after the next `allocations` fail. For tests.
void moondial_vm_limit_allocations(moondial_vm *vm, uint64_t allocations, moondial_failure failure);

/// How often an allocation of Lua's has failed, so that it got NULL. For tests.
uint64_t moondial_vm_failed_allocations(const moondial_vm *vm);

/// How many bytes one text to compile may have. The default is 128 KiB.
void moondial_vm_limit_source(moondial_vm *vm, size_t bytes);

/// Bytes of Lua memory in use.
size_t moondial_vm_live_bytes(const moondial_vm *vm);

/// Memory has run over its limit once: the VM should be given up when its threads have ended.
bool moondial_vm_is_full(const moondial_vm *vm);

/// What ran could be stopped only in the middle of something. Nothing runs in the VM any more: threads are stopped with
/// MOONDIAL_STOP_LOST when they are started or resumed, and whatever else needs Lua fails or has no effect.
bool moondial_vm_is_lost(const moondial_vm *vm);

/// Collects all garbage. Nothing may be running.
void moondial_vm_collect(moondial_vm *vm);

/// Stops what is running or, if nothing is, what runs next. What has a limit of processor time ends by itself: it goes on,
/// and then what waits for it is stopped. From any thread.
void moondial_vm_interrupt(moondial_vm *vm);

/// Takes back an interrupt that has not stopped anything yet.
void moondial_vm_clear_interrupt(moondial_vm *vm);

/// The watchdog does not look at the VM meanwhile, as when the system gives it no processor. For tests.
void moondial_vm_overlook(moondial_vm *vm, bool is_overlooked);

/// Lua to host.
moondial_buffer *moondial_vm_outbox(moondial_vm *vm);

/// Host to Lua.
moondial_buffer *moondial_vm_inbox(moondial_vm *vm);

/// A host function is being answered: nothing may run in the VM, but threads can be acquired and released.
bool moondial_vm_is_answering(const moondial_vm *vm);

/// The release of Lua that runs: "Lua 5.4.4".
const char *moondial_lua_release(void);

/// It is one that this target works with: 5.4.4 or a later 5.4. The library is chosen when the program starts, and need not
/// be the one that the program was built with.
bool moondial_lua_is_supported(void);

// MARK: - Coverage

/// What a line of a file has come to.
typedef struct {
    uint64_t visits;   ///< how often its code was entered, from another line or from further down
    uint64_t returns;  ///< how often a function has returned from it, tail calls of functions of Lua not counted
} moondial_line_count;

/// Counts from now on what the lines of files ("@file") come to. To be called once, before anything runs that is to be
/// counted; it slows down all that runs. False when memory ran out.
bool moondial_vm_count_lines(moondial_vm *vm);

/// The counts of one chunk, by the number of the line, and its name; false when there is none of that index. Valid until
/// something runs.
bool moondial_vm_line_counts(
    const moondial_vm *vm, size_t index, const char *_Nullable *_Nonnull name, size_t *name_count,
    const moondial_line_count *_Nullable *_Nonnull lines, size_t *count);

// MARK: - What scripts see

enum {
    MOONDIAL_MAY_WAIT = 1,         ///< refused where Lua cannot yield
    MOONDIAL_TAKES_FUNCTIONS = 2,  ///< function arguments become references
    MOONDIAL_STRINGIFIES = 4,      ///< arguments arrive as one string, as `print` would write it
    MOONDIAL_LOADS_MODULE = 8,     ///< `require`: answers a key; with the key, source and chunk name
    MOONDIAL_VIEWS = 16,           ///< arguments arrive as views, which show all values and are cut where they are large
    MOONDIAL_TEXTS = 32,           ///< arguments with a `__tostring` arrive as its text, others as without this flag
    MOONDIAL_WHOLE_VIEWS = 64,     ///< with MOONDIAL_VIEWS: nothing is cut but what no terminal could show
    MOONDIAL_WAITS_IF_POSSIBLE = 128,  ///< may wait if moondial_vm_can_wait() is true, and is called anywhere
};

/// Defines a host function at a dotted path: a global ("verify"), a field ("moondial.json.encode"), or, under "host.",
/// one that only the prelude sees.
moondial_status moondial_vm_define(moondial_vm *vm, const char *path, uint32_t function, uint32_t flags);

/// Sets the value on the inbox at a dotted path.
moondial_status moondial_vm_set(moondial_vm *vm, const char *path);

/// Goes from the globals along the keys on the inbox, and writes the type of the value there to the outbox ("nil" when there
/// is none) and, when it is a table, each text key of it and of the tables that are its `__index`, with the type of the
/// value; of the function of a script, its source, first and last line. No metamethod runs.
moondial_status moondial_vm_names(moondial_vm *vm);

/// Forgets which modules were loaded, so that `require` asks the host again.
moondial_status moondial_vm_forget_modules(moondial_vm *vm);

/// Makes the table at a dotted path read-only, with the tables in it; "_G" means the globals themselves, not deep.
/// Already read-only tables stay as they are.
moondial_status moondial_vm_freeze(moondial_vm *vm, const char *path);

/// Compiles text (never bytecode) named `name` ("@file" or "=label"), whose first line has the number `first_line`, and
/// stores a reference to the function.
moondial_status moondial_vm_load(
    moondial_vm *vm, const void *_Nullable source, size_t count, const char *name, uint32_t first_line,
    int32_t *function);

/// Runs the function `function` with the host-only table as its argument; it may not wait.
moondial_status moondial_vm_run_prelude(moondial_vm *vm, int32_t function);

/// Forgets a function reference. Never fails.
void moondial_vm_release(moondial_vm *vm, int32_t function);

/// Whether the host function that is being answered may answer MOONDIAL_ANSWER_WAIT: Lua can yield where it was called.
bool moondial_vm_can_wait(const moondial_vm *vm);

/// Source ("@file") and line of the script code that called the host function that is being answered; false outside
/// one. The source is valid until the next such question.
bool moondial_vm_caller(moondial_vm *vm, const char *_Nullable *_Nonnull source, int32_t *line);

/// The run whose host function is being answered has to stop. Whatever the function answers is dropped then.
bool moondial_vm_is_stopping(const moondial_vm *vm);

/// Counts memory that a host function uses for the run as if Lua had allocated it: over the limit, the run has to stop.
void moondial_vm_charge(moondial_vm *vm, size_t bytes);

// MARK: - Threads

/// A thread that has nothing to run, or NULL when memory ran out. `owner` comes back from `moondial_thread_owner`.
/// `meter` must live as long as the thread is not released.
moondial_thread *_Nullable moondial_thread_acquire(
    moondial_vm *vm, void *_Nullable owner, moondial_meter *meter);

void *_Nullable moondial_thread_owner(const moondial_thread *thread);

/// From now on `moondial_thread_owner` says NULL.
void moondial_thread_disown(moondial_thread *thread);

/// The thread waits for `moondial_thread_resume`.
bool moondial_thread_waits(const moondial_thread *thread);

/// The thread keeps an argument of an earlier call: it can be passed again as MOONDIAL_TAPE_KEPT.
bool moondial_thread_keeps(const moondial_thread *thread);

/// The thread's code runs, in a host function that is being answered.
bool moondial_thread_runs(const moondial_thread *thread);

/// Calls `function` with the values on the inbox. The thread must neither wait nor run.
moondial_status moondial_thread_start(moondial_thread *thread, int32_t function);

/// Gives the waiting host call its reply, which is on the inbox: results, or with `raise` the string to raise.
/// `ticket` is what `moondial_thread_ticket` said when the wait began; with another, or when the thread does not wait,
/// the reply is dropped.
moondial_status moondial_thread_resume(moondial_thread *thread, uint64_t ticket, bool raise);

/// Names the wait that is going on: no two waits of a VM have the same ticket.
uint64_t moondial_thread_ticket(const moondial_thread *thread);

/// Ends the wait of the thread, in the coroutines through which it waits too (pending `__close` run, innermost first,
/// and cannot wait), and puts it back for reuse. The thread must not run. Leaves the tapes as they are.
void moondial_thread_release(moondial_thread *thread);

#pragma clang assume_nonnull end

#endif
