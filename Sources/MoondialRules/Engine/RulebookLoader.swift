// SPDX-License-Identifier: MIT

/// Loads rule files into a new Lua state, on any thread, while engines decide by their present rules.
package struct RulebookLoader {
    let settings: RuleEngine.Settings
    private let isPrompt: Bool

    /// - Parameter settings: The settings of the engine that will adopt the rules. While files load, `print`, `log` and
    ///   `wallClock` are called on the thread that loads.
    package init(_ settings: RuleEngine.Settings) { self.init(settings, isPrompt: false) }

    init(_ settings: RuleEngine.Settings, isPrompt: Bool) {
        self.settings = settings
        self.isPrompt = isPrompt
        settings.operatorTexts.add(config: settings.config)
    }

    /// Compiles and runs each file once, and checks what they define.
    ///
    /// - Throws: A diagnostic for the first file that does not load.
    package func load(_ files: RuleFiles) throws(Diagnostic) -> LoadedRulebook {
        LoadedRulebook(
            files: files, state: try RuleState(rules: files, settings: settings, isPrompt: isPrompt), loader: self)
    }
}

/// Rules in a Lua state of their own, which no engine uses yet.
///
/// `@unchecked Sendable`: only the thread that loads uses the object until the loader returns it; afterwards only the
/// engine that adopts it. A Lua state can be used on any thread, by one thread at a time.
package final class LoadedRulebook: @unchecked Sendable {
    let files: RuleFiles
    let state: RuleState
    let loader: RulebookLoader

    init(files: RuleFiles, state: RuleState, loader: RulebookLoader) {
        self.files = files
        self.state = state
        self.loader = loader
    }

    /// The rules, with their revision: a hash of the rule files and of the modules that they have loaded.
    package var outline: RulebookOutline { state.host.rulebook.outline }

    /// Rules that have replaced another rule of the same name.
    package var replacements: [Replacement] { state.host.definitions.replacements }

    /// The files that the revision is made of, as they were when they were read, with those that `require` has looked for
    /// and not found.
    package var fileStamps: FileStamps { state.stamps(with: files) }
}
