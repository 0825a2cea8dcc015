// SPDX-License-Identifier: MIT

import JSON
import MoondialLua
import MoondialRules
import NumberVerification
import TextFormats
import Yams

/// Reads YAML into texts and JSON, with line numbers. Values that readers of YAML disagree on are refused.
///
/// Under `config`, the core schema of YAML 1.2 gives the type of a plain scalar; see ``YAMLScalar``. The values of
/// other settings are read as texts, which each setting parses.
struct YAMLReader {
    struct Key {
        let name: String
        let site: LuaSite

        var shown: String { String(escaping: name.utf8) }

        /// A failure whose excerpt shows the key without its value, which may be a secret.
        func failure(_ message: String, fix: String? = nil) -> Failure {
            Failure(
                Diagnostic(.configuration, message, site: site, sourceLine: "\(shown): …", subject: shown, fix: fix))
        }
    }

    let path: String
    /// How many values and bytes of text may be read: aliases can make a small file large.
    private static let (maximumValues, maximumBytes) = (10_000, 1 << 20)
    private var values = maximumValues
    private var bytes = maximumBytes

    init(path: String) {
        self.path = path
    }

    /// Nil for a file without content.
    func root(of text: [UInt8]) throws(Failure) -> Node? {
        let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let content = text.starts(with: byteOrderMark) ? text.dropFirst(byteOrderMark.count) : text[...]
        guard let text = String(validating: content, as: UTF8.self) else { throw failure("the file is not UTF-8") }
        do {
            return try compose(yaml: text, .default, .default, .utf8)
        } catch let error as YamlError {
            let (problem, line) = Self.explanation(of: error)
            if let line, Self.isIndentedByTab(line, of: text) {
                throw failure("not YAML: the line is indented by a tab", line: line, fix: "indent it with spaces")
            }
            throw failure(problem, line: line)
        } catch {
            throw failure("\(error)")
        }
    }

    private static func isIndentedByTab(_ line: Int, of text: String) -> Bool {
        let lines = text.lines
        guard lines.indices.contains(line - 1) else { return false }
        return lines[line - 1].prefix { $0 == " " || $0 == "\t" }.contains("\t")
    }

