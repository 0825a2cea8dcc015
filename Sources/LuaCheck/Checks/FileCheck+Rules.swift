// SPDX-License-Identifier: MIT

import LuaSyntax

/// Checks tables of hooks, and what hooks return.
extension FileCheck {
    mutating func checkRules() {
        for rule in analysis.rules {
            for case .named(let key, let value) in rule.fields {
                guard let name = tree.string(key) else { continue }
                guard let hook = vocabulary.hooks[name] else {
                    let clause = vocabulary.clause(for: name, in: vocabulary.hooks.keys)
                    report(.unknownHook, "there is no hook '\(name)'\(clause)", at: key)
                    continue
                }
                if let entries = hook.entries, case .table(let fields) = tree[value].kind {
                    checkEntries(fields, of: name, entries)
                }
            }
        }
        for id in tree.functionIDs {
            guard let name = analysis.hooks[id], let hook = vocabulary.hooks[name] else { continue }
            checkAnswers(of: id, name, hook)
        }
    }

    private mutating func checkEntries(_ fields: [TableField], of hook: String, _ entries: [String]) {
        let names = entries.joined(separator: ", ")
        for field in fields {
            switch field {
            case .positional(let value):
                report(
                    .unknownEntry, "\(hook) holds a value without a key", at: value,
                    hint: "write match = allow or [9002] = review")
            case .named(let key, _): checkEntry(key, of: hook, entries, names)
            case .keyed(let key, _): checkEntry(key, of: hook, entries, names)
            }
        }
    }

    private mutating func checkEntry(_ key: ExpressionID, of hook: String, _ entries: [String], _ names: String) {
        switch tree[key].kind {
        case .string:
            guard let name = tree.string(key), !entries.contains(name) else { return }
            if let code = Int64(name) {
                report(.unknownEntry, "codes are numbers", at: key, hint: "write [\(code)] instead of ['\(code)']")
            } else {
                let clause = vocabulary.clause(for: name, in: entries)
                report(.unknownEntry, "\(hook) has no entry '\(name)'\(clause)", at: key, hint: "use a code, \(names)")
            }
        case .number(.integer(let code)) where code < 1000, .number(.integer(let code)) where code > 99_999_999:
            report(.unknownEntry, "\(code) is not a code of the provider", at: key)
        case .boolean, .number(.float):
            report(
                .unknownEntry, "\(tree.shown(key)) is not a code of the provider, a verdict or default", at: key)
        default: return
        }
    }

    private mutating func checkAnswers(of function: FunctionID, _ name: String, _ hook: Vocabulary.Hook) {
        guard let answer = hook.answer else { return }
        var returned: [[ExpressionID]] = []
        tree[function].body.forEach { if case .return(let values) = $0.kind { returned.append(values) } }
        for values in returned {
            guard let value = values.first else { continue }
            if !hook.answerFields.isEmpty, case .table(let fields) = tree[value].kind {
                checkKeys(of: fields, hook.answerFields, "the answer of \(name)")
                continue
            }
            guard let type = analysis.types[value.index], !type.overlaps(answer) else { continue }
            let got = type.words
            let expected = answer.kinds == .nil ? "nothing" : answer.words
            let clause = meant(type, answer)
            report(.wrongAnswer, "\(name) returns \(got), but \(expected) is expected\(clause)", at: value)
        }
    }

    /// "; did you mean …" for a string that is close to one that is expected.
    func meant(_ type: ValueType, _ expected: ValueType) -> String {
        guard let got = type.strings, got.count == 1, let text = got.first, let names = expected.strings else {
            return ""
        }
        return vocabulary.nearest(text, names.sorted()).map { "; did you mean \"\($0)\"?" } ?? ""
    }

    /// Checks a table of options.
    mutating func checkKeys(of fields: [TableField], _ options: [Vocabulary.Parameter], _ owner: String) {
        for field in fields {
            let key: ExpressionID
            let value: ExpressionID
            switch field {
            case .positional(let value):
                report(.unknownOption, "\(owner) holds a value without a name", at: value)
                continue
            case .named(let name, let content), .keyed(let name, let content): (key, value) = (name, content)
            }
            guard let name = tree.string(key) else { continue }
            guard let option = options.first(where: { $0.name == name }) else {
                let clause = vocabulary.clause(for: name, in: options.map(\.name))
                report(
                    .unknownOption, "\(owner) has no field '\(name)'\(clause)", at: key,
                    hint: "use \(options.map(\.name).joined(separator: ", "))")
                continue
            }
            checkType(of: value, option.type, isOptional: true, "\(owner): \(name)")
        }
    }

    /// Checks that a value can have the expected type.
    mutating func checkType(
        of value: ExpressionID, _ expected: ValueType, isOptional: Bool, _ subject: String
    ) {
        guard let type = analysis.types[value.index] else { return }
        var accepted = expected
        if isOptional { accepted.kinds.insert(.nil) }
        guard !type.overlaps(accepted) else { return }
        report(
            .wrongArgument, "\(subject) must be \(expected.words), and is \(type.words)\(meant(type, expected))",
            at: value)
    }
}
