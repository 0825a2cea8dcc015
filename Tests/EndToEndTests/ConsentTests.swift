// SPDX-License-Identifier: MIT

import PseudoTerminals
import Testing

/// Live calls at a prompt on a terminal: each call asks for consent, and only an answer to its own question counts.
/// Nothing listens at the address, so no request is sent.
@Suite("Consent", .timeLimit(.minutes(10)))
struct ConsentTests {
    private let target = "LIVE(127.0.0.1:1)>"

    private func livePrompt() async throws -> TerminalProcess {
        let prompt = try await TerminalProcess(
            ["repl", "--live", "--base-url", "http://127.0.0.1:1", "--insecure", "--yes-insecure"],
            environment: ["MOONDIAL_APP_KEY": "key", "MOONDIAL_MASTER_SECRET": "secret"])
        try await prompt.expectPrompt(target)
        return prompt
    }

    private func expectQuestion(_ prompt: TerminalProcess, _ call: String) async throws {
        try await prompt.expect { terminal in
            let end = terminal.lines.suffix(3).joined(separator: " ")
            return end.contains(call) && terminal.lines.last?.hasSuffix("[y/N]") == true
        }
    }

    private func expectRefusals(_ prompt: TerminalProcess, _ count: Int) async throws {
        try await prompt.expect { $0.lines.count { $0.contains("the live call was not confirmed") } == count }
    }

    /// Types a command, waits until the prompt shows it, and types Enter.
    private func enter(_ prompt: TerminalProcess, _ command: String) async throws {
        prompt.type(command)
        // A suggestion from the history may follow the command.
        try await prompt.expect { $0.lines.last?.hasPrefix("\(target) \(command)") == true }
        prompt.type("\r")
    }

    @Test func backgroundCallIsAnsweredOnlyByACommand() async throws {
        let prompt = try await livePrompt()
        prompt.type("y = 5\r")
        try await prompt.expect { $0.lines.suffix(2) == ["\(target) y = 5", target] }
        prompt.type("moondial.spawn(function() return verify('13800138000', 'token').reason end)\r1 +")
        try await prompt.expect { terminal in
            terminal.lines.contains { $0.hasPrefix("[1] verify 138****8000 calls 127.0.0.1:1 live: ") }
                && terminal.lines.last == "\(target) 1 +"
        }
        prompt.type(" y\r")
        try await prompt.expect { $0.lines.suffix(3) == ["\(target) 1 + y", "6", target] }
        prompt.type("y\r")
        try await prompt.expect { $0.lines.suffix(3) == ["\(target) y", "5", target] }
        prompt.type(":allow 2\r")
        try await prompt.expect { $0.lines.contains { $0.contains("no call waits under the number '2'") } }
        try await enter(prompt, ":refuse 1")
        try await prompt.expect { $0.lines.contains { $0.contains("nothing was sent: the live call was refused") } }
        try await prompt.expectPrompt(target)
        #expect(!prompt.lines.contains { $0.contains("connect_refused") })
    }

    @Test func allowedBackgroundCallIsSent() async throws {
        let prompt = try await livePrompt()
        prompt.type("moondial.spawn(function() return verify('13800138000', 'token').reason end)\r")
        try await prompt.expect {
            $0.lines.joined(separator: " ").contains(":allow 1 sends it") && $0.lines.last == target
        }
        try await enter(prompt, ":allow 1")
        try await prompt.expect { $0.lines.suffix(3) == ["[1] done:", "\"connect_refused\"", target] }
    }

    @Test func lineTypedAheadDoesNotAnswerTheQuestion() async throws {
        let prompt = try await livePrompt()
        prompt.type("y = 5\r")
        try await prompt.expect { $0.lines.suffix(2) == ["\(target) y = 5", target] }
        prompt.type("verify('13800138000', 'token').reason\ry\r")
        try await expectQuestion(prompt, "verify 138****8000 calls 127.0.0.1:1 live")
        prompt.type("n\r")
        try await expectRefusals(prompt, 1)
        // The line typed ahead was kept for the prompt.
        try await prompt.expect { $0.lines.suffix(2) == ["5", target] }
    }