    /// The members of the map that stands at `owner`, or is the whole file; none if nothing stands there, as in a section
    /// in which every line is a comment.
    func members(of node: Node, at owner: Key? = nil) throws(Failure) -> [(key: Key, value: Node)] {
        if case .scalar(let scalar) = node, isPlain(scalar), YAMLScalar(plain: scalar.string) == .null { return [] }
        guard case .mapping(let mapping) = node else {
            let message = "expected a map of settings"
            throw owner.map { $0.failure("\($0.shown): \(message)") } ?? failure(message, line: node.mark?.line)
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

    /// The text that stands at `key`.
    func text(of node: Node, at key: Key) throws(Failure) -> String {
        guard case .scalar(let scalar) = node else { throw key.failure("\(key.shown): expected a text") }
        return scalar.string
    }

    /// The text that stands at `key`, or those of a list of texts.
    func texts(of node: Node, at key: Key) throws(Failure) -> [String] {
        let elements = if case .sequence(let sequence) = node { Array(sequence) } else { [node] }
        var texts: [String] = []
        for case .scalar(let scalar) in elements { texts.append(scalar.string) }
        guard texts.count == elements.count else {
            throw key.failure("\(key.shown): expected a text or a list of texts")
        }
        return texts
    }

    /// The value of a node, with plain scalars as in the core schema of YAML 1.2. A member of a map without a value is
    /// absent, so that it is nil in Lua; in a list it stays.
    mutating func json(_ node: Node, depth: Int = 0) throws(Failure) -> JSONValue {
        guard depth <= 16 else { throw failure("config: more than 16 levels", line: node.mark?.line) }
        try charge(0, node)
        switch node {
        case .scalar(let scalar): return try json(scalar, node)
        case .sequence(let sequence):
            try checkTag(node, in: [Tag.Name.seq.rawValue])
            var elements: [JSONValue] = []
            for element in sequence { elements.append(try json(element, depth: depth + 1)) }
            return .array(elements)
        case .mapping(let mapping):
            try checkTag(node, in: [Tag.Name.map.rawValue])
            var object = JSONObject()
            for (key, value) in mapping {
                let name = try configKey(key)
                try charge(name.utf8.count, key)
                guard object[name] == nil else {
                    throw failure(
                        "config: the key '\(String(escaping: name.utf8))' stands there twice", line: key.mark?.line)
                }
                object[name] = try json(value, depth: depth + 1)
            }
            return .object(object)
        case .alias(let alias): throw failure("unknown alias", line: alias.mark?.line)
        }
    }

    /// Counts a value and the bytes of its text. Values that an alias repeats are counted each time.
    private mutating func charge(_ bytes: Int, _ node: Node) throws(Failure) {
        values -= 1
        self.bytes -= bytes
        guard values >= 0, self.bytes >= 0 else {
            throw failure(
                "config: more than 10,000 values, or more than 1 MiB of text; put data in a module",
                line: node.mark?.line)
        }
    }

    /// The text of a key. A plain key that would be a number or boolean as a value is refused: rules would look for the
    /// number 1001 and not find the text "1001".
    private func configKey(_ node: Node) throws(Failure) -> String {
        guard case .scalar(let scalar) = node else {
            throw failure("config: expected a text as key", line: node.mark?.line)
        }
        let shown = String(escaping: scalar.string.utf8.prefix(60))
        // The tag of a plain key cannot be used: the parser derives it from the text by the schema of YAML 1.1.
        guard scalar.style == .plain else {
            try checkTag(node, in: [Tag.Name.str.rawValue])
            return scalar.string
        }
        if scalar.string == "<<" { throw failure("config: merge keys (<<) are not supported", line: node.mark?.line) }
        guard YAMLScalar(plain: scalar.string) == .text else {
            throw failure(
                "config: the key '\(shown)' is no text", line: node.mark?.line,
                fix: "put it in quotes: \"\(shown)\"; rules find it under this text")
        }
        return scalar.string
    }

    private mutating func json(_ scalar: Node.Scalar, _ node: Node) throws(Failure) -> JSONValue {
        try charge(scalar.string.utf8.count, node)
        try checkTag(node, in: [Tag.Name.str.rawValue])
        guard isPlain(scalar) else { return .string(scalar.string) }
        switch YAMLScalar(plain: scalar.string) {
        case .null: return .null
        case .bool(let value): return .bool(value)
        case .integer(let value): return .integer(value)
        case .double(let value): return .double(value)
        case .text: return .string(scalar.string)
        case .outOfRange:
            throw failure("config: the number does not fit 64 bits; put it in quotes", line: scalar.mark?.line)
        case .ambiguous(let reason):
            let shown = String(escaping: scalar.string.utf8.prefix(60))
            throw failure(
                "config: '\(shown)' is \(reason)", line: scalar.mark?.line,
                fix: "put a text in quotes: \"\(shown)\"; write booleans as true and false, numbers in decimal")
        }
    }

    private func isPlain(_ scalar: Node.Scalar) -> Bool {
        let tag = scalar.tag.description
        return scalar.style == .plain && tag != Tag.Name.str.rawValue && tag != Tag.Name.nonSpecific.rawValue
    }

    /// Refuses tags that ask for a conversion: ignoring them would change the meaning of the value.
    private func checkTag(_ node: Node, in allowed: [String]) throws(Failure) {
        let tag =
            switch node {
            case .scalar(let scalar): scalar.tag.description
            case .sequence(let sequence): sequence.tag.description
            case .mapping(let mapping): mapping.tag.description
            case .alias: ""
            }
        let plain = [Tag.Name.implicit.rawValue, Tag.Name.nonSpecific.rawValue]
        guard plain.contains(tag) || allowed.contains(tag) else {
            throw failure(
                "config: the tag '\(String(escaping: tag.utf8.prefix(60)))' is not supported", line: node.mark?.line)
        }
    }

    // MARK: - Errors

    private func site(line: Int?) -> LuaSite {
        LuaSite(source: .file(path), line: line ?? 1)
    }

    /// A failure without an excerpt, since the line may hold a secret.
    private func failure(_ message: String, line: Int? = nil, fix: String? = nil) -> Failure {
        Failure(Diagnostic(.configuration, message, site: site(line: line), fix: fix))
    }

    private static func explanation(of error: YamlError) -> (problem: String, line: Int?) {
        switch error {
        case .composer(_, "expected a single document in the stream", let mark, _),
            .composer(_, "but found another document", let mark, _):
            ("the file holds more than one document, of which each begins with ---; expected one", mark.line)
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
