// SPDX-License-Identifier: MIT
//
// The parts of the Lua host that need C. Swift sees this header and never `lua.h`.
//
// Two rules make a `longjmp` across a Swift frame impossible:
//  - no function declared here raises: whatever may raise or allocate runs inside `lua_pcall` or `lua_resume`
//    in this target, and ends in a `moondial_status`;
//  - the one callback into Swift (`moondial_call`) returns an answer, and the C frame that called it raises
//    or yields after the Swift frame is gone.
//
// Values are passed as bytes on a tape: Swift writes to the `inbox`, C writes to the `outbox`. Both belong to the VM,
// are allocated outside Lua and are valid until the next call into the VM.

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

/// The type of the next value on a tape. Integers and doubles follow in native byte order, strings as a `uint32_t`
/// length and their bytes.
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
    MOONDIAL_TAPE_OPAQUE,    ///< length, bytes: the name of a type that cannot be passed (Lua to host only)
    MOONDIAL_TAPE_KEEP,      ///< an argument follows, which the thread keeps until its release (host to Lua only)
    MOONDIAL_TAPE_KEPT,      ///< the argument that the thread keeps (host to Lua only)
    // In views only:
    MOONDIAL_TAPE_LONG_STRING,  ///< `uint32_t` whole length, then the beginning as a STRING
    MOONDIAL_TAPE_VIEW,         ///< as TABLE or ARRAY (which follows), then after END a `uint32_t`: entries left out
    MOONDIAL_TAPE_CYCLE,        ///< `uint32_t`: how many levels further out the same table is shown
    MOONDIAL_TAPE_CUT,          ///< a value for which there was no room
} moondial_tape;

enum {
    /// A reader that takes a function from the outbox overwrites its reference with this. Functions that were not taken
    /// are released when the next tape begins.
    MOONDIAL_NO_FUNCTION = -2,
};

/// Makes room for `extra` more bytes; false when memory ran out, which leaves the buffer unchanged.
static inline bool moondial_buffer_reserve(moondial_buffer *buffer, size_t extra) {
    bool moondial_buffer_grow(moondial_buffer *buffer, size_t extra);
    return buffer->capacity - buffer->count >= extra || moondial_buffer_grow(buffer, extra);
}

// MARK: - The VM

/// How an operation ended.
typedef enum : int32_t {
    MOONDIAL_OK,       ///< results are on the outbox
    MOONDIAL_WAITING,  ///< a host function waits for `moondial_thread_resume`
    MOONDIAL_LATE,     ///< a reply to a wait that has ended: dropped, nothing ran
    MOONDIAL_SYNTAX,   ///< this and the following: a report is on the outbox: a view of the error value, its kind, frames
    MOONDIAL_RUNTIME,
    MOONDIAL_MEMORY,
    MOONDIAL_LIMIT,    ///< a value was deeper, larger or longer than the limits allow
    MOONDIAL_STOPPED,  ///< the meter says why; the running code was ended without any chance to react
} moondial_status;

/// The answer of Swift to a call from Lua.
typedef enum : int32_t {
    MOONDIAL_ANSWER_RETURN,  ///< the values on the inbox are the results
    MOONDIAL_ANSWER_RAISE,   ///< the string on the inbox is raised, after "file:line: "; then may come an integer, its kind
    MOONDIAL_ANSWER_WAIT,    ///< the coroutine yields; allowed to functions with MOONDIAL_MAY_WAIT or _WAITS_IF_POSSIBLE only
} moondial_answer;

/// The one way from Lua to Swift. The arguments are on the outbox; the callee must not enter the VM.
typedef moondial_answer (*moondial_call)(void *context, uint32_t function, moondial_thread *_Nullable thread);

/// The time for the code of a thread, or for code outside of threads: milliseconds since 1970. Must not enter the
/// VM.
typedef int64_t (*moondial_clock)(void *context, moondial_thread *_Nullable thread);

/// Limits of a value that Lua passes to the host.
typedef struct {
    uint32_t depth;  ///< how deep tables may be nested
    uint32_t nodes;  ///< values and keys
    uint32_t bytes;  ///< of the tape
} moondial_limits;

/// Why the host stopped the running code.
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

/// The kind of an error that C or the host has raised. It is kept in addition to the message, which stays a string. The
/// host defines the kinds from MOONDIAL_ERROR_OF_HOST on.
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
    int64_t seed;    ///< the sequence is that of `math.randomseed(seed)`
    bool has_seed;   ///< the host gave it, or the system when the first number was drawn
    bool is_seeded;  ///< the state is in use
} moondial_generator;

