// SPDX-License-Identifier: MIT

import PseudoTerminals
import Testing

/// Blocks over several lines that arrive in one write, as from `expect`, `tmux send-keys` and pastes without brackets.
@Suite("Fast typing", .timeLimit(.minutes(10)))
struct FastTypingTests {
    @Test(arguments: ["", "=", "==", "==="])
    func longStringsAndCommentsAreOneBlock(level: String) async throws {
        let prompt = try await TerminalProcess()
        try await prompt.expectPrompt()
        for round in 1...10 {
            prompt.type("x = [\(level)[\ra\rb ] (\rc\rd\r]\(level)]\r")
            prompt.type("--[\(level)[ one\rtwo\rthree ]\(level)] x = x .. '!'\r")
            prompt.type("x:sub(-3), \(round)\r")
            try await prompt.expect { $0.lines.suffix(3) == [#""d\n!""#, "\(round)", "sim>"] }
        }
        #expect(!prompt.lines.contains { $0.hasPrefix("error") })
    }

    @Test func stringsContinuedInTheNextLineAreOneBlock() async throws {
        let prompt = try await TerminalProcess()
        try await prompt.expectPrompt()
        prompt.type("a = \"one\\\rtwo\\z\r   three\"\r#a\r")
        try await prompt.expect { $0.lines.suffix(2) == ["12", "sim>"] }
        #expect(!prompt.lines.contains { $0.hasPrefix("error") })
    }
}
