// SPDX-License-Identifier: MIT

extension StringProtocol {
    /// The lines without their ends, which are LF, or CR and LF. After an end of a line at the end of the text, the last line
    /// is empty.
    package var lines: [SubSequence] {
        // CR and LF are one character.
        split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }
    }
}
