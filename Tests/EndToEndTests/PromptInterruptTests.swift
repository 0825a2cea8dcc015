// SPDX-License-Identifier: MIT

import Foundation
import PseudoTerminals
import Testing

@Suite("Ctrl-C and Ctrl-Z at the prompt", .timeLimit(.minutes(5)))
struct PromptInterruptTests {
    @Test(
        "Ctrl-C stops a script whatever it does",
        arguments: [
            "while true do end", "while true do pcall(error) end",
            "coroutine.wrap(function() while true do pcall(error) end end)()",
            "return (\"a\"):rep(120):find(\".-.-.-.-b\")",
            "while true do pcall(coroutine.wrap(function() local t <close> = setmetatable({}, { __close = function() "
                + "while true do end end }) error() end)) end",
        ])
    func aScript(_ script: String) async throws {
        let prompt = try await TerminalProcess(width: 200)
        await prompt.expectPrompt()
        // What is printed comes when the terminal is as it is for scripts.
        prompt.type("print \"busy\" \(script)\r")
        await prompt.expect { $0.lines.contains("busy") }
        prompt.type("\u{3}")
        await prompt.expectPrompt()
        #expect(prompt.lines.contains("error[cancelled]: interrupted"))
        #expect(await prompt.run("6 * 7") == ["42"])
        prompt.type("\u{4}")
        #expect(await prompt.finish() == 0)
    }

    @Test func aCallInFlight() async throws {
        let prompt = try await TerminalProcess(width: 200)
        await prompt.expectPrompt()
        prompt.type("print \"busy\" return verify(\"13800138000\", \"sim:delay=600s\")\r")
        await prompt.expect { $0.lines.contains("busy") }
        prompt.type("\u{3}")
        await prompt.expectPrompt()
        #expect(
            prompt.lines.contains(
                "interrupted: the attempt at mobile may have been delivered, the token may be spent"))
        #expect(await prompt.run("6 * 7") == ["42"])
    }

    @Test func whatIsTypedAheadIsThere() async throws {
        let prompt = try await TerminalProcess()
        await prompt.expectPrompt()
        prompt.type("print \"busy\" return moondial.attempt(\"h5\", \"13800138000\", \"sim:delay=300ms\").code\r")
        await prompt.expect { $0.lines.contains("busy") }
        prompt.type("6 * 7\r")
        await prompt.expect { $0.lines.suffix(3) == ["sim> 6 * 7", "42", "sim>"] }
    }

    @Test func aStoppedPromptComesBack() async throws {
        let prompt = try await TerminalProcess(["-i"], program: "/bin/sh", environment: ["PS1": "shell$ "])
        await prompt.expect { $0.lines.last == "shell$" }
        prompt.type("\"$MOONDIAL\"\r")
        await prompt.expectPrompt()
        prompt.type("6 *")
        await prompt.expect { $0.lines.last == "sim> 6 *" }
        prompt.type("\u{1A}")
        await prompt.expect { $0.lines.last == "shell$" && !$0.isPasteBracketed }
        prompt.type("fg\r")
        await prompt.expect { $0.lines.last == "sim> 6 *" && $0.isPasteBracketed }
        prompt.type(" 7\r")
        await prompt.expect { $0.lines.suffix(3) == ["sim> 6 * 7", "42", "sim>"] }
        prompt.type("\u{4}")
        await prompt.expect { $0.lines.last == "shell$" }
        prompt.type("exit\r")
        #expect(await prompt.finish() == 0)
    }
}
