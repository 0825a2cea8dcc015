// SPDX-License-Identifier: MIT

import MoondialRules
import MoondialStore
import NIOCore
import NIOPosix
import Platform

/// The advice when names in a store are hashed with another key.
enum StoreKeyAdvice {
    static let text =
        "use the credentials of the gateways; if the master secret was replaced, run 'moondial store rekey' with the new one "
        + "and load lists again"
}

/// A store for a command that only works on the store, until the process ends.
final class StoreSession: Sendable {
    let names: StoreNames
    private let store: NIOLoopBound<any Store>
    private let shell: NIOLoopBound<Shell>
    private let eventLoop: any EventLoop

    private init(_ settings: StoreSettings, _ shell: Shell, on eventLoop: any EventLoop) {
        names = StoreNames(settings)
        store = NIOLoopBound(settings.engine.makeStore(on: eventLoop), eventLoop: eventLoop)
        self.shell = NIOLoopBound(shell, eventLoop: eventLoop)
        self.eventLoop = eventLoop
    }

    /// How a command uses the key with which names are hashed.
    enum KeyUse {
        /// The command uses no names that may be hashed.
        case none
        /// The command looks for such names.
        case reads
        /// The command writes such names.
        case writes
    }

    /// Opens the store, does the work and ends the process with its status. Never returns.
    static func run(
        _ settings: StoreSettings, shell: Shell, key: KeyUse,
        _ work: @escaping @Sendable (StoreSession) async throws -> ExitStatus
    ) -> Never {
        MultiThreadedEventLoopGroup.withCurrentThreadAsEventLoop { eventLoop in
            let session = StoreSession(settings, shell, on: eventLoop)
            let done = eventLoop.makeFutureWithTask {
                if key != .none { try await session.checkKey(leavesMark: key == .writes) }
                let status = try await work(session)
                await settings.engine.close()
                return status
            }
            done.assumeIsolated().whenComplete { result in
                switch result {
                case .success(let status): shell.end(status)
                case .failure(let failure as Failure): shell.end(failure)
                case .failure(let error as StoreNameError): shell.end(.usage("\(error)"))
                case .failure(let error): shell.end(bug: error)
                }
            }
        }
        preconditionFailure("the event loop ended before the process")
    }

    /// - Throws: A failure when names in the store are hashed with another key: the command would find nothing, and
    ///   gateways would not find what it writes.
    private func checkKey(leavesMark: Bool) async throws(Failure) {
        let check = await withCheckedContinuation { continuation in
            eventLoop.execute { [self] in
                names.checkKey(in: store.value, leavesMark: leavesMark, timeout: .seconds(10)) {
                    continuation.resume(returning: $0)
                }
            }
        }
        switch check {
        case .same, .missing: break
        case .different:
            throw .configuration(
                "the store is used with another master secret, from which the names of phones and tokens follow",
                fix: StoreKeyAdvice.text)
        case .unknown(let error): throw Self.failure(error)
        }
    }

    private static func failure(_ error: StoreError) -> Failure {
        Failure(Diagnostic(.inputOutput, "the store refused the command: \(error.message)"))
    }

    /// Executes a command. The store may take ten seconds for it.
    ///
    /// - Throws: A failure with the message of the store.
    func perform(_ command: StoreCommand) async throws(Failure) -> StoreReply {
        let result = await withCheckedContinuation { continuation in
            eventLoop.execute { [self] in
                store.value.perform(command, deadline: .now() + .seconds(10)) { continuation.resume(returning: $0) }
            }
        }
        do throws(StoreError) {
            return try result.get()
        } catch {
            throw Self.failure(error)
        }
    }

    /// Writes lines on standard output, and waits until there is room for more.
    func write(_ lines: [String]) async {
        let text = lines.map { $0 + "\n" }.joined()
        // Fails only when the event loop has ended; then the process ends, too.
        let writer = try? await eventLoop.submit { [self] in
            shell.value.output.write(text)
            return shell.value.output.writer
        }.get()
        await withCheckedContinuation { continuation in
            if let writer { writer.whenRoom { continuation.resume() } } else { continuation.resume() }
        }
    }

    /// Calls `body` with all entries of a namespace, a page at a time.
    func forEachPage(of namespace: StoreNamespace, _ body: ([StoreEntry]) async throws -> Void) async throws {
        var cursor: String?
        repeat {
            guard case .entries(let page) = try await perform(.entries(namespace, after: cursor, limit: 1000)) else {
                preconditionFailure("a listing is answered with entries")
            }
            try await body(page.entries)
            cursor = page.next
        } while cursor != nil
    }
}
