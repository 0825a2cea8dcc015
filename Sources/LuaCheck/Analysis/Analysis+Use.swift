// SPDX-License-Identifier: MIT

import LuaSyntax

/// How names are used.
extension Analysis {
    /// Whether an expression is called or indexed, which nil cannot be.
    func isDereferenced(_ id: ExpressionID) -> Bool {
        guard let parent = parents[id.index] else { return false }
        switch tree[parent].kind {
        case .call(id, _), .method(id, _, _), .field(id, _), .element(id, _): return true
        default: return false
        }
    }

    /// The globals, and the texts of the field expressions, that are assigned, or read where nil is no error.
    var namesAskedFor: Set<String> {
        var names: Set<String> = []
        for id in tree.expressionIDs where tree[id].isTarget || !isDereferenced(id) {
            switch tree[id].kind {
            case .name(let name, .global): names.insert(name)
            case .field: names.insert(tree.source.text(in: tree[id].range))
            default: break
            }
        }
        return names
    }

    /// The targets `name` of the assignments `name = name` and `name = name or value` to globals.
    var ownNames: Set<ExpressionID> {
        var result: Set<ExpressionID> = []
        for function in tree.functions {
            function.body.forEach { statement in
                guard case .assignment(let targets, let values) = statement.kind else { return }
                for (target, value) in zip(targets, values) {
                    guard case .name(let name, .global) = tree[target].kind else { continue }
                    var source = value
                    if case .binary(.or, let left, _) = tree[value].kind { source = left }
                    if tree.isGlobal(source, name) { result.insert(target) }
                }
            }
        }
        return result
    }
}
