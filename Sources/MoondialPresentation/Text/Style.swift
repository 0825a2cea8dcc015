// SPDX-License-Identifier: MIT

/// How a cell is drawn.
package struct Style: Sendable, Hashable {
    /// The raw value is the terminal's number for the foreground colour (ECMA-48, SGR); 0 is the terminal's own.
    package enum Colour: UInt8, Sendable, CaseIterable {
        case standard = 0
        case red = 31
        case green = 32
        case yellow = 33
        case blue = 34
        case magenta = 35
        case cyan = 36
        case grey = 90
    }

    package struct Attributes: OptionSet, Sendable, Hashable {
        package let rawValue: UInt8

        package init(rawValue: UInt8) {
            self.rawValue = rawValue
        }

        package static let bold = Attributes(rawValue: 1)
        package static let dim = Attributes(rawValue: 2)
        package static let underline = Attributes(rawValue: 4)
        package static let reverse = Attributes(rawValue: 8)
    }

    package static let plain = Style()

    package var colour: Colour
    package var attributes: Attributes

    package init(_ colour: Colour = .standard, _ attributes: Attributes = []) {
        self.colour = colour
        self.attributes = attributes
    }

    /// The escape sequence that sets this style for the following text, whatever was set before.
    package var sequence: String {
        var sequence = "\u{1B}[0"
        if attributes.contains(.bold) { sequence += ";1" }
        if attributes.contains(.dim) { sequence += ";2" }
        if attributes.contains(.underline) { sequence += ";4" }
        if attributes.contains(.reverse) { sequence += ";7" }
        if colour != .standard { sequence += ";\(colour.rawValue)" }
        return sequence + "m"
    }
}
