// SPDX-License-Identifier: MIT

import LuaSyntax

/// Checks the fields of records, libraries and strings.
extension FileCheck {
    mutating func checkFields() {
        for id in tree.expressionIDs {
            switch tree[id].kind {
            case .field(let object, let key), .element(let object, let key):
                guard let name = tree.string(key) else { continue }
                if let record = analysis.types[object.index]?.record {
                    check(name, of: record, object, key, isTarget: tree[id].isTarget)
                } else if case .table(let fields)? = analysis.values[object.index], fields[name] == nil {
                    checkLibrary(name, fields, id, object, key)
                }
            case .method(let object, let key, _): checkMethod(object, key)
            default: continue
            }
        }
    }

    private mutating func check(
        _ name: String, of recordName: String, _ object: ExpressionID, _ key: ExpressionID, isTarget: Bool
    ) {
        guard let record = vocabulary.records[recordName] else { return }
        if isTarget {
            if record.isStrict {
                report(.readOnlyField, "cannot assign field '\(name)': '\(record.title)' is read-only", at: key)
            }
            return
        }
        guard record.fields[name] == nil else { return }
        if record.isStrict {
            let shown = tree.shown(object)
            let clause = vocabulary.clause(for: name, in: record.fields.keys, prefix: "\(shown).")
            report(.unknownField, "\(record.title) has no field '\(name)'\(clause)", at: key)
        } else if !shared.keys.contains(name),
            let meant = vocabulary.nearest(name, record.fields.keys.sorted())
        {
            report(
                .doubtfulField, "no rule here adds a field '\(name)' to the \(record.title); did you mean '\(meant)'?",
                at: key)
        }
    }

    /// A field that a library does not have is nil. Portable code tests for such fields; only to call or index one is
    /// an error.
    private mutating func checkLibrary(
        _ name: String, _ fields: [String: Vocabulary.Value], _ id: ExpressionID, _ object: ExpressionID,
        _ key: ExpressionID
    ) {
        let path = tree.source.text(in: tree[id].range)
        guard !tree[id].isTarget, analysis.isDereferenced(id), !askedFor.contains(path) else { return }
        let library = tree.shown(object)
        if let reason = vocabulary.omitted[path] {
            report(.unknownField, "\(path) is left out, since \(reason)", at: key)
        } else {
            let clause = vocabulary.clause(for: name, in: fields.keys, prefix: "\(library).")
            report(.unknownField, "\(library) has no field '\(name)'\(clause)", at: key)
        }
    }

    private mutating func checkMethod(_ object: ExpressionID, _ key: ExpressionID) {
        guard let type = analysis.types[object.index], let name = tree.string(key) else { return }
        if let record = type.record, let fields = vocabulary.records[record], fields.isStrict {
            if fields.fields[name] == nil { check(name, of: record, object, key, isTarget: false) }
            return
        }
        guard type.kinds == .string, case .table(let strings)? = vocabulary.globals["string"], strings[name] == nil
        else { return }
        if let reason = vocabulary.omitted["string.\(name)"] {
            report(.unknownField, "string.\(name) is left out, since \(reason)", at: key)
        } else {
            let clause = vocabulary.clause(for: name, in: strings.keys)
            report(.unknownField, "a string has no method '\(name)'\(clause)", at: key)
        }
    }
}
