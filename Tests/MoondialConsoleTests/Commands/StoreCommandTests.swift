// SPDX-License-Identifier: MIT

import Testing

@testable import MoondialConsole

/// `:store` shows and changes the store of rules and the prompt.
struct StoreCommandTests {
    private let fixture = SessionFixture()

    @Test func storeCommandListsReadsSetsAndDeletesEntries() async throws {
        let record = try await fixture.type(
            ":store", "moondial.store.set({ 'customer', '4711' }, { vip = true })", ":store get customer 4711",
            ":store set customer 4712 {\"vip\": false, \"note\": \"a b\"}", ":store get customer 4712", ":store",
            ":store delete customer 4711", ":store get customer 4711")
        #expect(record.results.contains("{\"vip\":true}\n"))
        #expect(record.results.contains("{\"vip\":false,\"note\":\"a b\"}\n"))
        #expect(record.results.contains("customer 4712  {"))
        #expect(record.notes.contains("nothing is remembered"))
        #expect(record.notes.contains("nothing is kept under this key"))
    }

    @Test func storeCommandHidesPhonesInKeys() async throws {
        let record = try await fixture.type(
            "moondial.store.count({ 'phone', '13800138000' }, { limit = 3, window_s = 60 })", ":store",
            ":store delete phone 13800138000", ":store")
        #expect(record.results.contains("phone #"))
        #expect(record.results.contains("1 in 60 s"))
        #expect(!record.results.contains("phone 13800138000"))
        #expect(record.notes.contains("nothing is remembered"))
    }

    @Test(arguments: [
        (":store forget", "get, set or delete with a key expected"), (":store set a b c", "the value is not JSON"),
        (":store get \(String(repeating: "x", count: 300))", "expected at most 256 bytes"),
    ])
    func wrongStoreCommandIsReported(block: String, message: String) async throws {
        let record = try await fixture.type(block)
        #expect(record.notes.contains(message))
    }
}
