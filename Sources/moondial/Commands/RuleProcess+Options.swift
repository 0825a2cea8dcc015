// SPDX-License-Identifier: MIT

import MoondialRules
import NumberVerification

extension RuleProcess.Plan {
    /// Puts together what the command line, the environment and the configuration file say, and reads the rule files.
    init(
        _ rules: RuleOptions, _ target: TargetOptions, _ simulator: SimulatorOptions, _ store: StoreOptions,
        runsScript: Bool, drawsRuns: Bool, shell: Shell
    ) throws {
        let sources = try SettingSources(
            flags: [target.flags, simulator.flags, store.flags].reduce(into: rules.flags) { flags, more in
                flags.merge(more) { $1 }
            }, config: rules.config, shell: shell)
        let settings = try Settings(sources)
        try FoundFileRule.check(sources)
        self.init(
            settings: settings,
            target: try Target(settings.target) { () throws(Failure) in
                try Credentials(sources, warn: shell.errors.warn)
            },
            rules: try settings.readRules(), runsScript: runsScript, drawsRuns: drawsRuns)
    }
}
