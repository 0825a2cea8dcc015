// SPDX-License-Identifier: MIT

package import JSON

extension JSONObject {
    /// Without members that are null, at every depth: a missing value is nil in Lua, but `moondial.json.null` counts as
    /// true in a condition. Null elements of lists stay, since the elements after them would move.
    package var withoutNulls: JSONObject {
        JSONObject(
            uniqueMembers: members.compactMap { member in
                member.value == .null
                    ? nil : JSONObject.Member(key: member.key, value: member.value.withoutNullMembers)
            })
    }
}

extension JSONValue {
    fileprivate var withoutNullMembers: JSONValue {
        switch self {
        case .object(let object): .object(object.withoutNulls)
        case .array(let elements): .array(elements.map(\.withoutNullMembers))
        default: self
        }
    }
}
