// SPDX-License-Identifier: MIT

import MoondialRules

/// The topics of `:doc`, and the list that `:doc` without an argument shows.
enum DocTopics {
    /// A topic with several names: `:doc req`, `:doc moondial`.
    struct Topic {
        let name: String
        let summary: String
        let entries: [RegistryEntry]
    }

    /// Names with one purpose.
    struct Group {
        let title: String
        let rows: [(term: String, text: String)]
    }

    /// All topics of `:doc`.
    static let words: [Topic] =
        records + [
            Topic(name: "hooks", summary: "the functions that a rule may have", entries: Registry.hooks),
            Topic(
                name: "moondial", summary: "the table of everything else that moondial adds",
                entries: Registry.entries.filter { $0.name.hasPrefix("moondial.") }),
        ] + library

    private static let records = [
        record("req", "the request, as hooks get it"), record("attempt", "one request to an endpoint, and its reply"),
        record("error", "what an attempt has in error when there is no usable reply"),
        record("decision", "what verify returns, and on_decision gets"),
    ]

    private static let library =
        [
            ("string", "texts and patterns"), ("table", "lists"), ("math", "numbers"), ("utf8", "characters of texts"),
            ("os", "times"), ("coroutine", "functions that can pause"),
        ].map { name, summary in
            Topic(
                name: name, summary: summary,
                entries: Registry.library.filter { $0.name.hasPrefix("\(name).") })
        } + [
            Topic(
                name: "lua", summary: "the functions of Lua that belong to no table",
                entries: Registry.library.filter { !$0.name.contains(".") })
        ]

    static func topic(named name: String) -> Topic? { words.first { $0.name == name } }

    /// The list of `:doc` without an argument.
    static let groups: [Group] = [
        group("Ask the service", ["verify", "moondial.attempt", "moondial.all", "moondial.spawn"]),
        group("Write rules", ["rule", "allow", "deny", "review"]),
        Group(title: "Hooks of a rule, in the order in which a run meets them", rows: rows(Registry.hooks)),
        Group(title: "What hooks and scripts get", rows: rows(records)),
        group(
            "Tools",
            [
                "print", "show", "require", "moondial.log", "moondial.now", "moondial.hash", "moondial.config",
                "moondial.json.encode", "moondial.json.decode", "moondial.json.array", "moondial.json.null",
            ]),
        Group(
            title: "Remember from one request to the next",
            rows: rows(Registry.words.filter { $0.name.hasPrefix("moondial.store.") })),
        Group(title: "Lua's library", rows: rows(library)),
    ]

    private static func group(_ title: String, _ names: [String]) -> Group {
        Group(title: title, rows: rows(names.compactMap(Registry.entry)))
    }

    private static func rows(_ entries: [RegistryEntry]) -> [(term: String, text: String)] {
        entries.map { ($0.name, $0.summary) }
    }

    private static func rows(_ topics: [Topic]) -> [(term: String, text: String)] {
        topics.map { ($0.name, $0.summary) }
    }

    private static func record(_ name: String, _ summary: String) -> Topic {
        Topic(name: name, summary: summary, entries: Registry.fields(of: name))
    }
}
