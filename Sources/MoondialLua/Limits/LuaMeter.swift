// SPDX-License-Identifier: MIT

internal import CMoondialLua

/// How much processor time, memory and so on a run (or other Lua code) may use, and how much it has used: all its
/// threads together.
///
/// Used on the VM's thread. Limits may be changed only while none of its threads runs. Code that exceeds a limit is
/// stopped at once: no `pcall`, closing handler or coroutine of the script can prevent that, and code that is started
/// with this meter later is stopped at once, until `reset`.
package final class LuaMeter {
    let handle: UnsafeMutablePointer<moondial_meter>
    /// The error of the first stop; everything else that uses this meter ends with the same error.
    var stop: LuaError?
    /// The limit of processor time that messages name, in nanoseconds.
    private(set) var shownLimit: UInt64?

    /// Keeps the generator of `shareNumbers` alive.
    private var sharedGenerator: LuaGenerator?

    /// A meter that limits nothing.
    package init() {
        handle = .allocate(capacity: 1)
        var meter = moondial_meter()
        meter.cpu_limit = .max
        meter.deadline = .max
        meter.allocation_limit = .max
        meter.coroutine_limit = .max
        meter.hash_limit = .max
        meter.results = moondial_limits(LuaLimits())
        handle.initialize(to: meter)
    }

    deinit { handle.deallocate() }

    /// The processor time that Lua has used, to some milliseconds. The time while a thread waits for the host does not
    /// count.
    package var cpuTime: Duration { .nanoseconds(Int64(clamping: handle.pointee.cpu)) }

    /// The limit of `cpuTime`; nil, the default, for no limit.
    package var cpuLimit: Duration? {
        get { handle.pointee.cpu_limit == .max ? nil : .nanoseconds(Int64(clamping: handle.pointee.cpu_limit)) }
        set {
            shownLimit = newValue?.nanoseconds
            handle.pointee.cpu_limit = shownLimit ?? .max
        }
    }

    /// Whether `LuaInterrupter` also stops code that has a `cpuLimit`. The default is false.
    package var isInterruptible: Bool {
        get { handle.pointee.is_interruptible }
        set { handle.pointee.is_interruptible = newValue }
    }

    /// When running code is stopped, in nanoseconds of the monotonic clock (`NIODeadline.uptimeNanoseconds`); nil, the
    /// default, for never. With a `cpuLimit`, code that begins to run has at least ten times the rest of that limit,
    /// even if the deadline is over.
    package var deadline: UInt64? {
        get { handle.pointee.deadline == .max ? nil : handle.pointee.deadline }
        set { handle.pointee.deadline = newValue ?? .max }
    }

    /// How many bytes were allocated in total; freeing does not reduce the number.
    package var allocated: Int { Int(clamping: handle.pointee.allocated) }

    /// The limit of `allocated`; nil, the default, for no limit.
    package var allocationLimit: Int? {
        get { handle.pointee.allocation_limit == .max ? nil : Int(clamping: handle.pointee.allocation_limit) }
        set { handle.pointee.allocation_limit = newValue.map(UInt64.init(clamping:)) ?? .max }
    }

    /// How many coroutines scripts may make in total, finished ones included; nil, the default, for no limit.
    package var coroutineLimit: Int? {
        get { handle.pointee.coroutine_limit == .max ? nil : Int(handle.pointee.coroutine_limit) }
        set { handle.pointee.coroutine_limit = newValue.map(UInt32.init(clamping:)) ?? .max }
    }

    /// How many keys one table may hold in addition to its list part, rounded down to a power of two, since Lua
    /// allocates powers of two. Nil, the default, for no limit. Tables that were larger before may stay so.
    package var tableKeyLimit: Int? {
        get { handle.pointee.hash_limit == .max ? nil : Int(clamping: handle.pointee.hash_limit) }
        set {
            let limit = newValue.map { UInt64(clamping: $0) }
            handle.pointee.hash_limit = limit.map { $0 == 0 ? 0 : 1 << (63 - UInt64($0.leadingZeroBitCount)) } ?? .max
        }
    }

    /// Limits the values that functions return to the host. The defaults are those of `LuaLimits`.
    package func limitResults(to limits: LuaLimits) { handle.pointee.results = moondial_limits(limits) }

    /// To be called before each call of several: sets the processor time that the call may use of the rest of the
    /// total.
    package func beginCall(_ budget: LuaCPUBudget) {
        let used = handle.pointee.cpu
        handle.pointee.cpu_limit = min(used + budget.call, budget.total)
        shownLimit = used + budget.call <= budget.total ? budget.call : budget.total
    }

    /// Begins the numbers of `math.random` at a seed, as `math.randomseed(seed)` does; nil for a seed of the system.
    package func beginNumbers(at seed: Int64?) {
        var generator = moondial_generator()
        if let seed {
            generator.seed = seed
            generator.has_seed = true
        }
        handle.pointee.generator = generator
    }

    /// The seed of the numbers that scripts have drawn; nil while they have drawn none, except from sequences that they
    /// have begun themselves.
    package var usedSeed: Int64? {
        handle.pointee.generator.is_seeded ? handle.pointee.generator.seed : nil
    }

    /// The sequence that a script has begun with `math.randomseed`, which `math.random` uses instead of that of `usedSeed`;
    /// nil when there is none.
    package var seeding: LuaSeeding? {
        get { handle.pointee.seeded.is_seeded ? LuaSeeding(generator: handle.pointee.seeded) : nil }
        set { handle.pointee.seeded = newValue?.generator ?? moondial_generator() }
    }

    /// Makes `math.random` draw from a sequence that other meters draw from, too.
    package func shareNumbers(of generator: LuaGenerator) {
        sharedGenerator = generator
        handle.pointee.shared_generator = generator.handle
    }

    /// Counts processor time that the host has used for the metered run outside of Lua code.
    package func charge(_ time: Duration) { handle.pointee.cpu += time.nanoseconds }

    /// Counts a thread that the host makes for a script like a coroutine that the script makes itself.
    ///
    /// - Throws: `LuaError` with code `coroutines` when the limit is reached; then all code with this meter is stopped.
    package func countCoroutine() throws(LuaError) {
        if moondial_meter_count_coroutine(handle) { return }
        handle.pointee.stopped = MOONDIAL_STOP_COROUTINES
        let error = LuaError(code: .coroutines, message: stopMessage)
        stop = error
        throw error
    }

    /// Whether code with this meter was stopped; then all other code with it is stopped, too.
    package var hasStopped: Bool { handle.pointee.stopped != MOONDIAL_STOP_NONE }

    /// Lets Lua run again, within the rest of the limits.
    package func reset() {
        handle.pointee.stopped = MOONDIAL_STOP_NONE
        stop = nil
    }
}