    @Test func commandTypedAheadDoesNotAnswerTheQuestion() async throws {
        let prompt = try await livePrompt()
        // The commands are read while the block waits for an answer, and kept. When they run, both questions have been
        // shown.
        prompt.type(
            "moondial.spawn(function() return verify('13800138000', 'a').reason end) verify('13900139000', 'b')\r"
                + ":allow 1\r:allow 2\r")
        try await prompt.expect { terminal in
            terminal.lines.contains { $0.hasPrefix("[1] verify 138****8000 calls") }
                && terminal.lines.last?.hasSuffix("[y/N]") == true
        }
        let number = prompt.lines.joined(separator: " ").contains(":allow 1 sends it") ? 1 : 2
        prompt.type("n\r")
        try await prompt.expect { terminal in
            let text = terminal.lines.joined(separator: " ")
            return text.contains("typed before the question was shown")
                && text.contains("no call waits under the number '\(3 - number)'") && terminal.lines.last == target
        }
        try await enter(prompt, ":allow \(number) 1")
        try await prompt.expect { $0.lines.contains { $0.contains("no call waits under the number '\(number) 1'") } }
        try await prompt.expectPrompt(target)
        try await enter(prompt, ":allow \(number)")
        try await prompt.expect { $0.lines.suffix(3) == ["[1] done:", "\"connect_refused\"", target] }
    }

    @Test func concurrentCallsAskOneAfterTheOther() async throws {
        let prompt = try await livePrompt()
        prompt.type(
            "moondial.all { function() return pcall(verify, '13800138000', 'a') end, "
                + "function() return pcall(moondial.attempt, 'h5', '13900139000', 'b') end }\r")
        try await expectQuestion(prompt, "verify 138****8000 calls")
        prompt.type("n\r")
        try await expectQuestion(prompt, "moondial.attempt h5 139****9000 calls")
        prompt.type("\u{4}")
        try await prompt.expect { $0.lines.suffix(3) == ["false", "false", target] }
    }

    @Test func controlCEndsAScriptThatAsksRepeatedly() async throws {
        let prompt = try await livePrompt()
        prompt.type("while true do pcall(verify, '13800138000', 'a') end\r")
        try await expectQuestion(prompt, "verify 138****8000 calls")
        prompt.type("n\r")
        try await expectQuestion(prompt, "verify 138****8000 calls")
        prompt.type("\u{3}")
        try await prompt.expect { $0.lines.last == target }
    }

    @Test func pasteDoesNotAnswerAndKeysAfterTheAnswerAreKept() async throws {
        let prompt = try await livePrompt()
        prompt.type("verify('13800138000', 'token').reason\r")
        try await expectQuestion(prompt, "verify 138****8000 calls")
        prompt.type("\u{1B}[200~y\r\u{1B}[201~n\r6 * 7\r")
        try await expectRefusals(prompt, 1)
        try await prompt.expect { $0.lines.suffix(2) == ["42", target] }
    }

    @Test func questionIsWithdrawnWhenItsCallIsCancelled() async throws {
        let prompt = try await livePrompt()
        prompt.type(
            "moondial.all { function() verify('13800138000', 'a') end, function() error('gave up', 0) end }\r")
        try await prompt.expect { $0.lines.last == target && $0.lines.contains { $0.contains("gave up") } }
        prompt.type("1 + 1\r")
        try await prompt.expect { $0.lines.suffix(2) == ["2", target] }
    }

    @Test func yesHoldsForLaterCallsToo() async throws {
        let prompt = try await livePrompt()
        let call = "verify('13800138000', 'token').attempts[1].error.kind\r"
        prompt.type(call)
        try await expectQuestion(prompt, "verify 138****8000 calls")
        prompt.type("y\r")
        let answer = ["\"connect_refused\"", target]
        try await prompt.expect { $0.lines.suffix(2) == answer[...] }
        prompt.type(call)
        try await prompt.expect { $0.lines.count { $0 == answer[0] } == 2 && $0.lines.suffix(2) == answer[...] }
    }
}
