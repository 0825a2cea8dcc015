// SPDX-License-Identifier: MIT

import RESP
import Testing

@testable import RedisClient

struct RedisHandshakeTests {
    private static let ok = RESPValue.simple("OK")

    private static func configuration(
        credentials: RedisCredentials? = nil, database: Int = 0, preamble: [RESPCommand] = []
    ) -> RedisConfiguration {
        var configuration = RedisConfiguration(server: .at(.host("h", port: 1)))
        configuration.credentials = credentials
        configuration.database = database
        configuration.preamble = preamble
        return configuration
    }

    @Test func handshakeWithoutSettingsIsReadyAfterHello() {
        var handshake = RedisHandshake(configuration: Self.configuration())
        #expect(handshake.begin() == .send([RESPCommand("HELLO", "3")]))
        #expect(handshake.receive(.map([])) == .ready)
    }

    @Test func helloHasUserAndPassword() {
        let credentials = RedisCredentials(user: nil, password: "p")
        var handshake = RedisHandshake(configuration: Self.configuration(credentials: credentials, database: 2))
        #expect(handshake.begin() == .send([RESPCommand("HELLO", "3", "AUTH", "default", "p")]))
        #expect(handshake.receive(.map([])) == .send([RESPCommand("SELECT", .integer(2))]))
        #expect(handshake.receive(Self.ok) == .ready)
    }

    @Test(arguments: ["ERR unknown command 'HELLO'", "NOPROTO unsupported protocol version"])
    func handshakeContinuesWithAuthWhenHelloIsRefused(_ refusal: String) {
        let credentials = RedisCredentials(user: "u", password: "p")
        var handshake = RedisHandshake(configuration: Self.configuration(credentials: credentials))
        _ = handshake.begin()
        #expect(handshake.receive(.error(RESPError(refusal))) == .send([RESPCommand("AUTH", "u", "p")]))
        #expect(handshake.receive(Self.ok) == .ready)
    }

    @Test func repliesToThePreambleAreAwaitedAndErrorsIgnored() {
        let preamble = [RESPCommand("A"), RESPCommand("B")]
        var handshake = RedisHandshake(configuration: Self.configuration(preamble: preamble))
        _ = handshake.begin()
        #expect(handshake.receive(.map([])) == .send(preamble))
        #expect(handshake.receive(.error(RESPError("NOPERM"))) == .wait)
        #expect(handshake.receive(Self.ok) == .ready)
    }

    @Test(arguments: ["WRONGPASS invalid username-password pair", "NOAUTH Authentication required.", "ERR max clients"])
    func refusedLoginFailsTheHandshake(_ refusal: String) {
        var handshake = RedisHandshake(configuration: Self.configuration())
        _ = handshake.begin()
        guard case .fail(let message) = handshake.receive(.error(RESPError(refusal))) else {
            return #expect(Bool(false))
        }
        #expect(message.contains("check"))
    }

    @Test func pausesDoubleUpToTheMaximum() {
        func pause(_ count: Int, _ random: Double) -> Duration {
            RedisPause.time(
                afterFailure: count, shortest: .milliseconds(50), longest: .seconds(2), random: random)
        }
        #expect(pause(1, 0) == .zero)
        #expect([2, 3, 4].map { pause($0, 0) } == [.milliseconds(50), .milliseconds(100), .milliseconds(200)])
        #expect(pause(3, 1) == .milliseconds(50))
        #expect(pause(8, 0) == .seconds(2))
        #expect(pause(1_000_000, 0.5) == .milliseconds(1500))
    }
}
