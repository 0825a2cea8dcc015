// SPDX-License-Identifier: MIT

import ArgumentParser
import JSON
import MoondialGateway
import MoondialPresentation
import MoondialRules
import MoondialStore
import TextFormats

struct FleetCommand: MoondialCommand {
    static let configuration = CommandConfiguration(
        commandName: "fleet",
        abstract: "List the gateways that share a store, and say whether all run the same rules.",
        discussion: """
            A gateway tells the store every three seconds that it is there, what it listens on, which rules it runs and \
            which breakers are open. One that ends without saying so is listed for ten seconds more.

            The exit status is 0 when all run the same rules, and 1 when they do not, or when there is no gateway.
            """)

    @OptionGroup var options: StoreToolOptions

    @Flag(help: "A line of JSON for each gateway.")
    var json = false

    func perform(_ shell: Shell) throws -> ExitStatus {
        let (settings, json) = (try options.settings(shell), json)
        StoreSession.run(settings, shell: shell, key: .none) { session in
            var gateways: [JSONObject] = []
            try await session.forEachPage(of: InstanceRegistry.namespace(session.names.namespace)) { entries in
                gateways += entries.compactMap { entry in
                    if case .value(let bytes) = entry.content { StoreValueText.json(bytes).objectValue } else { nil }
                }
            }
            let fleet = Fleet(gateways)
            await session.write(json ? fleet.gateways.map { "\(JSONValue.object($0))" } : fleet.lines)
            return fleet.runsSameRules ? .done : .denied
        }
    }
}

/// The gateways of a store.
private struct Fleet {
    /// Sorted by host and process.
    let gateways: [JSONObject]
    private let revisions: Set<String>

    init(_ gateways: [JSONObject]) {
        self.gateways = gateways.sorted { Self.place($0) < Self.place($1) }
        revisions = Set(gateways.map { $0["rules_revision"]?.stringValue ?? "" })
    }

    var runsSameRules: Bool { revisions.count == 1 }

    var lines: [String] {
        guard !gateways.isEmpty else { return ["no gateway uses this store"] }
        let heading = ["GATEWAY", "URL", "RULES", "LOADED", "TARGET", "BREAKERS"]
        let summary =
            runsSameRules
            ? "\(gateways.count.counting("gateway")), all with the same rules"
            : "\(gateways.count.counting("gateway")) with \(revisions.count) different rulebooks"
        return TextTable([heading] + gateways.map(Self.row)).lines() + [summary]
    }

    private static func place(_ gateway: JSONObject) -> String {
        "\(gateway["host"]?.stringValue ?? "?")/\(gateway["pid"]?.integerValue ?? 0)"
    }

    private static func row(_ gateway: JSONObject) -> [String] {
        let breakers = (gateway["open_breakers"]?.arrayValue ?? []).map { breaker in
            let object = breaker.objectValue
            return "\(object?["app_key"]?.stringValue ?? "?") open (\(object?["code"]?.integerValue ?? 0))"
        }
        let texts = [
            place(gateway), gateway["url"]?.stringValue ?? "", gateway["rules_revision"]?.stringValue ?? "",
            "\(gateway["rules_age_s"]?.integerValue ?? 0) s ago", gateway["target"]?.stringValue ?? "",
            breakers.isEmpty ? "closed" : breakers.joined(separator: ", "),
        ]
        return texts.map { String(escaping: $0.utf8) }
    }
}
