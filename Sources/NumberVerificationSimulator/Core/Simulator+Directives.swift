// SPDX-License-Identifier: MIT

import NumberVerification

extension Simulator {
    /// Help about a directive that a token may have after `sim:`, for people who type one.
    package struct DirectiveHelp: Sendable {
        /// The name before the equals sign.
        package let name: String
        /// One line.
        package let summary: String
        /// Values to choose from, each with a line of explanation: all values, or examples.
        package let values: [(value: String, summary: String)]
    }

    /// All directives, in the order of the documentation.
    package static let directives: [DirectiveHelp] = Directives.Name.allCases.map { name in
        DirectiveHelp(name: name.rawValue, summary: name.summary, values: name.values)
    }

    /// The outcome of a token in the table of magic values.
    fileprivate static func outcome(ofToken token: String) -> String {
        magicTable.first { $0.section == .token && $0.given == token }?.outcome ?? ""
    }
}

extension Directives.Name {
    fileprivate var summary: String {
        switch self {
        case .code: "the reply has this code"
        case .delay: "the reply comes this much later"
        case .http: "this HTTP status"
        case .body: "something other than the usual JSON"
        case .reset: "the connection is reset"
        case .drip: "the bytes of the reply come one by one"
        case .id: "the serial number in the reply"
        case .exid: "the exID in the reply"
        case .endpoint: "the endpoint that can read the token"
        case .phone: "the number that the token attests"
        case .age: "how long ago the token was made"
        case .carrier: "the network that made the token"
        }
    }

    fileprivate var values: [(value: String, summary: String)] {
        switch self {
        case .code:
            ResponseCode.table.filter { $0.layer == .verify }.map { ($0.code.description, $0.meaning) }
        case .delay: [("250ms", Simulator.outcome(ofToken: "sim:delay=250ms")), ("2s", "")]
        case .drip: [("1s", Simulator.outcome(ofToken: "sim:drip=1s"))]
        case .age: [("70s", "older than a token of China Telecom lives"), ("3m", "")]
        case .http: [("502", Simulator.outcome(ofToken: "sim:http=502")), ("401", ""), ("503", "")]
        case .body: described(Directives.Body.allCases.map(\.rawValue))
        case .reset: described(Directives.Reset.allCases.map(\.rawValue))
        case .id: described(Directives.Absence.allCases.map(\.rawValue) + ["117270465679982593"])
        case .exid: described(Directives.Echo.allCases.map(\.rawValue))
        case .endpoint: described(Endpoint.allCases.map(\.rawValue))
        case .phone: described(["13800138000"])
        case .carrier:
            Carrier.allCases.map { ($0.rawValue, "\($0.name), whose tokens live \($0.tokenLife.components.seconds) s") }
        }
    }

    private func described(_ values: [String]) -> [(value: String, summary: String)] {
        values.map { ($0, Simulator.outcome(ofToken: "sim:\(rawValue)=\($0)")) }
    }
}
