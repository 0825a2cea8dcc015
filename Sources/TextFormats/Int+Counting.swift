// SPDX-License-Identifier: MIT

extension Int {
    /// `1 path`, `2 paths`: the number with a noun whose plural ends in s.
    package func counting(_ noun: String) -> String { "\(self) \(noun)\(self == 1 ? "" : "s")" }
}
