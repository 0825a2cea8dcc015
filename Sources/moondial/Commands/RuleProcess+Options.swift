// SPDX-License-Identifier: MIT

import MoondialRules
import NumberVerification

extension RuleProcess.Plan {
    /// Merges the settings of command line, environment and configuration file, and reads the rule files.
    init(
        _ rules: RuleOptions, _ target: TargetOptions, _ simulator: SimulatorOptions, _ store: StoreOptions,
        runsScript: Bool, drawsRuns: Bool, shell: Shell
    ) throws {
        let sources = try SettingSources(
            flags: [rules.flags, target.flags, simulator.flags, store.flags], config: rules.config, shell: shell)
        let settings = try Settings(sources)
        try FoundFileRule.check(sources)
        self.init(
            settings: settings,
            target: try Target(settings.target) { () throws(Failure) in
                try Credentials(sources, warn: shell.errors.warn)
            },
            rules: try settings.readRules(), runsScript: runsScript, drawsRuns: drawsRuns)
    }

    /// The settings of an engine, without the functions that print and log.
    ///
    /// - Returns: Settings with the store that is configured.
    /// - Throws: A failure when the store cannot be used.
    func engineSettings() throws(Failure) -> RuleEngine.Settings {
        var settings = self.settings.ofEngine
        settings.store = try self.settings.store.settings(target.credentials)
        return settings
    }
}
