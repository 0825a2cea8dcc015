// SPDX-License-Identifier: MIT

import MoondialLua

/// Finds the modules that `require` names, inside the given folders only.
struct Modules {
    /// Searched in order.
    private(set) var roots: [String]

    struct NotFound: Error {
        let message: String
    }

    /// Puts a folder before the others.
    mutating func addRoot(_ root: String) {
        roots = [root] + roots.filter { $0 != root }
    }

    /// "lib.phones" is `lib/phones.lua` or `lib/phones/init.lua` of the first folder that has it.
    func source(named name: String) throws(NotFound) -> RuleSource {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(Self.isNameByte) }) else {
            throw NotFound(
                message: "module name '\(String(escaping: name.utf8.prefix(100)))' is not made of letters, digits, '_' "
                    + "and '-' with dots between")
        }
        let path = parts.joined(separator: "/")
        var tried: [String] = []
        for root in roots {
            for candidate in ["\(root)/\(path).lua", "\(root)/\(path)/init.lua"] {
                let shown = candidate.hasPrefix("./") ? String(candidate.dropFirst(2)) : candidate
                tried.append(shown)
                do throws(FileSystem.Failure) {
                    if let text = try Self.read(candidate, in: root) {
                        return RuleSource(name: .file(shown), text: text)
                    }
                } catch {
                    throw NotFound(message: "module '\(name)': cannot read '\(shown)': \(error.reason)")
                }
            }
        }
        if tried.isEmpty { throw NotFound(message: "module '\(name)' not found: there is no folder to look in") }
        throw NotFound(message: "module '\(name)' not found: no \(tried.joined(separator: ", no "))")
    }

    /// The text of a file inside the folder, nil when there is none. A link may lead anywhere inside.
    private static func read(_ path: String, in root: String) throws(FileSystem.Failure) -> [UInt8]? {
        guard let file = try FileSystem.realPath(path), let folder = try FileSystem.realPath(root) else { return nil }
        guard folder == "/" || file.hasPrefix(folder + "/") else {
            throw FileSystem.Failure(path: path, reason: "it leads out of the rules folder")
        }
        return try FileSystem.read(file, limit: RuleSource.maximumSize)
    }

    private static func isNameByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }
}
