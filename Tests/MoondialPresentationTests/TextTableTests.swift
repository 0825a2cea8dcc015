// SPDX-License-Identifier: MIT

import MoondialPresentation
import Testing

struct TextTableTests {
    @Test func columnsAreAsWideAsTheirWidestText() {
        #expect(
            TextTable([["code", "meaning"], ["9", "号码"], ["号码信誉", "x"]], indent: 1).text == """
                 code      meaning
                 9         号码
                 号码信誉  x

                """)
    }

    @Test func linesOfTablesDoNotEndWithSpaces() {
        #expect(TextTable([["long name", "", ""], ["x", "y", "z"]]).lines() == ["long name", "x          y  z"])
        #expect(TextTable([["", ""]]).lines() == [""])
    }

    @Test func minimumWidthWidensAColumn() {
        #expect(TextTable([["a", "b"]]).lines(widths: [4]) == ["a     b"])
    }

    @Test func factsWithoutAValueAreLeftOut() {
        #expect(
            TextTable(facts: [("decision", "allow"), ("code", nil), ("id", "7")]).text
                == "decision  allow\nid        7\n")
    }

    @Test func emptyTableHasNoText() {
        #expect(TextTable([]).text.isEmpty)
    }
}