/// How much processor time, memory and so on a run may use with all its threads, and how much it has used. The largest
/// value of a type means no limit. The host may change limits while none of the threads runs.
typedef struct {
    uint64_t cpu_limit;         ///< nanoseconds of processor time
    uint64_t deadline;          ///< nanoseconds, monotonic; code still gets ten times the rest of a `cpu_limit`
    uint64_t allocation_limit;  ///< bytes
    uint32_t coroutine_limit;
    uint64_t hash_limit;  ///< slots for keys in one table, outside of its list part; Lua allocates powers of two
    moondial_limits results;  ///< of the values that functions return to the host
    bool is_interruptible;    ///< whether the user can interrupt the run although it has a limit
    uint32_t coroutines;      ///< that scripts have made
    uint64_t cpu;
    uint64_t allocated;  ///< in total; freeing does not reduce it
    moondial_stop_reason stopped;
    moondial_generator generator;
    moondial_generator seeded;  ///< used instead once a script has seeded it
    moondial_generator *_Nullable shared_generator;  ///< used instead of both
    uint64_t clock;  ///< nanoseconds that `os.clock` gave last
} moondial_meter;

/// Counts one more coroutine; false when the limit is reached.
bool moondial_meter_count_coroutine(moondial_meter *meter);

/// A new VM with the functions of the standard library in `allowed` ("assert", "string.format", ...; ends with NULL)
/// and a read-only table for each library. NULL when memory ran out; after `allocations` allocations, all others fail.
///
/// Over `live_limit` bytes the VM is full, and a run that has allocated a quarter of that is stopped. Over twice the
/// limit of the VM or of a meter, the run that allocates is stopped within the instruction, and over four times the
/// limit the VM may be lost. Allocations fail only when no run is going on, or when the system has no more memory.
moondial_vm *_Nullable moondial_vm_new(
    const char *_Nullable const *_Nonnull allowed, moondial_limits limits, size_t live_limit, moondial_call call,
    void *context, uint64_t allocations);

/// Frees all memory of the state; every thread and reference becomes invalid. No finalizer and no pending `__close`
/// runs: release threads before if they should close their to-be-closed variables.
void moondial_vm_free(moondial_vm *vm);

/// The clock of `os.time` and `os.date`, called with the context of `moondial_vm_new`. The default is the system's.
void moondial_vm_set_clock(moondial_vm *vm, moondial_clock clock);

/// How allocations fail. For tests.
typedef enum : int32_t {
    MOONDIAL_FAIL_EXHAUSTED,       ///< the machine has no more memory: Lua gets NULL
    MOONDIAL_FAIL_OVER_LIMIT,      ///< like an allocation over twice a limit
    MOONDIAL_FAIL_FAR_OVER_LIMIT,  ///< like an allocation over four times the limit of the state
} moondial_failure;

/// Makes every allocation after the next `allocations` fail. For tests.
void moondial_vm_limit_allocations(moondial_vm *vm, uint64_t allocations, moondial_failure failure);

/// How often an allocation of Lua has failed with NULL. For tests.
uint64_t moondial_vm_failed_allocations(const moondial_vm *vm);

/// How many bytes one text to compile may have. The default is 128 KiB.
void moondial_vm_limit_source(moondial_vm *vm, size_t bytes);

/// Bytes of Lua memory in use.
size_t moondial_vm_live_bytes(const moondial_vm *vm);

/// Whether memory has exceeded its limit once: the VM should be freed when its threads have ended.
bool moondial_vm_is_full(const moondial_vm *vm);

/// Whether a run could be stopped only in the middle of an operation of Lua. The VM is then unusable: threads are
/// stopped with MOONDIAL_STOP_LOST when they are started or resumed, and other functions that need Lua fail or have no
/// effect.
bool moondial_vm_is_lost(const moondial_vm *vm);

/// Collects all garbage. Nothing may be running.
void moondial_vm_collect(moondial_vm *vm);

/// Stops the running code or, if there is none, the code that runs next. Code with a limit of processor time ends by
/// itself: it goes on unless its meter is interruptible, and then the code that waits for it is stopped. From any
/// thread.
void moondial_vm_interrupt(moondial_vm *vm);

/// Takes back an interrupt that has not stopped anything yet.
void moondial_vm_clear_interrupt(moondial_vm *vm);

/// Makes the watchdog ignore the VM, as if the system gave the watchdog no processor time. For tests.
void moondial_vm_overlook(moondial_vm *vm, bool is_overlooked);

/// The tape from Lua to the host.
moondial_buffer *moondial_vm_outbox(moondial_vm *vm);

/// The tape from the host to Lua.
moondial_buffer *moondial_vm_inbox(moondial_vm *vm);

/// Whether a host function is running. Lua code must not run in the VM then, but threads can be acquired and released.
bool moondial_vm_is_answering(const moondial_vm *vm);

/// The release of the Lua library: "Lua 5.4.4".
const char *moondial_lua_release(void);

/// Whether this target works with that release: 5.4.4 or a later 5.4. The library is loaded when the program starts,
/// and can differ from the one that the program was built with.
bool moondial_lua_is_supported(void);

// MARK: - Coverage

/// How often a line of a file was run.
typedef struct {
    uint64_t visits;   ///< how often its code was entered, from another line or by a jump back
    uint64_t returns;  ///< how often a function has returned from it, tail calls of functions of Lua not counted
} moondial_line_count;

