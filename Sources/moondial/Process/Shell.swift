// SPDX-License-Identifier: MIT

import MoondialRules
import Platform

/// The environment and the standard streams of a command.
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
        let writer = OutputWriter(STDOUT_FILENO)
        output = StandardOutput(writer, isTerminal: terminal.isInteractive)
        // Two writers to one place would mix up the order.
        let errorWriter = OutputWriter.isSame(STDOUT_FILENO, STDERR_FILENO) ? writer : OutputWriter(STDERR_FILENO)
        errors = StandardError(errorWriter, style: errorTerminal.style)
    }

    /// Ends the process. After a signal, what the readers of the streams do not take within a second is lost.
    func end(_ status: ExitStatus) -> Never {
        let patience = status.isSignal ? 1.0 : nil
        output.drain(within: patience)
        errors.drain(within: patience)
        exit(status.rawValue)
    }

    /// Ends the process with a message.
    func end(_ failure: Failure) -> Never {
        output.drain()
        errors.write(failure.diagnostic)
        end(failure.status)
    }

    /// Ends the process because of an unexpected error, which is a bug.
    func end(bug error: any Error) -> Never {
        output.drain()
        errors.write(
            "error[internal]: \(error)\n"
                + "  = fix: this is a bug in moondial; please report it with the command line and the rules, without "
                + "secrets\n")
        end(.internalError)
    }
}
