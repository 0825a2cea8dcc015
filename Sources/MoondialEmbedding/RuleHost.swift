// SPDX-License-Identifier: MIT

import JSON
import MoondialPresentation
import MoondialRules
import NIOCore
import NIOPosix
import NumberVerification
import NumberVerificationSimulator
import Platform
import Synchronization

/// Runs the rules of moondial inside your own program, as `moondial serve` does behind a port.
///
/// A host has threads of its own, each with its Lua state and its connections. Between runs it keeps only the entries
/// that rules put into `moondial.store`, which is in the memory of the process. A host does not have the gateway's
/// decision log, metrics, token guard and caps.
public final class RuleHost: Sendable {
    /// Where verifications are sent.
    public enum Target: Sendable {
        /// The built-in simulator of the provider, inside this process. Costs nothing.
        case simulator
        /// The provider, or a server with the same API. The provider bills each verdict.
        case provider(appKey: String, masterSecret: String, baseURL: String = "https://api.verification.jpush.cn")
    }

    private let service: RuleService
    private let group: MultiThreadedEventLoopGroup
    private let eventLoops: [any EventLoop]
    private let next = Atomic<Int>(0)
    private let paths: [String]
    private let target: String

    /// Loads the rules and makes the threads.
    ///
    /// - Parameters:
    ///   - rules: Rule files, and folders with them, in the order in which they load.
    ///   - target: Where verifications are sent.
    ///   - threads: The number of threads, at least 1. One thread serves some ten thousand requests a second; requests
    ///     that wait for the provider occupy no thread.
    /// - Throws: ``RuleHostError`` for a rule file that does not load, and for a target that cannot be used.
    public init(rules: [String], target: Target, threads: Int = 1) async throws(RuleHostError) {
        precondition(threads >= 1, "a host needs a thread")
        let destination = try RuleHostDestination(target)
        group = MultiThreadedEventLoopGroup(numberOfThreads: threads)
        eventLoops = Array(group.makeIterator())
        paths = rules
        self.target = destination.name
        let configuration = RuleService.Configuration(wallClock: WallClock.milliseconds)
        do {
            service = try await RuleService(
                rules: try RuleFiles.read(rules), configuration: configuration, on: eventLoops,
                attempts: destination.makeClient)
        } catch {
            try? await group.shutdownGracefully()
            throw RuleHostError(error)
        }
    }

    /// Decides on one request, which may send it to the provider.
    ///
    /// Errors of the rules or the provider end in a decision, too. Cancelling the task has no effect, since a token
    /// that was sent is spent.
    ///
    /// - Parameter request: The request to decide on.
    /// - Returns: The decision.
    /// - Throws: ``RuleHostError`` once the host is closed.
    public func decide(_ request: RuleHostRequest) async throws(RuleHostError) -> RuleHostDecision {
        let eventLoop = eventLoops[next.wrappingAdd(1, ordering: .relaxed).oldValue % eventLoops.count]
        do {
            return try await eventLoop.flatSubmit { [service, target] in
                let promise = eventLoop.makePromise(of: RuleHostDecision.self)
                service.engine(on: eventLoop).verify(request.run) { run in
                    promise.succeed(RuleHostDecision(run.result, target: target))
                }
                return promise.futureResult
            }.get()
        } catch {
            throw RuleHostError(error)
        }
    }

    /// Reads the rule files again; the new rules apply from the next request on. Runs that have begun continue with the
    /// old rules. If the rules do not load, the old rules stay in force.
    ///
    /// - Throws: ``RuleHostError`` for a rule file that does not load.
    public func reload() async throws(RuleHostError) {
        do {
            try await service.reload(try RuleFiles.read(paths))
        } catch {
            throw RuleHostError(error)
        }
    }

    /// Waits for the end of all runs, and ends the threads. The host cannot be used afterwards.
    ///
    /// - Throws: ``RuleHostError`` when it was closed before.
    public func close() async throws(RuleHostError) {
        do {
            try await service.drain()
            try await service.close()
            try await group.shutdownGracefully()
        } catch {
            throw RuleHostError(error)
        }
    }
}

/// An error of a ``RuleHost``.
public struct RuleHostError: Error, Sendable, CustomStringConvertible {
    /// What is wrong, where, and what to do, on one line or several. Holds no token, phone or secret.
    public let description: String

    init(_ error: any Error) {
        switch error {
        case let error as RuleHostError: self = error
        case let diagnostic as Diagnostic: description = DiagnosticText(diagnostic).text
        case let error as BaseURLError: description = error.description
        case is EventLoopError: description = "the host is closed"
        default: description = "\(error)"
        }
    }
}

/// Makes the clients of a target.
private struct RuleHostDestination {
    /// The name of the target in decisions.
    let name: String
    let makeClient: @Sendable (any EventLoop) throws -> any AttemptSource

    init(_ target: RuleHost.Target) throws(RuleHostError) {
        switch target {
        case .simulator:
            let simulator = Simulator()
            name = "simulator"
            makeClient = { eventLoop in
                VerificationClient(of: simulator, eventLoop: eventLoop)
            }
        case .provider(let appKey, let masterSecret, let text):
            let url: BaseURL
            do throws(BaseURLError) {
                url = try BaseURL(text)
            } catch {
                throw RuleHostError(error)
            }
            let credentials = Credentials(appKey: appKey, masterSecret: Secret(masterSecret))
            name = url.description
            makeClient = { eventLoop in
                VerificationClient(
                    transport: try HTTPTransport(destination: url.destination, eventLoop: eventLoop),
                    host: url.destination.authority, basePath: url.basePath, credentials: credentials,
                    eventLoop: eventLoop)
            }
        }
    }
}
