// SPDX-License-Identifier: MIT

package import NIOCore
package import RESP
package import RedisClient

/// A client on an event loop, for tests, which run elsewhere.
package final class RedisCaller: Sendable {
    package let eventLoop: any EventLoop
    private let client: NIOLoopBound<RedisClient>

    private init(eventLoop: any EventLoop, client: NIOLoopBound<RedisClient>) {
        self.eventLoop = eventLoop
        self.client = client
    }

    package static func open(
        _ configuration: RedisConfiguration, tls: RedisTLS? = nil, on eventLoop: any EventLoop
    ) async throws -> RedisCaller {
        try await eventLoop.submit {
            let client = RedisClient(configuration: configuration, tls: tls, eventLoop: eventLoop)
            return RedisCaller(eventLoop: eventLoop, client: NIOLoopBound(client, eventLoop: eventLoop))
        }.get()
    }

    /// The default timeout is 10 s: tests of deadlines give their own.
    package func send(
        _ command: RESPCommand, timeout: TimeAmount = .seconds(10)
    ) async -> Result<RESPValue, RedisError> {
        await send([command], timeout: timeout)[0]
    }

    /// Sends one, and does something once it is on its way.
    package func send(
        _ command: RESPCommand, then body: @escaping @Sendable () -> Void
    ) async -> Result<RESPValue, RedisError> {
        await withCheckedContinuation { continuation in
            eventLoop.execute { [self] in
                client.value.send(command, deadline: .now() + .seconds(10)) { continuation.resume(returning: $0) }
                // What is sent in a tick leaves at its end.
                eventLoop.execute { [eventLoop] in eventLoop.execute(body) }
            }
        }
    }

    /// Sends all at once.
    package func send(
        _ commands: [RESPCommand], timeout: TimeAmount = .seconds(10)
    ) async -> [Result<RESPValue, RedisError>] {
        await withCheckedContinuation { continuation in
            eventLoop.execute { [self] in
                var results: [Result<RESPValue, RedisError>?] = Array(repeating: nil, count: commands.count)
                var missing = commands.count
                for (index, command) in commands.enumerated() {
                    client.value.send(command, deadline: .now() + timeout) { result in
                        results[index] = result
                        missing -= 1
                        if missing == 0 { continuation.resume(returning: results.compactMap { $0 }) }
                    }
                }
            }
        }
    }

    /// Sends until there is a reply: how tests wait until the client has recovered.
    package func sendUntilAnswered(_ command: RESPCommand) async -> RESPValue {
        // On a busy machine, an answer may take longer. A refused connection takes no time, so this may go on for long.
        let longest = TimeAmount.seconds(10)
        var timeout = TimeAmount.milliseconds(200)
        while true {
            if case .success(let value) = await send(command, timeout: timeout) { return value }
            timeout = min(longest, timeout * 2)
            await Self.pause()
        }
    }

    /// Sends until a call fails in such a way.
    package func sendUntilFailed(
        _ command: RESPCommand, timeout: TimeAmount, where isExpected: (RedisError) -> Bool = { _ in true }
    ) async {
        while true {
            if case .failure(let error) = await send(command, timeout: timeout), isExpected(error) { return }
            await Self.pause()
        }
    }

    /// An event loop that always has a task to run does not come to reading.
    private static func pause() async { try? await Task.sleep(for: .milliseconds(1)) }

    package func close() async throws {
        try await eventLoop.submit { [self] in client.value.close() }.get()
    }
}
