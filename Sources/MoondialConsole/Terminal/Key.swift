// SPDX-License-Identifier: MIT

/// A key that was pressed, with its modifier keys.
package struct Key: Sendable, Hashable {
    package enum Code: Sendable, Hashable {
        /// A letter, digit or sign. With control, letters are lower case: `C-k` is `k` and control.
        case character(Unicode.Scalar)
        case enter, tab, backspace, delete, insert, escape
        case up, down, left, right, home, end, pageUp, pageDown
        case function(Int)
    }

    package struct Modifiers: OptionSet, Sendable, Hashable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) {
            self.rawValue = rawValue
        }

        package static let shift = Modifiers(rawValue: 1)
        /// Alt, which Emacs calls meta; what a terminal sends as an escape before the key.
        package static let meta = Modifiers(rawValue: 2)
        package static let control = Modifiers(rawValue: 4)
    }

    package var code: Code
    package var modifiers: Modifiers

    package init(_ code: Code, _ modifiers: Modifiers = []) {
        self.code = code
        self.modifiers = modifiers
    }

    static func control(_ scalar: Unicode.Scalar) -> Key { Key(.character(scalar), .control) }

    static func meta(_ scalar: Unicode.Scalar) -> Key { Key(.character(scalar), .meta) }
}
