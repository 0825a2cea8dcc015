// SPDX-License-Identifier: MIT

import MoondialRules
import Platform

/// A copy of a file or folder of a git revision, in a temporary folder.
struct GitRevision {
    /// The path of the copy.
    let path: String
    private let folder: String

    /// - Parameter text: As git names it, `REF:PATH`, with the path from the top of the repository.
    /// - Throws: A failure when git does not find the path. Git has then written its message to standard error.
    init(_ text: String) throws(Failure) {
        guard let colon = text.firstIndex(of: ":"), colon != text.startIndex, text[colon...].count > 1,
            !text.hasPrefix("-")
        else {
            throw Failure.usage("--old: REF:PATH expected, such as HEAD~1:rules, got '\(text)'")
        }
        folder = try Self.makeFolder()
        let name = text.split(separator: "/").last.map(String.init) ?? text
        let last = name.split(separator: ":").last.map(String.init) ?? name
        let status = try? ShellScript.run(
            // For a file, its whole folder is copied, since the file may require modules.
            """
            case $(git cat-file -t "$1") in
            tree) git archive --format=tar "$1" | tar -xf - -C "$2" ;;
            blob) tree=${1%"$3"}; git archive --format=tar "${tree%/}" | tar -xf - -C "$2" ;;
            *) exit 1 ;;
            esac && if [ -e "$2/$3" ] && [ "$(git cat-file -t "$1")" = blob ]; then exit 10; fi
            """, [text, folder, last])
        switch status {
        case 0: path = folder
        case 10: path = folder + "/" + last
        default:
            _ = try? ShellScript.run("rm -rf -- \"$1\"", [folder])
            throw Failure(
                Diagnostic(
                    .inputOutput, "git has no '\(text)'",
                    fix: "name a revision and a path from the top of the repository"),
                status: .noInput)
        }
    }

    /// Deletes the copy.
    func remove() { _ = try? ShellScript.run("rm -rf -- \"$1\"", [folder]) }

    private static func makeFolder() throws(Failure) -> String {
        var template = Array(((Environment.current["TMPDIR"] ?? "/tmp") + "/moondial-XXXXXX").utf8CString)
        guard mkdtemp(&template) != nil else {
            throw Failure(
                Diagnostic(.inputOutput, "cannot make a temporary folder: \(Errno.last.description)"))
        }
        return template.withUnsafeBufferPointer { buffer in
            buffer.baseAddress.map { String(cString: $0) } ?? ""
        }
    }
}
