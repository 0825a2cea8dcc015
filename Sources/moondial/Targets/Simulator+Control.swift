// SPDX-License-Identifier: MIT

import MoondialConsole
import NumberVerificationSimulator

/// The simulator in this process, for `:sim`.
final class SimulatorSwitchboard: SimulatorControl {
    private let simulator: Simulator

    init(_ simulator: Simulator) { self.simulator = simulator }

    var magicTable: String { MagicTableText.text }

    var code: Int64? {
        get { simulator.conduct.code }
        set { simulator.conduct.code = newValue }
    }

    var delay: Duration {
        get { simulator.conduct.delay }
        set { simulator.conduct.delay = newValue }
    }

    var enforcesProviderRules: Bool {
        get { simulator.enforcesProviderRules }
        set { simulator.enforcesProviderRules = newValue }
    }

    var clockOffset: Duration {
        get { simulator.conduct.clockOffset }
        set { simulator.conduct.clockOffset = newValue }
    }
}
