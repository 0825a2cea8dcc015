// SPDX-License-Identifier: MIT

import MoondialLua
import MoondialRules

/// Determines the shape of an expression in a text without running it: from the registry, from assignments in the same
/// text, and from the present globals.
struct ValueShapes {
    let text: LuaText
    /// See `ScriptHost.names(at:)`.
    let names: ([LuaKey]) -> (type: String, fields: [(name: String, type: String)])

    /// How many assignments are followed one after the other.
    private static let mostAssignments = 8

    /// The shape of a chain, if it can be determined.
    func shape(of chain: LuaChain) -> Registry.Shape? { shape(of: chain, depth: 0) }

    /// The arguments of the hooks around a token, with their names in the text and their records.
    func arguments(around index: Int) -> [(name: String, record: String)] {
        CallSite.functions(around: index, in: text).flatMap { name, position in
            let parameters = Registry.hooks.first { $0.name == name }?.parameters.map(\.name) ?? []
            return zip(parameterNames(after: position), parameters).map { (name: $0, record: $1) }
        }
    }

    private func shape(of chain: LuaChain, depth: Int) -> Registry.Shape? {
        var shape: Registry.Shape?
        var path: String?
        switch chain.root {
        case .string: shape = .string
        case .name(let name):
            if let argument = arguments(around: chain.start).last(where: { $0.name == name }) {
                shape = .record(argument.record)
            } else {
                shape = assignment(of: name, before: chain.start, depth: depth)
                if shape == nil { path = name }
            }
        case .other: return nil
        }
        // The keys that lead to the value from the globals, and its name in the registry, as long as they exist.
        var keys: [LuaKey]? = path.map { [.text($0)] }
        for step in chain.steps {
            let before = shape ?? keys.flatMap(live)
            shape = Self.part(step, of: before) ?? path.flatMap { step == .call ? Registry.shape(ofResult: $0) : nil }
            switch step {
            case .method(let name):
                path = before == .string ? "string.\(name)" : nil
                keys = nil
            case .key(let key):
                keys?.append(key)
                if case .text(let name) = key { path = path.map { "\($0).\(name)" } } else { path = nil }
            case .call, .element: (path, keys) = (nil, nil)
            }
        }
        return shape ?? keys.flatMap(live)
    }

    private static func part(_ step: LuaChain.Step, of shape: Registry.Shape?) -> Registry.Shape? {
        switch (shape, step) {
        case (.record(let record)?, .key(.text(let name))): Registry.shape(ofField: name, in: record)
        case (.list(let element)?, .key(.integer)), (.list(let element)?, .element): .record(element)
        default: nil
        }
    }

    private func live(_ keys: [LuaKey]) -> Registry.Shape? {
        let (type, fields) = names(keys)
        if type == "string" { return .string }
        return Registry.record(withFields: fields.map(\.name)).map { .record($0) }
    }

    /// The shape of the value that a name got last: by `x = …`, or as the element of a list in a loop.
    private func assignment(of name: String, before index: Int, depth: Int) -> Registry.Shape? {
        guard depth < Self.mostAssignments else { return nil }
        for candidate in stride(from: index - 1, through: 0, by: -1) where isName(name, at: candidate) {
            if text.isSign(candidate + 1, "="), !text.isSign(candidate - 1, ",") {
                return LuaChain(startingAt: candidate + 2, in: text).flatMap { shape(of: $0, depth: depth + 1) }
            }
            let isElement =
                text.isSign(candidate - 1, ",") && text.keyword(candidate + 1) == .in
                && isName("ipairs", at: candidate + 2) && text.isSign(candidate + 3, "(")
            guard isElement, let list = LuaChain(startingAt: candidate + 4, in: text) else { continue }
            return shape(of: list, depth: depth + 1).flatMap { Self.part(.element, of: $0) }
        }
        return nil
    }

    private func isName(_ name: String, at index: Int) -> Bool {
        text.isName(index) && !text.isSign(index - 1, ".") && !text.isSign(index - 1, ":")
            && text.text(text.tokens[index]) == name
    }

    /// The names in `function (a, b)`, where the keyword has this index.
    private func parameterNames(after keyword: Int) -> [String] {
        guard text.isSign(keyword + 1, "(") else { return [] }
        var names: [String] = []
        var index = keyword + 2
        while text.isName(index) {
            names.append(text.text(text.tokens[index]))
            guard text.isSign(index + 1, ",") else { break }
            index += 2
        }
        return names
    }
}
