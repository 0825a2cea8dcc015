// SPDX-License-Identifier: MIT

import PseudoTerminals
import Testing

@testable import MoondialConsole

/// Widths agree with the system's tables, which terminals use too.
struct DisplayWidthTests {
    /// Each range covers a script or plane, so that a failure lists few characters.
    static let blocks: [ClosedRange<UInt32>] =
        stride(from: UInt32(0), to: 0x32000, by: 0x1000).map { $0...($0 + 0xFFF) } + [0xE0000...0xE0FFF]

    @Test(arguments: blocks)
    func widthOfACharacterIsThatOfTheSystem(block: ClosedRange<UInt32>) {
        var others: [String] = []
        for scalar in block.compactMap(Unicode.Scalar.init) where Self.isShownAsItIs(scalar) {
            let (ours, theirs) = (DisplayWidth.of(Character(scalar)), TerminalWidths.cells(of: scalar))
            // Characters that the system does not know are newer than its tables.
            if theirs >= 0, ours != theirs { others.append("U+\(String(scalar.value, radix: 16)) \(ours) \(theirs)") }
        }
        #expect(others == [])
    }

    /// Releases of Unicode differ in these: circled numbers, a vowel sign, Taixuanjing symbols and counting rods.
    private static let differing: [ClosedRange<UInt32>] = [0x3248...0x324F, 0x1171E...0x1171E, 0x1D300...0x1D376]

    /// Whether the character itself is shown, not a replacement such as its code point.
    private static func isShownAsItIs(_ scalar: Unicode.Scalar) -> Bool {
        DisplayWidth.replacement(for: Character(scalar)) == nil && !differing.contains { $0.contains(scalar.value) }
    }
}
