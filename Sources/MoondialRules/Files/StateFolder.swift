// SPDX-License-Identifier: MIT

import Platform
import TextFormats

/// The folder for files that programs keep for a user from one start to the next.
package enum StateFolder {
    /// `$XDG_STATE_HOME/moondial`, by default in `~/.local/state`; nil without a home. As the XDG base directory
    /// specification asks, a path that is not absolute is ignored.
    ///
    /// - Parameter environment: The variables of the process.
    /// - Returns: An absolute path, which may not exist yet.
    package static func path(_ environment: [String: String]) -> String? {
        func folder(_ name: String) -> String? { environment[name].flatMap { $0.hasPrefix("/") ? $0 : nil } }
        return (folder("XDG_STATE_HOME") ?? folder("HOME").map { $0 + "/.local/state" }).map { $0 + "/moondial" }
    }

    /// Makes a folder and its parents where they do not exist, with access for the user alone. A folder that cannot be
    /// made is no error here: opening a file in the folder fails then.
    ///
    /// - Parameter folder: A path.
    package static func make(_ folder: String) {
        var path = ""
        for part in folder.split(separator: "/", omittingEmptySubsequences: true) {
            path += (path.isEmpty && !folder.hasPrefix("/") ? "" : "/") + part
            _ = ByteText.withPath(path) { mkdir($0, 0o700) }
        }
    }
}