/// Counts from now on how often the lines of files ("@file") run. To be called once, before any code that is to be
/// counted runs; makes all code slower. False when memory ran out.
bool moondial_vm_count_lines(moondial_vm *vm);

/// The counts of one chunk, by the number of the line, and its name; false when there is no chunk with that index.
/// Valid until Lua code runs.
bool moondial_vm_line_counts(
    const moondial_vm *vm, size_t index, const char *_Nullable *_Nonnull name, size_t *name_count,
    const moondial_line_count *_Nullable *_Nonnull lines, size_t *count);

// MARK: - What scripts see

enum {
    MOONDIAL_MAY_WAIT = 1,         ///< refused where Lua cannot yield
    MOONDIAL_TAKES_FUNCTIONS = 2,  ///< function arguments become references
    MOONDIAL_STRINGIFIES = 4,      ///< arguments arrive as one string, as `print` would write it
    MOONDIAL_LOADS_MODULE = 8,     ///< `require`: returns a module's key; called with the key, source and chunk name
    MOONDIAL_VIEWS = 16,           ///< arguments arrive as views: of every type, and cut where they are large
    MOONDIAL_TEXTS = 32,           ///< arguments with a `__tostring` arrive as its text, others as without this flag
    MOONDIAL_WHOLE_VIEWS = 64,     ///< with MOONDIAL_VIEWS: views are cut only at very high limits
    MOONDIAL_WAITS_IF_POSSIBLE = 128,  ///< may wait if moondial_vm_can_wait() is true, and is called anywhere
};

/// Defines a host function at a dotted path: a global ("verify"), a field ("moondial.json.encode"), or, under "host.",
/// one that only the prelude sees.
moondial_status moondial_vm_define(moondial_vm *vm, const char *path, uint32_t function, uint32_t flags);

/// Sets the value on the inbox at a dotted path.
moondial_status moondial_vm_set(moondial_vm *vm, const char *path);

/// Follows the keys on the inbox from the globals, and writes the type of the value there to the outbox ("nil" when
/// there is none). Then follow, for a table, each text key of it and of its `__index` tables with the type of the
/// value, and, for a function of a script, its source, first and last line. No metamethod runs.
moondial_status moondial_vm_names(moondial_vm *vm);

/// Forgets which modules were loaded, so that `require` loads them again.
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

/// Whether the host function that is running may answer MOONDIAL_ANSWER_WAIT: Lua can yield where it was called.
bool moondial_vm_can_wait(const moondial_vm *vm);

/// Source ("@file") and line of the script code that called the running host function; false when none is running. The
/// source is valid until the next call of this function.
bool moondial_vm_caller(moondial_vm *vm, const char *_Nullable *_Nonnull source, int32_t *line);

/// Whether the run whose host function is running has to stop. The function's answer is then dropped.
bool moondial_vm_is_stopping(const moondial_vm *vm);

/// Counts memory that a host function uses for the run as if Lua had allocated it: over the limit, the run has to stop.
void moondial_vm_charge(moondial_vm *vm, size_t bytes);

// MARK: - Threads

/// A thread that has nothing to run, or NULL when memory ran out. `moondial_thread_owner` returns `owner`.
/// `meter` must live as long as the thread is not released.
moondial_thread *_Nullable moondial_thread_acquire(
    moondial_vm *vm, void *_Nullable owner, moondial_meter *meter);

void *_Nullable moondial_thread_owner(const moondial_thread *thread);

/// From now on `moondial_thread_owner` returns NULL.
void moondial_thread_disown(moondial_thread *thread);

/// Whether the thread waits for `moondial_thread_resume`.
bool moondial_thread_waits(const moondial_thread *thread);

/// Whether the thread keeps an argument of an earlier call, which can be passed again as MOONDIAL_TAPE_KEPT.
bool moondial_thread_keeps(const moondial_thread *thread);

/// Whether the thread has called the running host function.
bool moondial_thread_runs(const moondial_thread *thread);

/// Calls `function` with the values on the inbox. The thread must neither wait nor run.
moondial_status moondial_thread_start(moondial_thread *thread, int32_t function);

/// Gives the waiting host call its reply, which is on the inbox: results, or with `raise` the string to raise.
/// `ticket` is the result of `moondial_thread_ticket` when the wait began; with another ticket, or when the thread does
/// not wait, the reply is dropped.
moondial_status moondial_thread_resume(moondial_thread *thread, uint64_t ticket, bool raise);

/// The ticket of the current wait: no two waits of a VM have the same ticket.
uint64_t moondial_thread_ticket(const moondial_thread *thread);

/// Ends the wait of the thread, also in the coroutines through which it waits (pending `__close` run, innermost first,
/// and cannot wait), and keeps the thread for reuse. The thread must not run. Leaves the tapes as they are.
void moondial_thread_release(moondial_thread *thread);

#pragma clang assume_nonnull end

#endif
