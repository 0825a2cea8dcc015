// SPDX-License-Identifier: MIT

package import JSON
package import MoondialStore
import TextFormats

/// How entries are shown to operators.
extension StoreEntry {
    /// The parts of the key as a JSON list, and the content. Bytes that are not UTF-8 are escaped.
    package var json: JSONValue {
        var object: JSONObject = [
            "key": .array(key.parts.map { .string(String(validating: $0, as: UTF8.self) ?? String(escaping: $0)) })
        ]
        switch content {
        case .value(let bytes): object["value"] = StoreValueText.json(bytes)
        case .counter(let window, let used):
            object["window_s"] = .double(window / .seconds(1))
            object["used"] = .integer(used)
        }
        if let remaining { object["ttl_s"] = .double(remaining / .seconds(1)) }
        return .object(object)
    }

    /// A row of a table: key, what is kept, time left.
    package var row: [String] {
        let shown: String =
            switch content {
            case .value(let bytes): String(escaping: StoreValueText.json(bytes).bytes)
            case .counter(let window, let used): "\(used) in \(Self.seconds(window))"
            }
        let left = remaining.map { "\(Self.seconds($0)) left" } ?? ""
        return [key.parts.map { String(escaping: $0) }.joined(separator: " "), shown, left]
    }

    /// To a tenth of a second.
    private static func seconds(_ duration: Duration) -> String {
        let tenths = Int64((duration / .milliseconds(100)).rounded())
        return tenths % 10 == 0 ? "\(tenths / 10) s" : "\(tenths / 10).\(tenths % 10) s"
    }
}

/// Values of a store.
package enum StoreValueText {
    /// A value as rules see it. Rules write only JSON; other bytes are shown as text.
    ///
    /// - Parameter bytes: As the store holds them.
    /// - Returns: The value.
    package static func json(_ bytes: [UInt8]) -> JSONValue {
        (try? JSONValue.parse(bytes)) ?? .string(String(escaping: bytes))
    }
}
