// SPDX-License-Identifier: MIT

/// A set of outcomes, with a description that is as short as possible.
package struct OutcomeSet: Sendable, Hashable {
    package let outcomes: Set<Outcome>

    package init(_ outcomes: Set<Outcome>) { self.outcomes = outcomes }

    /// In the order of ``Outcome/all``.
    package var sorted: [Outcome] { Outcome.all.filter(outcomes.contains) }

    /// `9003, 9020, 9021`, `any trouble`, `anything but 9000, 9001`.
    package var text: String {
        let missing = Outcome.all.filter { !outcomes.contains($0) }
        if missing.isEmpty { return "any outcome" }
        let direct = Self.list(outcomes)
        guard missing.count < outcomes.count else { return direct }
        let indirect = "anything but \(Self.list(Set(missing)))"
        return indirect.count < direct.count ? indirect : direct
    }

    /// The names of the outcomes; all errors together have one name.
    private static func list(_ outcomes: Set<Outcome>) -> String {
        let troubles = Outcome.all.filter(\.isTrouble)
        let hasAll = troubles.allSatisfy(outcomes.contains)
        let single = Outcome.all.filter { outcomes.contains($0) && !(hasAll && $0.isTrouble) }
        return (single.map(\.description) + (hasAll ? ["any trouble"] : [])).joined(separator: ", ")
    }
}

/// Sequences of outcomes as products of sets: any outcome of the first set, then any of the second.
struct OutcomeSequences {
    /// Products that together have all the sequences, each exactly once.
    static func products(of sequences: Set<[Outcome]>) -> [[OutcomeSet]] {
        guard let length = sequences.first?.count, length > 0 else { return sequences.isEmpty ? [] : [[]] }
        var rests: [Outcome: Set<[Outcome]>] = [:]
        for sequence in sequences { rests[sequence[0], default: []].insert(Array(sequence.dropFirst())) }
        let firsts = Dictionary(grouping: rests.keys) { rests[$0] ?? [] }
        var products: [[OutcomeSet]] = []
        for (rest, first) in firsts {
            products += Self.products(of: rest).map { [OutcomeSet(Set(first))] + $0 }
        }
        return products.sorted { Self.order($0) < Self.order($1) }
    }

    private static func order(_ product: [OutcomeSet]) -> String { product.map(\.text).joined(separator: " then ") }
}
