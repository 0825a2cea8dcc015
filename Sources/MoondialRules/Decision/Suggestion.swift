// SPDX-License-Identifier: MIT

/// "Did you mean", for hooks, options, fields and globals.
package enum Suggestion {
    /// The name that was probably meant, or nil when none is near.
    ///
    /// Case, `_` and `-` are ignored, since many authors of rule files are used to `camelCase`. Then one edit, an
    /// insertion, deletion, replacement or swap of neighbours, is allowed for every three letters. Of several names
    /// that are equally near, the first in byte order is taken, whatever the order of `names`.
    ///
    /// The work is bounded: names of more than 64 bytes are not compared, and of very many names only the first ones.
    package static func nearest(to word: String, in names: some Sequence<String>) -> String? {
        guard word.utf8.count <= longestName else { return nil }
        let letters = bareLetters(of: word)
        guard !letters.isEmpty else { return nil }
        var best: (name: String, distance: Int)?
        var comparisons = mostComparisons
        for name in names.lazy.prefix(mostNames) where name.utf8.count <= longestName && name != word {
            let candidate = bareLetters(of: name)
            let allowed = max(1, min(letters.count, candidate.count) / 3)
            guard abs(letters.count - candidate.count) <= allowed else { continue }
            comparisons -= letters.count * candidate.count
            guard comparisons >= 0 else { break }
            let distance = editDistance(letters, candidate)
            // A very short name is near to any other if all of its letters may change.
            guard distance <= allowed, distance < candidate.count else { continue }
            if let best, (best.distance, best.name) <= (distance, name) { continue }
            best = (name, distance)
        }
        return best?.name
    }

    /// In bytes. No name of the rule language is half as long.
    private static let longestName = 64
    /// How many names are compared at most.
    private static let mostNames = 2000
    /// How many pairs of letters are compared at most: enough for 2000 names of ten letters, which takes some
    /// milliseconds.
    private static let mostComparisons = 200_000

    /// `; did you mean 'route'?` to append to a message, or the empty text when no name is near.
    package static func clause(for word: String, in names: some Sequence<String>) -> String {
        nearest(to: word, in: names).map { "; did you mean '\($0)'?" } ?? ""
    }

    /// The number of insertions, deletions, replacements and swaps of neighbours between two words, where no part is
    /// edited twice (optimal string alignment).
    static func editDistance(_ from: [Unicode.Scalar], _ to: [Unicode.Scalar]) -> Int {
        var beforeLast: [Int] = []
        var last = Array(0...to.count)
        for row in from.indices {
            var current = [row + 1]
            for column in to.indices {
                let replaced = last[column] + (from[row] == to[column] ? 0 : 1)
                var cost = min(replaced, last[column + 1] + 1, current[column] + 1)
                if row > 0, column > 0, from[row] == to[column - 1], from[row - 1] == to[column] {
                    cost = min(cost, beforeLast[column - 1] + 1)
                }
                current.append(cost)
            }
            (beforeLast, last) = (last, current)
        }
        return last[to.count]
    }

    private static func bareLetters(of word: String) -> [Unicode.Scalar] {
        word.lowercased().unicodeScalars.filter { $0 != "_" && $0 != "-" }
    }
}
