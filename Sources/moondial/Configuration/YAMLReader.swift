// SPDX-License-Identifier: MIT

import MoondialLua
import MoondialRules
import NumberVerification
import Yams

/// Reads YAML into texts and JSON, with line numbers and without surprises.
///
/// A plain scalar is what it would be in JSON: `true`, `false`, `null` and JSON's numbers; everything else is a text, so
/// `no`, `007` and `+8613800138000` stay what they are.
struct YAMLReader {
    struct Key {
        let name: String
        let site: LuaSite

        /// The excerpt shows the key without its value, which may be a secret.
        func failure(_ message: String, fix: String? = nil) -> Failure {
            let shown = String(escaping: name.utf8)
            return Failure(
                Diagnostic(.configuration, message, site: site, sourceLine: "\(shown): …", subject: shown, fix: fix))
        }
    }

    let path: String
    /// How many more values may be read: aliases can make a small file large.
    private var allowance = 10_000

    init(path: String) {
        self.path = path
    }

    /// Nil for a file without content.
    func root(of text: [UInt8]) throws(Failure) -> Node? {
        guard let text = String(validating: text, as: UTF8.self) else { throw failure("the file is not UTF-8") }
        do {
            return try compose(yaml: text, .default, .default, .utf8)
        } catch let error as YamlError {
            let (problem, line) = Self.explanation(of: error)
            throw failure(problem, line: line)
        } catch {
            throw failure("\(error)")
        }
    }

    func members(of node: Node) throws(Failure) -> [(key: Key, value: Node)] {
        guard case .mapping(let mapping) = node else {
            throw failure("expected a map of settings", line: node.mark?.line)
        }
        var members: [(key: Key, value: Node)] = []
        for (key, value) in mapping {
            guard case .scalar(let scalar) = key else {
                throw failure("expected a text as key", line: key.mark?.line)
            }
            members.append((Key(name: scalar.string, site: site(line: scalar.mark?.line)), value))
        }
        return members
    }

    /// The text of a scalar, or those of a list of scalars.
    func texts(of node: Node, isList: Bool) throws(Failure) -> [String] {
        switch node {
        case .scalar(let scalar): return [scalar.string]
        case .sequence(let sequence) where isList:
            var texts: [String] = []
            for element in sequence { texts += try self.texts(of: element, isList: false) }
            return texts
        default: throw failure(isList ? "expected a text or a list of texts" : "expected a text", line: node.mark?.line)
        }
    }

    mutating func json(_ node: Node, depth: Int = 0) throws(Failure) -> JSON {
        allowance -= 1
        guard allowance >= 0, depth <= 16 else {
            throw failure("config: more than 10,000 values, or more than 16 levels", line: node.mark?.line)
        }
        switch node {
        case .scalar(let scalar): return try json(scalar)
        case .sequence(let sequence):
            var elements: [JSON] = []
            for element in sequence { elements.append(try json(element, depth: depth + 1)) }
            return .array(elements)
        case .mapping:
            var object = JSON.Object()
            for (key, value) in try members(of: node) { object[key.name] = try json(value, depth: depth + 1) }
            return .object(object)
        case .alias(let alias): throw failure("unknown alias", line: alias.mark?.line)
        }
    }

    private func json(_ scalar: Node.Scalar) throws(Failure) -> JSON {
        guard scalar.style == .plain, scalar.tag.description != Tag.Name.str.rawValue else {
            return .string(scalar.string)
        }
        switch scalar.string {
        case "", "~", "null": return .null
        case "true": return true
        case "false": return false
        case let text where text.first == "-" || text.first?.isNumber == true:
            do {
                return try JSON.parse(text.utf8)
            } catch  where error.code == .integerOutOfRange || error.code == .doubleOutOfRange {
                throw failure("config: the number does not fit 64 bits; put it in quotes", line: scalar.mark?.line)
            } catch {
                return .string(text)
            }
        case let text: return .string(text)
        }
    }

    // MARK: - Errors

    private func site(line: Int?) -> LuaSite {
        LuaSite(source: .file(path), line: line ?? 1)
    }

    /// Without an excerpt: the line may hold a secret.
    private func failure(_ message: String, line: Int? = nil) -> Failure {
        Failure(Diagnostic(.configuration, message, site: site(line: line)))
    }

    private static func explanation(of error: YamlError) -> (problem: String, line: Int?) {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            ("not YAML: \(problem)", mark.line)
        case .reader(let problem, _, _, _): ("not YAML: \(problem)", nil)
        case .duplicatedKeysInMapping(let duplicates, let context):
            (
                "the key '\(String(escaping: duplicates.joined(separator: ", ").utf8))' stands there twice",
                context.mark.line
            )
        default: ("not YAML", nil)
        }
    }
}
