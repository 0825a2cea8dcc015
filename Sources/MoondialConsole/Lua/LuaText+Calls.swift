// SPDX-License-Identifier: MIT

import MoondialLua

/// The call whose arguments the cursor is in.
struct LuaCall: Sendable, Hashable {
    /// As written: `verify`, `moondial.attempt`.
    let function: String
    /// From 0.
    let argument: Int
    /// Whether anything of that argument is there before the cursor.
    let hasBegun: Bool
    /// Whether the argument has a blank after the comma.
    let isSpaced: Bool
}

extension LuaText {
    /// The innermost call around a place, when that is not in a string, comment or table.
    func call(around place: Int) -> LuaCall? {
        if literal(around: place) != nil { return nil }
        let end = tokens[index(endingAfter: 0)...].firstIndex { $0.range.upperBound > place } ?? tokens.count
        guard let bracket = LuaBlocks(self, end: end).open.last, isSign(bracket, "("), bracket > 0,
            let function = path(endingAt: bracket - 1)
        else { return nil }
        // A parameter list is no call.
        if keyword(bracket - 2) == .function || keyword(bracket - 1) == .function { return nil }
        var argument = 0
        var depth = 0
        for index in (bracket + 1)..<max(bracket + 1, end) {
            if LuaBlocks.isOpening(index, in: self) {
                depth += 1
            } else if depth > 0, LuaBlocks.isClosing(index, in: self), ![.else, .elseif].contains(keyword(index)) {
                depth -= 1
            } else if depth == 0, isSign(index, ",") {
                argument += 1
            }
        }
        let isAtStart = end - 1 == bracket || isSign(end - 1, ",")
        let isSpaced = place > 0 && bytes[place - 1] == UInt8(ascii: " ")
        return LuaCall(function: function, argument: argument, hasBegun: !isAtStart, isSpaced: isSpaced)
    }
}
