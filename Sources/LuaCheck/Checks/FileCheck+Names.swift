// SPDX-License-Identifier: MIT

import LuaSyntax

/// Checks globals and local variables.
extension FileCheck {
    mutating func checkGlobals() {
        for id in tree.expressionIDs {
            guard case .name(let name, .global) = tree[id].kind, name != "_ENV" else { continue }
            if tree[id].isTarget {
                checkAssignment(to: name, at: id)
            } else if vocabulary.globals[name] == nil, !shared.globals.contains(name) {
                checkRead(of: name, at: id)
            }
        }
    }

    private mutating func checkAssignment(to name: String, at id: ExpressionID) {
        let isPredefined = vocabulary.globals[name] != nil
        if isPredefined {
            // `string = string` is how portable modules begin, and changes nothing.
            if analysis.kind == .module, ownNames.contains(id) { return }
            report(
                .globalAssignment, "cannot assign the global '\(name)': it is predefined", at: id,
                hint: "choose another name, and write 'local'")
        } else if analysis.kind != .script, !shared.declared.contains(name) {
            report(
                .globalAssignment, "cannot assign the global '\(name)': rules keep their values in locals", at: id,
                hint: "write 'local' where '\(name)' is first used")
        }
    }

    private mutating func checkRead(of name: String, at id: ExpressionID) {
        switch analysis.kind {
        case .rules: break
        case .script: if vocabulary.foreign.contains(name) || vocabulary.globalsOfScripts.contains(name) { return }
        case .module:
            // For a module, the libraries that are left out are empty tables.
            let isAllowed = vocabulary.foreign.contains(name) || vocabulary.omitted[name] != nil
            if isAllowed || askedFor.contains(name) { return }
        }
        let clause = vocabulary.clause(forGlobal: name, known: shared.globals)
        report(.undefinedGlobal, "undefined global '\(name)'\(clause)", at: id)
    }

    // MARK: - Local variables

    mutating func checkVariables() {
        let needed = placeholders
        for id in tree.variableIDs {
            let variable = tree[id]
            if vocabulary.words.contains(variable.name), variable.kind != .selfParameter, analysis.kind != .module,
                !isInitializedByItself(variable)
            {
                report(
                    .shadowedWord,
                    "the local '\(variable.name)' hides the word '\(variable.name)' of the rule language",
                    at: variable.range)
            }
            guard variable.kind == .local || variable.kind == .function, variable.reads == 0,
                variable.attribute != .close, !variable.name.hasPrefix("_"), analysis.kind != .module,
                !needed.contains(id)
            else { continue }
            reportUnused(variable)
        }
    }

    private func isInitializedByItself(_ variable: Variable) -> Bool {
        variable.initializer.map { tree.isGlobal($0, variable.name) } ?? false
    }

    private mutating func reportUnused(_ variable: Variable) {
        if let value = variable.initializer, case .call(let callee, let arguments) = tree[value].kind,
            tree.isGlobal(callee, "require"), let module = arguments.first.flatMap(tree.string)
        {
            report(.unusedRequire, "the module '\(module)' is required and never used", at: variable.range)
            return
        }
        let what = variable.kind == .function ? "function" : "variable"
        let message =
            variable.assignments == 0
            ? "the local \(what) '\(variable.name)' is never used"
            : "the local \(what) '\(variable.name)' is assigned and never read"
        report(.unusedLocal, message, at: variable.range)
    }

    /// Unused variables that cannot be left out, since a used one follows: the `a` of `local a, b = f()`.
    private var placeholders: Set<VariableID> {
        var result: Set<VariableID> = []
        for function in tree.functions {
            function.body.forEach { statement in
                guard case .local(let variables, let values) = statement.kind, values.count < variables.count,
                    let last = variables.lastIndex(where: { tree[$0].reads > 0 })
                else { return }
                result.formUnion(variables[..<last])
            }
        }
        return result
    }
}
