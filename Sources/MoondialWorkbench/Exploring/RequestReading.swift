// SPDX-License-Identifier: MIT

import LuaSyntax
import MoondialLua
import MoondialRules

/// The fields of `req` that the hooks of rules can read, found in their text.
///
/// Requests that differ only in other fields have the same results, since everything else that a hook can read is the
/// same for them. All fields count if the text does not show which are read: if a hook is not a function in a rule
/// file, takes `...`, or does anything with `req` except reading a field by its name.
struct RequestReading {
    /// The fields; nil for all.
    private let fields: Set<String>?

    /// - Parameters:
    ///   - outline: The rules.
    ///   - sources: The files that define the rules.
    init(_ outline: RulebookOutline, _ sources: [RuleSource]) {
        var trees: [String: SyntaxTree] = [:]
        for source in sources { trees[source.name.description] = try? SyntaxTree(file: source.text) }
        var fields: Set<String> = []
        for rule in outline.rules {
            for (hook, site) in rule.hooks where hook != .mapResult || rule.mapTable == nil {
                guard let read = trees[site.file].flatMap({ HookReader($0).fields(readAt: site.line) }) else {
                    self.fields = nil
                    return
                }
                fields.formUnion(read)
            }
        }
        self.fields = fields
    }

    /// The request without the fields that hooks do not read.
    func visiblePart(of request: RunRequest) -> RunRequest {
        guard let fields else { return request }
        var part = request
        if !fields.contains("operator") { part.carrier = nil }
        if !fields.contains("token_age_ms") { part.tokenAge = nil }
        // The host itself routes a request without a channel like one of `native`.
        if !fields.contains("channel"), part.channel == .native { part.channel = nil }
        return part
    }
}

/// Reads the functions of one file.
private struct HookReader {
    private let tree: SyntaxTree

    init(_ tree: SyntaxTree) { self.tree = tree }

    /// The fields that the functions beginning on a line read; nil when that is not certain, or there is no function.
    func fields(readAt line: Int) -> Set<String>? {
        var fields: Set<String>?
        for id in tree.functionIDs where id != .program && tree.source.line(at: tree[id].range.lowerBound) == line {
            guard hasHeadOnOneLine(id), let read = fieldsOfFirstParameter(of: id) else { return nil }
            fields = (fields ?? []).union(read)
        }
        return fields
    }

    /// Lua reports the line of its parameters as the first line of a function.
    private func hasHeadOnOneLine(_ id: FunctionID) -> Bool {
        let head = tree.source.bytes[tree[id].range].prefix { $0 != UInt8(ascii: "(") }
        return !head.contains(UInt8(ascii: "\n")) && !head.contains(UInt8(ascii: "\r"))
    }

    private func fieldsOfFirstParameter(of id: FunctionID) -> Set<String>? {
        guard !tree[id].isVariadic else { return nil }
        guard let parameter = tree[id].parameters.first else { return [] }
        var fields: Set<String> = []
        var known: Set<ExpressionID> = []
        for expression in tree.expressions {
            guard case .field(let object, let key) = expression.kind, isName(object, of: parameter),
                case .string(let name) = tree[key].kind
            else { continue }
            known.insert(object)
            fields.insert(String(decoding: name, as: UTF8.self))
        }
        let isAllKnown = tree.expressionIDs.allSatisfy { !isName($0, of: parameter) || known.contains($0) }
        return isAllKnown ? fields : nil
    }

    private func isName(_ id: ExpressionID, of variable: VariableID) -> Bool {
        if case .name(_, .variable(variable)) = tree[id].kind { true } else { false }
    }
}
