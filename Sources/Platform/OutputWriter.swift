// SPDX-License-Identifier: MIT

internal import NIOConcurrencyHelpers

/// Writes to a descriptor, in order, without making a caller wait: what the descriptor does not take at once is queued and
/// written by a thread that is started then.
///
/// Everything that is given is kept until it is written. Who makes any amount of output asks ``hasRoom`` first, and waits
/// with ``whenRoom(_:)`` or leaves something out. After a write has failed everything is dropped; see ``failure``.
/// All methods may be called from any thread.
package final class OutputWriter: @unchecked Sendable {
    private enum Phase { case idle, writing, held }

    /// How writing must be done so that it does not wait.
    private enum Kind {
        /// A file, or a device that takes everything at once.
        case prompt
        /// When it is writable it takes `PIPE_BUF` bytes at once.
        case pipe
        /// A terminal or socket, which may take less than it is given even when it is writable.
        case slow
    }

    /// Queued bytes from which on there is no room. More can be queued all the same.
    private static let roomBytes = 1 << 20
    /// What is written in one step, so that the queue is seen to shrink.
    private static let stepBytes = 64 << 10

    private let descriptor: Int32
    private let kind: Kind
    /// Its value is `phase`, and it guards everything below.
    private let lock = ConditionLock(value: Phase.idle)
    private var phase = Phase.idle
    private var queue: [UInt8] = []
    /// Bytes that the thread has taken from the queue and not written yet.
    private var taken = 0
    private var error: Errno?
    private var waiters: [@Sendable () -> Void] = []
    private var holder: @Sendable () -> Void = {}

    /// - Parameter descriptor: Stays open, and is not closed.
    package init(_ descriptor: Int32) {
        self.descriptor = descriptor
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            kind = .prompt
            return
        }
        switch status.st_mode & S_IFMT {
        case S_IFIFO: kind = .pipe
        case S_IFSOCK: kind = .slow
        default: kind = isatty(descriptor) == 1 ? .slow : .prompt
        }
    }

    /// Whether both lead to the same terminal, pipe or file.
    package static func isSame(_ descriptor: Int32, _ other: Int32) -> Bool {
        var (first, second) = (stat(), stat())
        return fstat(descriptor, &first) == 0 && fstat(other, &second) == 0
            && (first.st_dev, first.st_ino) == (second.st_dev, second.st_ino)
    }

    private func withLock<Result>(_ body: () -> Result) -> Result {
        lock.lock()
        defer { lock.unlock(withValue: phase) }
        return body()
    }

    // MARK: - Writing

    /// Writes some bytes now or later. Nothing happens after a failure.
    package func write(_ bytes: [UInt8]) {
        let holder = withLock { () -> (@Sendable () -> Void)? in
            guard error == nil, !bytes.isEmpty else { return nil }
            if phase == .idle {
                begin(bytes)
                return nil
            }
            queue += bytes
            return phase == .held ? self.holder : nil
        }
        holder?()
    }

    /// Writes what is taken at once, and leaves the rest to a thread.
    private func begin(_ bytes: [UInt8]) {
        let rest: ArraySlice<UInt8>
        switch kind {
        case .prompt:
            error = Descriptors.writeAll(bytes[...], to: descriptor)
            return
        case .pipe: rest = writeAtOnce(bytes[...])
        case .slow: rest = bytes[...]
        }
        guard error == nil, !rest.isEmpty else { return }
        queue = Array(rest)
        startWriting()
    }

    /// - Returns: What is left.
    private func writeAtOnce(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var rest = bytes
        while !rest.isEmpty, Descriptors.isWritable(descriptor) {
            let piece = rest.prefix(Int(PIPE_BUF))
            do {
                let count = try piece.withUnsafeBytes { try FileDescriptor(rawValue: descriptor).write($0) }
                rest = rest.dropFirst(count)
            } catch Errno.wouldBlock {
                return rest
            } catch {
                self.error = error as? Errno ?? .ioError
                return []
            }
        }
        return rest
    }

    private func startWriting() {
        phase = .writing
        do throws(Errno) {
            try DetachedThread.start(getsSignals: false) { self.writeQueue() }
        } catch {
            // Without a thread the caller has to wait.
            self.error = Descriptors.writeAll(queue[...], to: descriptor)
            queue = []
            phase = .idle
        }
    }

    private func writeQueue() {
        while let bytes = takeQueue() {
            var rest = bytes[...]
            while !rest.isEmpty {
                let step = rest.prefix(Self.stepBytes)
                rest = rest.dropFirst(step.count)
                let failure = Descriptors.writeAll(step, to: descriptor)
                if failure != nil { rest = [] }
                for waiter in note(left: rest.count, failure) { waiter() }
            }
        }
    }

    private func takeQueue() -> [UInt8]? {
        withLock {
            guard !queue.isEmpty else {
                phase = .idle
                return nil
            }
            defer { queue = [] }
            taken = queue.count
            return queue
        }
    }

    /// - Returns: Who is to be called because there is room.
    private func note(left: Int, _ failure: Errno?) -> [@Sendable () -> Void] {
        withLock {
            taken = left
            if let failure { (error, queue) = (failure, []) }
            return takeWaiters()
        }
    }

    // MARK: - Room

    private var isRoomy: Bool { error != nil || queue.count + taken < Self.roomBytes }

    /// Whether less than a mebibyte waits to be written.
    package var hasRoom: Bool { withLock { isRoomy } }

    /// Calls `body` when there is room: at once on this thread, or later on another one.
    package func whenRoom(_ body: @escaping @Sendable () -> Void) {
        let isNow = withLock {
            if !isRoomy { waiters.append(body) }
            return isRoomy
        }
        if isNow { body() }
    }

    /// Those that are not called again.
    private func takeWaiters() -> [@Sendable () -> Void] {
        guard isRoomy, !waiters.isEmpty else { return [] }
        defer { waiters = [] }
        return waiters
    }

    /// Why a write has failed; nil when none has.
    package var failure: Errno? { withLock { error } }

    /// Waits until everything is written, or cannot be written.
    ///
    /// - Parameter patience: The longest wait, in seconds. The default is any time.
    /// - Returns: Whether nothing waits to be written any more.
    @discardableResult
    package func drain(within patience: Double? = nil) -> Bool {
        release()
        if let patience {
            guard lock.lock(whenValue: .idle, timeoutSeconds: patience) else { return false }
        } else {
            lock.lock(whenValue: .idle)
        }
        lock.unlock(withValue: phase)
        return true
    }

    // MARK: - Holding

    /// Waits until everything is written. From then on nothing is, until ``release()``: the caller writes to the descriptor
    /// itself. `notify` is called, on any thread, whenever there is something for ``takeHeld()``.
    package func hold(_ notify: @escaping @Sendable () -> Void) {
        lock.lock(whenValue: .idle)
        phase = .held
        holder = notify
        lock.unlock(withValue: phase)
    }

    /// Whether ``takeHeld()`` returns something.
    package var hasHeld: Bool { withLock { phase == .held && !queue.isEmpty } }

    /// Hands over what would have been written while the descriptor is held.
    package func takeHeld() -> [UInt8] {
        var held: [UInt8] = []
        let waiters = withLock {
            guard phase == .held else { return [@Sendable () -> Void]() }
            swap(&held, &queue)
            return takeWaiters()
        }
        for waiter in waiters { waiter() }
        return held
    }

    /// Goes on writing.
    package func release() {
        withLock {
            guard phase == .held else { return }
            let held = queue
            (queue, phase, holder) = ([], .idle, {})
            if !held.isEmpty { begin(held) }
        }
    }
}
