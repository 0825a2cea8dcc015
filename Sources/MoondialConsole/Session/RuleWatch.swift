// SPDX-License-Identifier: MIT

import MoondialPresentation
import MoondialRules
import NIOCore

/// Reloads the rules of a session when one of their files changes, appears or goes: a rule file, a module, or any other
/// `*.lua` file in the folders that were named.
final class RuleWatch {
    private weak var session: ReplSession?
    /// The stamps of the files when the rules were last loaded, or last tried.
    private var seen: FileStamps
    private var timer: RepeatedTask?

    /// Checks the files twice a second.
    init(_ session: ReplSession) {
        self.session = session
        seen = session.engine.fileStamps
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

    /// To be called after other rules have loaded.
    func renew() {
        if let session { seen = session.engine.fileStamps }
    }

    /// Reloads once for a change, whether or not the changed files load.
    func look() {
        guard let session else { return stop() }
        // Adds modules that a block at the prompt has loaded since.
        seen.addMissing(from: session.engine.fileStamps)
        let now = seen.refreshed()
        guard now != seen else { return }
        do throws(Diagnostic) {
            try session.reload()
        } catch {
            seen = now
            // Adds files that only the new rules need.
            seen.addMissing(from: session.engine.fileStamps)
            session.note(error)
            session.note("the rules that loaded before stay in force")
        }
    }
}
