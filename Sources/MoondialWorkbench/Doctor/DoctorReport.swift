// SPDX-License-Identifier: MIT

package import JSON
package import MoondialPresentation
import TextFormats

/// The state of an installation, with a line for each check.
package struct DoctorReport: Sendable {
    package enum Status: String, Sendable, CaseIterable, Comparable {
        case ok, warn, fail

        package static func < (left: Self, right: Self) -> Bool { left.rank < right.rank }

        private var rank: Int {
            switch self {
            case .ok: 0
            case .warn: 1
            case .fail: 2
            }
        }
    }

    package struct Line: Sendable {
        /// What was checked, in a word or two.
        package let name: String
        package let status: Status
        package let message: String
        /// What to do about it.
        package let fix: String?

        package init(name: String, status: Status, message: String, fix: String? = nil) {
            self.name = name
            self.status = status
            self.message = message
            self.fix = fix
        }
    }

    package private(set) var lines: [Line] = []

    package init() {}

    package mutating func add(_ name: String, _ status: Status, _ message: String, fix: String? = nil) {
        add(Line(name: name, status: status, message: message, fix: fix))
    }

    package mutating func add(_ line: Line) { lines.append(line) }

    /// The worst of all lines.
    package var status: Status { lines.map(\.status).max() ?? .ok }

    /// Lines that end with newlines.
    package func text(style: TextStyle) -> String {
        let width = lines.map { DisplayText.width($0.name) }.max() ?? 0
        return lines.map { line in
            let status = DisplayText.padded(line.status.rawValue, to: 4)
            let name = DisplayText.padded(line.name, to: width)
            let fix = line.fix.map { "\(String(repeating: " ", count: width + 8))fix: \(Self.shown($0))\n" } ?? ""
            return "\(style.colour(status, line.status.colour))  \(name)  \(Self.shown(line.message))\n\(fix)"
        }.joined()
    }

    private static func shown(_ text: String) -> String { String(escaping: text.utf8) }

    /// One object for machines.
    package var json: JSONValue {
        let checks = lines.map { line -> JSONValue in
            var object: JSONObject = [
                "check": .string(line.name), "status": .string(line.status.rawValue), "message": .string(line.message),
            ]
            object["fix"] = line.fix.map(JSONValue.string)
            return .object(object)
        }
        return .object(["status": .string(status.rawValue), "checks": .array(checks)])
    }
}

extension DoctorReport.Status {
    fileprivate var colour: Style.Colour {
        switch self {
        case .ok: .green
        case .warn: .yellow
        case .fail: .red
        }
    }
}
