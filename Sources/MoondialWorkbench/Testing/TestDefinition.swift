// SPDX-License-Identifier: MIT

import JSON
import MoondialLua
import MoondialRules
import TextFormats

/// Whether a test is to be run.
package enum TestMode: Sendable, Hashable {
    case run
    /// When there is one of these, all others are left out.
    case only
    case skip(reason: String?)
    /// It is known to fail.
    case todo
}

/// One test as its file defines it.
struct TestDefinition {
    enum Body {
        /// A request with its replies and what is expected.
        case row(TestRow)
        case function(LuaFunction)
    }

    let name: String
    let site: LuaSite?
    let mode: TestMode
    let body: Body
    /// The place of the table, if the test is one.
    var table: TestTable?
}

/// The place of a test's table in its file.
struct TestTable: Sendable, Hashable {
    /// The name after the word `test`.
    let name: String
    /// The line of that word.
    let line: Int
    /// Its place in a list of tables, from 0; nil for a test of one table.
    let row: Int?
}

/// A test that is a table.
struct TestRow: Sendable {
    let request: RunRequest
    /// Nil if the simulator answers.
    let replies: [TestReply]?
    /// Nil if the memory of the test answers.
    let store: TestStore?
    let expected: JSONObject
    let holdsForAllOutcomes: Bool
    /// When the run begins, in milliseconds since 1970.
    let time: Int64?
    let mode: TestMode

    /// An error in a table.
    struct Problem: Error { let message: String }

    static let keys = [
        "name", "request", "replies", "store", "expect", "for_all_outcomes", "at", "skip", "only", "todo",
    ]

    /// The phone and token of a request that names none.
    static let phone = "13800138000"

    init(_ value: JSONValue) throws(Problem) {
        guard let table = value.objectValue else {
            throw Problem(message: "a table with request, replies and expect expected")
        }
        for key in table.keys where !Self.keys.contains(key) {
            throw Problem(message: "a test has no '\(key)'\(Suggestion.clause(for: key, in: Self.keys))")
        }
        request = try Self.request(table["request"])
        holdsForAllOutcomes = table["for_all_outcomes"] == true
        replies = try table["replies"].map { value throws(Problem) in try Self.replies(value) }
        store = try table["store"].map { value throws(Problem) in
            do throws(TestStore.Problem) {
                return try TestStore(value)
            } catch {
                throw Problem(message: "store: \(error.message)")
            }
        }
        if holdsForAllOutcomes, replies != nil {
            throw Problem(message: "for_all_outcomes stands in the place of replies: give one of them")
        }
        guard let expected = table["expect"].flatMap(Self.object), !expected.isEmpty else {
            throw Problem(message: "expect: a table such as { decision = \"review\" } expected")
        }
        self.expected = expected
        time = try table["at"].map { value throws(Problem) in
            guard let time = value.stringValue.flatMap(UTCTime.milliseconds) else {
                throw Problem(message: "at: a time such as \"2026-01-31T23:59:00Z\" expected")
            }
            return time
        }
        mode = Self.mode(table)
    }

    private static func mode(_ table: JSONObject) -> TestMode {
        if let skip = table["skip"], skip != false { return .skip(reason: skip.stringValue) }
        if let todo = table["todo"], todo != false { return .todo }
        return table["only"] == true ? .only : .run
    }

    private static func replies(_ value: JSONValue) throws(Problem) -> [TestReply] {
        // An empty table can be a list or an object.
        let elements = value.arrayValue ?? (object(value)?.isEmpty == true ? [] : nil)
        guard let elements else { throw Problem(message: "replies: a list such as { 9020, 9000 } expected") }
        var replies: [TestReply] = []
        for (index, element) in elements.enumerated() {
            do throws(TestReply.Problem) {
                replies.append(try TestReply(element))
            } catch {
                throw Problem(message: "reply \(index + 1): \(error.message)")
            }
        }
        return replies
    }

    private static func request(_ value: JSONValue?) throws(Problem) -> RunRequest {
        guard var object = value.flatMap(Self.object) else {
            throw Problem(message: "request: a table such as { phone = \"\(phone)\", channel = \"web\" } expected")
        }
        // `exid` is the name in Lua, `exID` that of the provider.
        if let exID = object["exid"] {
            object["exid"] = nil
            object["exID"] = exID
        }
        if object["phone"] == nil { object["phone"] = .string(phone) }
        if object["token"] == nil { object["token"] = .string(RequestClass.token) }
        do throws(Diagnostic) {
            return try RunRequest(json: .object(object))
        } catch {
            throw Problem(message: "request: \(error.message)")
        }
    }

    private static func object(_ value: JSONValue) -> JSONObject? {
        value.objectValue ?? (value.arrayValue?.isEmpty == true ? JSONObject() : nil)
    }
}
