// SPDX-License-Identifier: MIT

/// Numbers of the metatables that the prelude registers.
enum LuaClass: UInt32 {
    /// `allow`, `deny`, `review` and what they construct: objects, which only the prelude makes.
    case decision = 1
    /// The others are records: read-only tables. These three know their fields, and reading another is an error.
    case request
    case attempt
    case error
    /// What `on_decision` gets.
    case result
    /// Tables inside a record.
    case data
}
