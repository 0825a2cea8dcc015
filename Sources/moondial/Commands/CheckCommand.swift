// SPDX-License-Identifier: MIT

import ArgumentParser
import LuaCheck
import MoondialRules
import MoondialWorkbench
import Platform

struct CheckCommand: MoondialCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Find mistakes in rule files, tests and scripts.",
        discussion: """
            Checks the files, the rule files of folders, and the modules that they require; without any, those that are \
            configured. Rules are also loaded, and explored as by 'moondial explore'. 'moondial explain CODE' explains \
            what is found.

            A comment at the end of the line, or alone on the line before, switches a finding off:

              -- moondial: ignore CODE reason

            The exit status is 0 when no error was found, 1 when one was, and 65 when a file does not compile or load.
            """)

    @Argument(
        help: ArgumentHelp("Rule files, folders of them, test files and scripts.", valueName: "file"),
        completion: .file())
    var files: [String] = []

    @Option(help: ArgumentHelp("pretty, short, json, sarif or github (default: pretty).", valueName: "format"))
    var format: FindingReport.Format = .pretty

    @Flag(name: .customLong("static"), help: "Read and load the files, and do not explore the rules.")
    var isStatic = false

    @Flag(help: "Let warnings count as errors.")
    var strict = false

    @Option(help: .configurationFile, completion: .file())
    var config: String?

    func perform(_ shell: Shell) throws -> ExitStatus {
        let settings = try RuleSettings(SettingSources(flags: [:], config: config, shell: shell))
        let paths = files.isEmpty ? settings.rules ?? [] : files
        guard !paths.isEmpty else {
            throw Failure.usage("no files are named", fix: "name rule files or folders, or set rules in moondial.yaml")
        }
        let check = try RuleCheck(paths, settings: settings.ofEngine)
        let explored = isStatic ? nil : check.explore(at: WallClock.milliseconds())
        let findings = check.findings.map(CheckFinding.init) + (explored?.findings ?? [])
        let report = FindingReport(
            findings, fileCount: check.fileCount, pathCount: explored?.pathCount, version: Version.number)
        shell.output.write(report.text(format, style: shell.terminal.style))
        if let omission = explored?.omission { shell.errors.warn(omission) }
        if !check.loads { return .badData }
        let isBad = findings.contains { $0.severity == .error || strict && $0.severity == .warning }
        return isBad ? .denied : .done
    }
}

extension FindingReport.Format: ExpressibleByArgument {}
