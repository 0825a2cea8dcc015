// SPDX-License-Identifier: MIT

package import NIOCore
package import RESP
package import RedisClient

/// A client on an event loop, used by tests from outside of the loop.
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

    /// Sends a command. The default timeout is 10 s; tests of deadlines give their own.
    package func send(
        _ command: RESPCommand, timeout: TimeAmount = .seconds(10)
    ) async -> Result<RESPValue, RedisError> {
        await send([command], timeout: timeout)[0]
    }

    /// Sends a command, and calls `body` after it was written.
    package func send(
        _ command: RESPCommand, then body: @escaping @Sendable () -> Void
    ) async -> Result<RESPValue, RedisError> {
        await withCheckedContinuation { continuation in
            eventLoop.execute { [self] in
                client.value.send(command, deadline: .now() + .seconds(10)) { continuation.resume(returning: $0) }
                // Commands of a tick are written at its end.
                eventLoop.execute { [eventLoop] in eventLoop.execute(body) }
            }
        }
    }

    /// Sends all commands in one tick.
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

    /// Sends until there is a reply. Tests wait like this until the client has recovered.
    package func sendUntilAnswered(_ command: RESPCommand) async -> RESPValue {
        // The timeout grows, since a reply may take longer on a busy machine. A refused connection fails at once.
        let longest = TimeAmount.seconds(10)
        var timeout = TimeAmount.milliseconds(200)
        while true {
            if case .success(let value) = await send(command, timeout: timeout) { return value }
            timeout = min(longest, timeout * 2)
            await Self.pause()
        }
    }

    /// Sends until a call fails with an expected error.
    package func sendUntilFailed(
        _ command: RESPCommand, timeout: TimeAmount, where isExpected: (RedisError) -> Bool = { _ in true }
    ) async {
        while true {
            if case .failure(let error) = await send(command, timeout: timeout), isExpected(error) { return }
            await Self.pause()
        }
    }

    /// Without the pause, the event loop would always have a task to run and never read from its sockets.
    private static func pause() async { try? await Task.sleep(for: .milliseconds(1)) }

    package func close() async throws {
        try await eventLoop.submit { [self] in client.value.close() }.get()
    }
}
