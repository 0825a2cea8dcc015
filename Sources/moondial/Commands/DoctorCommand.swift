// SPDX-License-Identifier: MIT

import ArgumentParser
import JSON
import MoondialPresentation
import MoondialRules
import MoondialWorkbench
import NIOCore
import NIOPosix

struct DoctorCommand: MoondialCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Look for what is wrong with this installation.",
        discussion: """
            Looks at the version, the terminal, the configuration, files with secrets, the rules, the simulator, the state \
            folder and the clock. With --live also resolves the provider's name, connects and checks its certificate; no \
            request is sent, so that costs nothing.

            The exit status is 1 when something fails.
            """)

    @Flag(help: "Print one line of JSON.")
    var json = false

    @Flag(help: "Also try to reach the provider, without a request.")
    var live = false

    @Option(help: .configurationFile, completion: .file())
    var config: String?

    func perform(_ shell: Shell) throws -> ExitStatus {
        var checkup = Checkup(shell: shell, config: config, isLive: live)
        checkup.lookAround()
        MultiThreadedEventLoopGroup.withCurrentThreadAsEventLoop { [checkup] eventLoop in
            var checkup = checkup
            checkup.askSimulator(on: eventLoop) { line in
                checkup.report.add(line)
                if !live { finish(checkup.report, shell) }
                checkup.reachProvider(on: eventLoop) { line in
                    checkup.report.add(line)
                    finish(checkup.report, shell)
                }
            }
        }
        preconditionFailure("the event loop ended before the process")
    }

    private func finish(_ report: DoctorReport, _ shell: Shell) -> Never {
        shell.output.write(json ? report.json.description + "\n" : report.text(style: shell.terminal.style))
        shell.end(report.status == .fail ? .denied : .done)
    }
}
