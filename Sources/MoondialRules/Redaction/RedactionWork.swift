// SPDX-License-Identifier: MIT

import MoondialLua

/// Counts the work of redacting some texts, and asks from time to time whether the run that the work is for has to
/// stop. Used by one thread at a time.
final class RedactionWork {
    /// How many steps are done before the host is asked again.
    private static let slice = 4096

    private let host: HostWork
    /// Units of work, such as bytes read: in proportion to the time used.
    private(set) var steps = 0
    private var stepsLeft = RedactionWork.slice
    /// The run has to stop. Text that was not searched until then is not shown.
    private(set) var isStopping = false

    /// The default is work for no run, which never has to stop.
    init(_ host: HostWork = .unlimited) { self.host = host }

    /// Counts steps.
    ///
    /// - Returns: Whether to go on.
    func count(_ count: Int = 1) -> Bool {
        steps += count
        stepsLeft -= count
        if stepsLeft < 0 { ask() }
        return !isStopping
    }

    /// Counts the bytes of a text up to a place and some more, where `counted` have been counted.
    ///
    /// - Returns: Whether to go on.
    func count(upTo position: Int, _ counted: inout Int) -> Bool {
        let next = position + 512
        defer { counted = next }
        return count(next - counted)
    }

    /// Counts the memory of a text that is about to be made.
    func charge(bytes: Int) { if !host.charge(bytes: bytes) { isStopping = true } }

    private func ask() {
        stepsLeft = Self.slice
        if host.isStopping { isStopping = true }
    }
}