/// Processor time for one call, and for all calls that are made with one meter.
package struct LuaCPUBudget: Sendable {
    let call: UInt64
    let total: UInt64

    package init(call: Duration, total: Duration) {
        self.call = call.nanoseconds
        self.total = total.nanoseconds
    }
}

extension Duration {
    fileprivate var nanoseconds: UInt64 {
        UInt64(clamping: components.seconds) * 1_000_000_000 + UInt64(clamping: components.attoseconds / 1_000_000_000)
    }
}

extension LuaMeter {
    /// Why the code was stopped.
    fileprivate var stopMessage: String {
        switch handle.pointee.stopped {
        case MOONDIAL_STOP_CPU: "stopped after \((shownLimit ?? 0) / 1_000_000) ms of processor time"
        case MOONDIAL_STOP_DEADLINE: "stopped because its time was over"
        case MOONDIAL_STOP_COROUTINES: "stopped at more than \(handle.pointee.coroutine_limit) coroutines"
        case MOONDIAL_STOP_TABLE:
            "stopped: a table may hold at most \(handle.pointee.hash_limit) keys beside its list part"
        case MOONDIAL_STOP_INTERRUPT: "interrupted"
        default: "stopped: it would allocate more than \(Self.shown(bytes: allocationLimit ?? allocated))"
        }
    }

    fileprivate static func shown(bytes: Int) -> String {
        bytes < 1 << 20 ? "\(bytes >> 10) KiB" : "\(bytes >> 20) MiB"
    }
}

extension LuaError {
    /// Why the code was stopped, with the place from the report on the VM's outbox.
    init(stopOf meter: LuaMeter, vm: LuaVM) {
        self.init(status: MOONDIAL_STOPPED, vm: vm)
        let reason = meter.handle.pointee.stopped
        if reason != MOONDIAL_STOP_LOST { message = meter.stopMessage }
        if reason == MOONDIAL_STOP_FULL {
            message = "stopped: the Lua state would hold more than \(LuaMeter.shown(bytes: vm.liveLimit))"
            kind = .stateFull
        }
        code =
            switch reason {
            case MOONDIAL_STOP_CPU: .cpuTime
            case MOONDIAL_STOP_DEADLINE: .deadline
            case MOONDIAL_STOP_COROUTINES: .coroutines
            case MOONDIAL_STOP_TABLE: .tableSize
            case MOONDIAL_STOP_INTERRUPT: .interrupted
            case MOONDIAL_STOP_LOST: .lost
            default: .memory
            }
    }
}

/// The state of a sequence of random numbers that a script has begun with `math.randomseed`.
package struct LuaSeeding {
    fileprivate let generator: moondial_generator
}

/// A sequence of random numbers for several meters. Used on the VM's thread.
package final class LuaGenerator {
    let handle: UnsafeMutablePointer<moondial_generator>

    package init() {
        handle = .allocate(capacity: 1)
        handle.initialize(to: moondial_generator())
    }

    deinit { handle.deallocate() }
}
