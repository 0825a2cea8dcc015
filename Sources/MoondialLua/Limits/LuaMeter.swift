// SPDX-License-Identifier: MIT

internal import CMoondialLua

/// What a run, or anything else that the host lets Lua do, may use of the machine, and what it has used: over all its
/// threads together.
///
/// Used on the VM's thread. Limits are changed while none of its threads runs. What goes over a limit is stopped as it
/// is: no `pcall`, closing handler or coroutine of the script has a say, and whatever is started with this meter later is
/// stopped at once, until `reset`.
package final class LuaMeter {
    let handle: UnsafeMutablePointer<moondial_meter>
    /// The first thing that was stopped, which the others then are because of.
    var stop: LuaError?
    /// The limit of processor time that messages name, in nanoseconds.
    private(set) var shownLimit: UInt64?

    /// Keeps what `shareNumbers` was given.
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

    /// The processor time that Lua has used, to some milliseconds. It does not go on while a thread waits for the host.
    package var cpuTime: Duration { .nanoseconds(Int64(clamping: handle.pointee.cpu)) }

    /// Up to which `cpuTime` may grow; nil, the default, for no limit.
    package var cpuLimit: Duration? {
        get { handle.pointee.cpu_limit == .max ? nil : .nanoseconds(Int64(clamping: handle.pointee.cpu_limit)) }
        set {
            shownLimit = newValue?.nanoseconds
            handle.pointee.cpu_limit = shownLimit ?? .max
        }
    }

    /// Whether `LuaInterrupter` stops also what has a `cpuLimit`. The default is false.
    package var isInterruptible: Bool {
        get { handle.pointee.is_interruptible }
        set { handle.pointee.is_interruptible = newValue }
    }

    /// When whatever runs is stopped, in nanoseconds of the monotonic clock (`NIODeadline.uptimeNanoseconds`); nil, the
    /// default, for never. With a `cpuLimit`, what begins to run has at least ten times that
    /// which is left of it, though the deadline be over.
    package var deadline: UInt64? {
        get { handle.pointee.deadline == .max ? nil : handle.pointee.deadline }
        set { handle.pointee.deadline = newValue ?? .max }
    }

    /// Bytes that were allocated, whatever has been freed since.
    package var allocated: Int { Int(clamping: handle.pointee.allocated) }

    /// Up to which `allocated` may grow; nil, the default, for no limit.
    package var allocationLimit: Int? {
        get { handle.pointee.allocation_limit == .max ? nil : Int(clamping: handle.pointee.allocation_limit) }
        set { handle.pointee.allocation_limit = newValue.map(UInt64.init(clamping:)) ?? .max }
    }

    /// Coroutines that scripts may make, whether or not they are still there; nil, the default, for no limit.
    package var coroutineLimit: Int? {
        get { handle.pointee.coroutine_limit == .max ? nil : Int(handle.pointee.coroutine_limit) }
        set { handle.pointee.coroutine_limit = newValue.map(UInt32.init(clamping:)) ?? .max }
    }

    /// Keys that one table may hold beside its list part, of which Lua makes room for a power of two: the limit is rounded
    /// down to one. Nil, the default, for no limit. Tables that were larger before may stay so.
    package var tableKeyLimit: Int? {
        get { handle.pointee.hash_limit == .max ? nil : Int(clamping: handle.pointee.hash_limit) }
        set {
            let limit = newValue.map { UInt64(clamping: $0) }
            handle.pointee.hash_limit = limit.map { $0 == 0 ? 0 : 1 << (63 - UInt64($0.leadingZeroBitCount)) } ?? .max
        }
    }

    /// Caps on what functions return to the host. The default is that of `LuaLimits`.
    package func limitResults(to limits: LuaLimits) { handle.pointee.results = moondial_limits(limits) }

    /// Before one call of several: it may use that much processor time of what is left for all of them.
    package func beginCall(_ budget: LuaCPUBudget) {
        let used = handle.pointee.cpu
        handle.pointee.cpu_limit = min(used + budget.call, budget.total)
        shownLimit = used + budget.call <= budget.total ? budget.call : budget.total
    }

    /// Where the sequence of `math.random` begins: as after `math.randomseed(seed)`. Nil until the first number is drawn,
    /// when the system gives a seed, unless it is set before.
    package var seed: Int64? {
        get { handle.pointee.generator.has_seed ? handle.pointee.generator.seed : nil }
        set {
            var generator = moondial_generator()
            if let newValue {
                generator.seed = newValue
                generator.has_seed = true
            }
            handle.pointee.generator = generator
        }
    }

    /// The sequence that `math.randomseed` has begun, which `math.random` draws from instead of the other; nil when there is
    /// none.
    package var seeding: LuaSeeding? {
        get { handle.pointee.seeded.is_seeded ? LuaSeeding(generator: handle.pointee.seeded) : nil }
        set { handle.pointee.seeded = newValue?.generator ?? moondial_generator() }
    }

    /// Draws random numbers from a sequence that others draw from too.
    package func shareNumbers(of generator: LuaGenerator) {
        sharedGenerator = generator
        handle.pointee.shared_generator = generator.handle
    }

    /// Counts time that was used for what the meter is about, and not by Lua code.
    package func charge(_ time: Duration) { handle.pointee.cpu += time.nanoseconds }

    /// Counts a thread that the host makes for a script like a coroutine that the script makes itself.
    ///
    /// - Throws: `LuaError` with code `coroutines` when there may be no further one; then everything stops.
    package func countCoroutine() throws(LuaError) {
        if moondial_meter_count_coroutine(handle) { return }
        handle.pointee.stopped = MOONDIAL_STOP_COROUTINES
        let error = LuaError(code: .coroutines, message: stopMessage)
        stop = error
        throw error
    }

    /// Something was stopped, and everything else will be.
    package var hasStopped: Bool { handle.pointee.stopped != MOONDIAL_STOP_NONE }

    /// Lets Lua run again, within what is left.
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
    /// Why something was stopped.
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
    /// Why something was stopped, with the place that the report on the VM's outbox tells.
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

/// How far a sequence of random numbers has come that a script has begun.
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
