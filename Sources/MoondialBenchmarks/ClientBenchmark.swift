// SPDX-License-Identifier: MIT

import NIOCore
import NIOPosix
import NumberVerification

/// Calls over loopback to a simulator in another process, 64 in flight: calls per second, and CPU of this process per
/// call.
enum ClientBenchmark {
    private static let rounds = 100_000
    private static let inFlight = 64

    static func measure(port: Int) throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        let loop = group.next()
        let figures = try loop.flatSubmit { () -> EventLoopFuture<(cpu: Double, rate: Double)> in
            let promise = loop.makePromise(of: (cpu: Double, rate: Double).self)
            do {
                let base = try BaseURL("http://127.0.0.1:\(port)")
                let transport = try HTTPTransport(
                    destination: base.destination, configuration: HTTPConfiguration(), eventLoop: loop)
                let client = VerificationClient(
                    transport: transport, host: base.destination.authority, credentials: .documentedExample,
                    eventLoop: loop)
                let request = try VerificationRequest(phone: "13800138000", token: "STsid-example", exID: "order-42")
                let load = Load(client: client, request: request, promise: promise)
                for _ in 0..<inFlight { load.next() }
            } catch {
                promise.fail(error)
            }
            return promise.futureResult
        }.wait()
        Benchmarks.report("client-cpu", figures.cpu)
        Benchmarks.report("client-rate", figures.rate)
        try group.syncShutdownGracefully()
    }

    /// Keeps a number of calls in flight. The first calls, a tenth of the measured number, are for warming up.
    private final class Load {
        private let client: VerificationClient
        private let request: VerificationRequest
        private let promise: EventLoopPromise<(cpu: Double, rate: Double)>
        private var toSend = rounds + rounds / 10
        private var toFinish = rounds + rounds / 10
        private var cpu = 0.0
        private var wall = 0.0

        init(
            client: VerificationClient, request: VerificationRequest,
            promise: EventLoopPromise<(cpu: Double, rate: Double)>
        ) {
            self.client = client
            self.request = request
            self.promise = promise
        }

        func next() {
            guard toSend > 0 else { return }
            toSend -= 1
            _ = client.attempt(request, at: .mobile, deadline: .now() + .seconds(10)) { [self] attempt in
                precondition(attempt.verdict == .match, "\(String(describing: attempt.error))")
                toFinish -= 1
                if toFinish == rounds { (cpu, wall) = (CPU.process(), CPU.wall()) }
                guard toFinish == 0 else { return next() }
                let used = CPU.process() - cpu
                promise.succeed((used / Double(rounds), Double(rounds) / ((CPU.wall() - wall) / 1e9)))
                client.close()
            }
        }
    }
}
