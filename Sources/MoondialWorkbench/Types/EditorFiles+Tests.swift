// SPDX-License-Identifier: MIT

extension EditorFiles {
    /// The definitions of the word `test` of test files.
    static let testDefinitions = """
        ---@class moondial.test_row
        ---@field name? string of a row in a list
        ---@field request table what verify takes; phone and token may be missing
        ---@field replies? (integer|string|table)[] the replies to attempts, in their order
        ---@field store? string|table what comes of calls of moondial.store, and what is in the store
        ---@field for_all_outcomes? boolean in place of replies: holds on every path
        ---@field expect table what the decision has to be
        ---@field at? string when the run begins: "2026-01-31T23:59:00Z"
        ---@field skip? boolean|string
        ---@field only? boolean
        ---@field todo? boolean

        ---@class moondial.t
        ---@field log string[] what rules have logged
        local t = {}
        ---Adds replies.
        ---@param ... integer|string|table
        function t:reply(...) end
        ---Says what the store answers from here on.
        ---@param answers string|table
        function t:store(answers) end
        ---Advances the clock: "30s".
        ---@param time string
        function t:advance(time) end
        ---Fails unless both are the same, tables too.
        ---@param got any
        ---@param expected any
        ---@param what? any
        function t:equal(got, expected, what) end

        ---@class moondial.test_word
        ---@overload fun(name: string): fun(rows: moondial.test_row|moondial.test_row[])
        ---@overload fun(name: string, body: moondial.test_row|fun(t: moondial.t))

        ---@class moondial.test: moondial.test_word
        ---@field only moondial.test_word leaves the others out
        ---@field skip moondial.test_word leaves it out
        ---@field todo moondial.test_word is known to fail

        ---A test, in a file named *_test.lua.
        ---@type moondial.test
        test = nil

        """
}
