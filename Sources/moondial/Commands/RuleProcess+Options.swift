// SPDX-License-Identifier: MIT

import MoondialRules
import NumberVerification

extension RuleProcess.Plan {
    /// Puts together what the command line, the environment and the configuration file say, and reads the rule files.
    init(
        _ rules: RuleOptions, _ target: TargetOptions, _ simulator: SimulatorOptions, runsScript: Bool,
        drawsRuns: Bool, shell: Shell
    ) throws {
        let sources = try SettingSources(
            flags: rules.flags.merging(target.flags) { $1 }.merging(simulator.flags) { $1 }, config: rules.config,
            shell: shell)
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
