// SPDX-License-Identifier: MIT

import MoondialRules
import Platform

/// What a command has of the world around it.
struct Shell {
    let environment: Environment
    let input: Terminal
    let terminal: Terminal
    let errorTerminal: Terminal
    let output: StandardOutput
    let errors: StandardError

    init(environment: Environment) {
        self.environment = environment
        input = Terminal(.input, environment: environment)
        terminal = Terminal(.output, environment: environment)
        errorTerminal = Terminal(.error, environment: environment)
        output = StandardOutput(isTerminal: terminal.isInteractive)
        errors = StandardError(style: errorTerminal.style)
    }

    /// Ends the process.
    func end(_ status: ExitStatus) -> Never {
        output.flush()
        exit(status.rawValue)
    }

    /// Ends the process with a message.
    func end(_ failure: Failure) -> Never {
        output.flush()
        errors.write(failure.diagnostic)
        exit(failure.status.rawValue)
    }

    /// Ends the process because of an error that nobody expected.
    func end(bug error: any Error) -> Never {
        output.flush()
        errors.write(
            "error[internal]: \(error)\n"
                + "  = fix: this is a bug in moondial; please report it with the command line and the rules, without "
                + "secrets\n")
        exit(ExitStatus.internalError.rawValue)
    }
}
