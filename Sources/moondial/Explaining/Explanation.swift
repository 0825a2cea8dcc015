// SPDX-License-Identifier: MIT

import JSON
import MoondialPresentation
import NumberVerification

/// The explanation of a code, of the provider or of moondial.
struct Explanation {
    /// Such as "9003" or "response_timeout".
    let code: String
    /// Whose code it is: the same number means different things in different places.
    let place: String
    let meaning: String
    /// The provider's own text.
    var content: String?
    var responseClass: String?
    /// `no`, `yes` or `maybe`.
    var billed: Billed?
    /// Whether the same token may be sent again.
    var resend: String?
    var advice: String?
    var source: String?

    /// One object. Members without a value are left out.
    var json: JSONValue {
        var object: JSONObject = ["code": .string(code), "place": .string(place)]
        object["content"] = content.map(JSONValue.string)
        object["meaning"] = .string(meaning)
        object["class"] = responseClass.map(JSONValue.string)
        object["billed"] = billed.map { $0 == .maybe ? "maybe" : .bool($0 == .yes) }
        object["resend"] = resend.map(JSONValue.string)
        object["advice"] = advice.map(JSONValue.string)
        object["source"] = source.map(JSONValue.string)
        return .object(object)
    }

    /// A line per fact.
    func text(style: TextStyle) -> String {
        let facts: [(name: String, value: String?)] = [
            ("place", place), ("meaning", meaning), ("class", responseClass), ("billed", billed?.rawValue),
            ("resend", resend), ("advice", advice), ("source", source),
        ]
        let title = style.bold(code) + (content.map { "  \($0)" } ?? "") + "\n"
        return title + TextTable(facts: facts, indent: 2).text
    }
}
