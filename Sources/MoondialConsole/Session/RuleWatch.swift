// SPDX-License-Identifier: MIT

import MoondialRules
import NIOCore

/// Reloads the rules of a session when their files change.
final class RuleWatch {
    private weak var session: ReplSession?
    private var stamps: [String: [Int]?]
    private var timer: RepeatedTask?

    /// Looks twice a second.
    init(_ session: ReplSession) {
        self.session = session
        stamps = Self.stamps(session.setup.rulePaths)
        let watch = NIOLoopBound(self, eventLoop: session.eventLoop)
        timer = session.eventLoop.scheduleRepeatedTask(initialDelay: .milliseconds(500), delay: .milliseconds(500)) {
            _ in
            watch.value.look()
        }
    }

    func stop() {
        timer?.cancel()
        timer = nil
    }

    /// Reloads once for a change, whether or not what it has led to loads.
    func look() {
        guard let session else { return stop() }
        let now = Self.stamps(session.setup.rulePaths)
        guard now != stamps else { return }
        stamps = now
        do throws(Diagnostic) {
            try session.reload()
        } catch {
            session.note(lines: DiagnosticText(error, style: session.screen.notesStyle).text)
            session.note("the rules that loaded before stay in force")
        }
    }

    /// Of the files, and of those that lie in the folders.
    private static func stamps(_ paths: [String]) -> [String: [Int]?] {
        var stamps: [String: [Int]?] = [:]
        for path in paths {
            stamps[path] = .some(Files.stamp(path))
            for name in Files.names(in: path) where name.hasSuffix(".lua") {
                stamps["\(path)/\(name)"] = .some(Files.stamp("\(path)/\(name)"))
            }
        }
        return stamps
    }
}
