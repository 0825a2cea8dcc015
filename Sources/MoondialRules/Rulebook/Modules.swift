// SPDX-License-Identifier: MIT

import MoondialLua

/// Finds the modules that `require` names, inside the given folders only.
struct Modules {
    /// Searched in order.
    var roots: [String]

    struct NotFound: Error {
        let message: String
    }

    /// "lib.phones" is `lib/phones.lua` or `lib/phones/init.lua` of the first folder that has it.
    func source(named name: String) throws(NotFound) -> RuleSource {
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy(Self.isNameByte) }) else {
            throw NotFound(
                message: "module name '\(String(escaping: name.utf8.prefix(100)))' is not made of letters, digits, '_' and '-' with dots between")
        }
        let path = parts.joined(separator: "/")
        var tried: [String] = []
        for root in roots {
            for candidate in ["\(root)/\(path).lua", "\(root)/\(path)/init.lua"] {
                let shown = candidate.hasPrefix("./") ? String(candidate.dropFirst(2)) : candidate
                tried.append(shown)
                guard let resolved = FileSystem.realPath(candidate), let base = FileSystem.realPath(root) else { continue }
                guard base == "/" || resolved.hasPrefix(base + "/") else {
                    throw NotFound(message: "module '\(name)': '\(shown)' leads out of the rules folder")
                }
                do {
                    return RuleSource(
                        name: .file(shown), text: try FileSystem.read(resolved, limit: RuleFiles.maximumFileSize))
                } catch {
                    throw NotFound(message: "module '\(name)': cannot read '\(shown)': \(error.reason)")
                }
            }
        }
        throw NotFound(message: "module '\(name)' not found: no \(tried.joined(separator: ", no "))")
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
