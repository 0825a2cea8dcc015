// SPDX-License-Identifier: MIT

/// How much a finding matters.
package enum Severity: String, Sendable, CaseIterable {
    /// It fails when it runs, or never does what it seems to do.
    case error
    /// It is probably a mistake.
    case warning
    /// It is worth a look.
    case note
}
