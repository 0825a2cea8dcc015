// SPDX-License-Identifier: MIT

package import NumberVerification

extension JSON.Object {
    /// Without members that are null, at every depth: a value that is missing is nil in Lua, and Lua takes
    /// `moondial.json.null` for true. Elements of lists stay, since those after them would move.
    package var withoutNulls: JSON.Object {
        JSON.Object(
            uniqueMembers: members.compactMap { member in
                member.value == .null
                    ? nil : JSON.Object.Member(key: member.key, value: member.value.withoutNullMembers)
            })
    }
}

extension JSON {
    fileprivate var withoutNullMembers: JSON {
        switch self {
        case .object(let object): .object(object.withoutNulls)
        case .array(let elements): .array(elements.map(\.withoutNullMembers))
        default: self
        }
    }
}
