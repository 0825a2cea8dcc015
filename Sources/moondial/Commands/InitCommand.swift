// SPDX-License-Identifier: MIT

import ArgumentParser
import MoondialWorkbench

struct InitCommand: MoondialCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Begin a folder of rules.",
        discussion: """
            Writes rules with their tests, moondial.yaml, files for editors and a workflow of GitHub Actions. Files that are \
            there are kept.

            The template minimal decides by the answer and logs alarms, fallback also repairs a wrong endpoint, and gateway \
            is also ready to be served.
            """)

    @Argument(
        help: ArgumentHelp("The folder to write to (default: the working folder).", valueName: "folder"),
        completion: .directory)
    var folder = "."

    @Option(help: ArgumentHelp("minimal, fallback or gateway (default: minimal).", valueName: "name"))
    var template: ProjectTemplate = .minimal

    func perform(_ shell: Shell) throws -> ExitStatus {
        let writer = FolderWriter(folder)
        var report = WrittenFiles(folder)
        for file in template.files(version: Version.number) {
            try report.note(file.path) { path throws(FolderWriter.Failure) in try writer.write(file.text, to: path) }
        }
        shell.output.write(report.text)
        if report.hasKept { shell.errors.warn("files that were there are kept as they are") }
        let place = folder == "." ? "" : "In that folder, "
        shell.output.write("\n\(place.isEmpty ? "Try" : "\(place)try") 'moondial check', then change a rule.\n")
        return .done
    }
}

extension ProjectTemplate: ExpressibleByArgument {}
