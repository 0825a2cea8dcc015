// SPDX-License-Identifier: MIT

import MoondialLua
import MoondialPresentation

enum Version {
    static let number = "0.1.0"

    /// Such as "moondial 0.1.0 (Lua 5.4.4, Swift 6.3)".
    static var line: String { "moondial \(number) (\(LuaVM.luaRelease), Swift \(swift))" }

    /// `line`, and the bugs of Lua that rules can reach.
    static var text: String {
        let bugs = TextTable(LuaBug.known.map { [$0.summary, $0.guarded] }, indent: 2).lines()
        return """
            \(line)

            Known bugs of \(LuaBug.release) in the reach of rules, and what guards against each:
            \(bugs.joined(separator: "\n"))
            """
    }

    /// The compiler's release, as far as conditional compilation can find it out.
    private static var swift: String {
        #if compiler(>=6.5)
            "6.5 or later"
        #elseif compiler(>=6.4)
            "6.4"
        #elseif compiler(>=6.3)
            "6.3"
        #else
            "6.2"
        #endif
    }
}
