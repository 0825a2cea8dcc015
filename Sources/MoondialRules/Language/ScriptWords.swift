// SPDX-License-Identifier: MIT

package import MoondialLua

/// Words that only the scripts of some hosts have, as those of a test.
package struct ScriptWords {
    /// Their paths begin with `host.`, so that only the prelude can call them.
    let functions: [HostFunction]
    /// Lua that makes words of them. `host` holds the functions.
    let prelude: String

    package init(functions: [HostFunction], prelude: String) {
        precondition(functions.allSatisfy { $0.path.hasPrefix("host.") }, "functions for the prelude alone")
        self.functions = functions
        self.prelude = prelude
    }
}
