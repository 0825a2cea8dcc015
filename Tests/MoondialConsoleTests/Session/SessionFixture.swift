// SPDX-License-Identifier: MIT

import MoondialLua
import MoondialRules
import NIOCore
import NIOPosix
import NumberVerification
import NumberVerificationSimulator

@testable import MoondialConsole

/// A prompt session for tests, with the simulator in the process.
struct SessionFixture: Sendable {
    /// The output of a session.
    struct Record: Sendable {
        /// Standard output.
        var results = ""
        /// Standard error.
        var notes = ""
        /// Everything that was shown before an input.
        var prompts: [String] = []
        var end: ReplEnd?

        var resultLines: [String] { results.split(separator: "\n").map(String.init) }
    }

    var isInteractive = true
    /// The cells of a line: enough that no line with the path of a temporary file wraps.
    var width = 1_000
    var rules = ""
    var rulePaths: [String] = []
    /// A long timeout, so that no run times out on a slow machine.
    var run = RunSettings(timeout: .seconds(600))
    /// Changes what the session is made with.
    var setup: @Sendable (inout ReplSetup) -> Void = { _ in }
    /// Gets each block that is about to be taken, and the session.
    var beforeBlock: @Sendable (String, ReplSession) -> Void = { _, _ in }

    /// Gets what is written to standard output, and the session.
    var onResult: @Sendable (String, ReplSession) -> Void = { _, _ in }

    /// Separate loops: a block under test may block a loop until it is interrupted. Tests of sockets have time limits.
    private static let loops = MultiThreadedEventLoopGroup(numberOfThreads: 2)

    /// Types the blocks, and the answers to questions, one after the other, then leaves.
    func type(_ blocks: String...) async throws -> Record { try await type(blocks) }

    /// Pastes the inputs together, then leaves.
    func type(pasting inputs: [String]) async throws -> Record { try await type([inputs.joined(separator: "\0")]) }

    func type(_ blocks: [String]) async throws -> Record {
        let loop = Self.loops.next()
        return try await loop.flatSubmit {
            let promise = loop.makePromise(of: Record.self)
            do {
                let driver = try SessionDriver(self, blocks, loop) { promise.succeed($0) }
                driver.sendNextBlock()
            } catch {
                promise.fail(error)
            }
            return promise.futureResult
        }.get()
    }
}

/// Feeds blocks to a session. It keeps itself alive until the session ends.
private final class SessionDriver {
    private let fixture: SessionFixture
    private let session: ReplSession
    private var blocks: ArraySlice<String>
    private let record = Box()

    private final class Box {
        var record = SessionFixture.Record()
        weak var session: ReplSession?
    }

    init(
        _ fixture: SessionFixture, _ blocks: [String], _ loop: any EventLoop,
        ended: @escaping (SessionFixture.Record) -> Void
    ) throws {
        self.fixture = fixture
        self.blocks = blocks[...]
        let simulator = Simulator()
        let client = VerificationClient(
            transport: InProcessTransport(simulator: simulator, eventLoop: loop), host: "simulator",
            credentials: .documentedExample, eventLoop: loop)
        let record = record
        var settings = RuleEngine.Settings(wallClock: {
            1_700_000_000_123 + simulator.behaviour.clockOffset.components.seconds * 1000
        })
        settings.run = fixture.run
        settings.print = { record.session?.printed($0) }
        settings.log = { record.session?.logged($0) }
        let sources =
            fixture.rules.isEmpty ? [] : [RuleSource(name: .file("rules.lua"), text: Array(fixture.rules.utf8))]
        let files = fixture.rulePaths.isEmpty ? RuleFiles(sources) : try RuleFiles.read(fixture.rulePaths)
        let scripts = try ScriptHost(
            rules: files, settings: settings, attempts: client, eventLoop: loop, isPrompt: true)
        var setup = ReplSetup()
        setup.isInteractive = fixture.isInteractive
        setup.simulator = simulator
        setup.magicTable = { "magic\n" }
        setup.rulePaths = fixture.rulePaths
        setup.explain = { $0 == "9003" ? "9003 explained\n" : nil }
        setup.codes = { ["9003"] }
        fixture.setup(&setup)
        var screen = ReplScreen(
            results: {
                record.record.results += $0
                if let session = record.session { fixture.onResult($0, session) }
            }, notes: { record.record.notes += $0 })
        screen.width = { fixture.width }
        session = ReplSession(scripts: scripts, eventLoop: loop, screen: screen, setup: setup)
        record.session = session
        session.onEnd = { [self] end in
            record.record.end = end
            ended(record.record)
            loop.assumeIsolated().execute { self.session.onEnd = nil }
        }
    }

    func sendNextBlock() {
        session.nextPrompt().assumeIsolated().whenSuccess { [self] prompt in
            record.record.prompts.append(prompt.text)
            guard let block = blocks.popFirst() else { return session.receive(.end) }
            fixture.beforeBlock(block, session)
            let inputs = block.split(separator: "\0", omittingEmptySubsequences: false).map(String.init)
            session.receive(inputs.count > 1 ? .pasted(inputs) : .text(block))
            sendNextBlock()
        }
    }
}
