// SPDX-License-Identifier: MIT

import HTTP1
import JSON
import NIOConcurrencyHelpers
import NIOCore
import NumberVerification
import Testing

@testable import NumberVerificationSimulator

/// The limits that `--provider-rules` enforces, with a clock that only the test moves.
struct ProviderRulesTests {
    /// 2027-01-15 16:00 UTC+8.
    private let clock = ManualClock(.seconds(1_800_000_000))
    private let simulator: Simulator

    init() {
        let clock = clock
        simulator = Simulator(configuration: .init(providerRules: true, clock: { clock.now }))
    }

    /// The code for a request, or nil when the connection is reset.
    private func code(_ token: String, phone: String = "13800138000", path: String? = nil) throws -> Int64? {
        var parser = HTTPRequestParser()
        parser.receive(RequestSketch(.string(token), phone: .string(phone), path: path).bytes)
        guard case .request(let request) = try #require(try parser.next()) else { return nil }
        guard case .bytes(let bytes) = simulator.reply(to: request).steps.first else { return nil }
        let body = try #require(String(buffer: bytes).split(separator: "\r\n\r\n").last)
        return try JSONValue.parse(body.utf8)["code"]?.integerValue
    }

    @Test
    func tokenWorksOnce() throws {
        #expect(try code("a") == 9000)
        #expect(try code("a") == 9003)
        #expect(try code("a", phone: "13700137000") == 9003)
        clock.advance(by: .seconds(86_399))
        #expect(try code("a") == 9003)
    }

    @Test(arguments: [
        ("sim:age=59s", 9000), ("sim:age=60s", 9003), ("sim:age=60s,operator=CT", 9003),
        ("sim:age=119s,operator=CM", 9000), ("sim:age=2m,operator=CM", 9003),
        ("sim:age=599s,operator=CU", 9000), ("sim:age=10m,operator=CU", 9003),
        ("STsid0000001799999941000abc", 9000), ("STsid0000001799999940000abc", 9003),
        ("STsid1799999940000abc", 9003), ("STsid00000018000000100009", 9000),
        ("STsid000000179999994000x", 9000), ("STsid-1799999940000", 9000),
    ])
    func tokenExpiresByTheLifetimeOfItsCarrier(token: String, expected: Int64) throws {
        #expect(try code(token) == expected)
    }

    @Test
    func phoneCannotBeCheckedAgainWithinThirtySeconds() throws {
        #expect(try code("a") == 9000)
        clock.advance(by: .milliseconds(29_999))
        #expect(try code("b") == 9005)
        #expect(try code("c", phone: "13700137000") == 9000)
        clock.advance(by: .milliseconds(1))
        #expect(try code("b") == 9000, "9005 has not spent the token, nor started the interval again")
    }

    @Test
    func tokenExpiresThoughItWasOnlyRefused() throws {
        #expect(try code("a") == 9000)
        #expect(try code("b") == 9005)
        clock.advance(by: .seconds(60))
        #expect(try code("b") == 9003)
    }

    @Test
    func phoneIsCheckedTenTimesADay() throws {
        for check in 0..<10 {
            #expect(try code("day one \(check)") == 9000)
            clock.advance(by: .seconds(30))
        }
        #expect(try code("one too many") == 9006)
        #expect(try code("another", phone: "13700137000") == 9000)
        clock.set(.seconds(1_800_028_799))  // 23:59:59 UTC+8
        #expect(try code("still that day") == 9006)
        clock.advance(by: .seconds(1))
        #expect(try code("still that day") == 9000, "9006 has not spent the token")
    }

    @Test
    func intervalOfThirtySecondsHoldsOverMidnight() throws {
        clock.set(.seconds(1_800_028_799))
        #expect(try code("a") == 9000)
        clock.advance(by: .seconds(1))
        #expect(try code("b") == 9005)
        clock.advance(by: .seconds(29))
        #expect(try code("b") == 9000)
    }

    @Test
    func onlyRequestsThatReachTheCarrierSpendTheTokenAndCount() throws {
        #expect(try code("a", phone: "13800009014") == 9014)
        #expect(try code("sim:endpoint=h5") == 9020)
        #expect(try code("sim:endpoint=h5", path: Endpoint.h5.path) == 9000)
        #expect(try code("a", phone: "13700139001") == 9001)
        #expect(try code("a", phone: "13600136000") == 9003)
        #expect(try code("sim:code=9002", phone: "13500135000") == 9002)
        #expect(try code("sim:code=9002", phone: "13500135000") == 9003)
        #expect(try code("b", phone: "13500135000") == 9005)
    }

    @Test
    func resetBeforeTheRequestSpendsNothingAndResetAfterItDoes() throws {
        #expect(try code("sim:reset=before") == nil)
        #expect(try code("sim:reset=before,http=200") == nil)
        #expect(try code("a") == 9000)
        #expect(try code("sim:reset=after", phone: "13700137000") == nil)
        #expect(try code("b", phone: "13700137000") == 9005)
    }

    @Test
    func expiredEntriesAreForgottenSoThatMemoryIsBounded() {
        var memory = ExpiringMemory<Int>()
        for index in 0..<100_000 {
            let now: Duration = .milliseconds(index)
            memory.remember(index, for: "token \(index)", until: now + .seconds(1), now: now)
            #expect(memory.value(for: "token \(index)", now: now) == index)
        }
        #expect(memory.count <= 2 * 1024)
        #expect(memory.value(for: "token 99999", now: .milliseconds(100_998)) == 99_999)
        #expect(memory.value(for: "token 99999", now: .milliseconds(100_999)) == nil)
    }
}

final class ManualClock: Sendable {
    private let time: NIOLockedValueBox<Duration>

    init(_ start: Duration) {
        time = NIOLockedValueBox(start)
    }

    var now: Duration { time.withLockedValue { $0 } }

    func set(_ now: Duration) { time.withLockedValue { $0 = now } }

    func advance(by duration: Duration) { time.withLockedValue { $0 += duration } }
}
