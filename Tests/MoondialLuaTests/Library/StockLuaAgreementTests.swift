// SPDX-License-Identifier: MIT

import Foundation
import Generators
import MoondialLua
import Testing

/// Our functions of the standard library, and those left in place, give the results and the errors of stock Lua 5.4.4.
@Suite struct StockLuaAgreementTests {
    /// Functions that the cases call. `c` runs a case and prints its results.
    private static let prelude = #"""
        local function show(v, depth)
          local kind = math.type(v) or type(v)
          if kind == 'string' or kind == 'integer' or kind == 'float' then
            return (('%q'):format(v):gsub('\n', 'n'):gsub('\r', 'r')
              :gsub('[\128-\255]', function(byte) return '\\' .. byte:byte() end))
          end
          if kind ~= 'table' or depth > 2 then return kind == 'boolean' and tostring(v) or kind end
          local shown = {}
          for i = 1, 200 do
            local item = rawget(v, i)
            if item == nil and i > 8 then break end
            shown[i] = show(item, depth + 1)
          end
          return '{' .. table.concat(shown, ' ') .. '}'
        end
        local function c(f)
          local results = table.pack(pcall(f))
          for i = 1, results.n do
            local value = results[i]
            if type(value) == 'string' then value = value:gsub('attempt to compare .*', 'attempt to compare') end
            results[i] = show(value, 0)
          end
          print(table.concat(results, ' '))
        end
        local function all(f, s, v)
          local found = {}
          for a, b, c in f, s, v do
            found[#found + 1] = {a, b, c}
            if #found > 60 then break end
          end
          return found
        end
        local none = setmetatable({}, {__name = 'none'})
        local function tell(t, f, ...)
          local results
          if ... == none then results = table.pack(f(t)) else results = table.pack(f(t, ...)) end
          if results[1] == t then results[1] = 'same' end
          local mt = f ~= table.sort and type(t) == 'table' and getmetatable(t)
          return t, mt and mt.log, table.unpack(results, 1, results.n)
        end
        local function proxy(values, length)
          local log = {}
          local mt = {log = log}
          function mt:__index(k) log[#log + 1] = k return values[k] end
          function mt:__newindex(k, v) log[#log + 1] = v or 'nil' values[k] = v end
          function mt:__len() return length end
          return setmetatable({}, mt)
        end
        local function sorted(values, length, f, ...) f(proxy(values, length), ...) return values end
        local function pieces(text, size)
          local at = 1
          return function()
            local piece = text:sub(at, at + size - 1)
            at = at + size
            return piece
          end
        end
        local shouting = setmetatable({}, {__tostring = function() return 'SHOUT' end})
        local named = setmetatable({}, {__name = 'Named', __tostring = function() return 'a named' end})

        """#

    private static let casesPerBatch = 250

    private static func batch(_ group: LibraryCases.Group, seed: UInt64) -> [String] {
        var cases = LibraryCases(random: SeededGenerator(seed: seed))
        return (0..<casesPerBatch).map { _ in cases.next(group) }
    }

    private static func text(of cases: [String]) -> String {
        prelude + cases.map { "c(function() return \($0) end)\n" }.joined()
    }

    @Test(arguments: LibraryCases.Group.allCases)
    func resultsAndErrorsAgreeWithStockLua(_ group: LibraryCases.Group) throws {
        let batches = (1...4).map { Self.batch(group, seed: $0) }
        let expected = try StockLua.printed(by: batches.map(Self.text))
        for (batch, expected) in zip(batches, expected) {
            let lua = try LuaFixture()
            try lua.run(Self.text(of: batch), name: .file("batch"))
            let printed = lua.journal.printed
            try #require(printed.count == batch.count && expected.count == batch.count)
            for (index, call) in batch.enumerated() where printed[index] != expected[index] {
                Issue.record("\(call)\nours:  \(printed[index])\nstock: \(expected[index])")
                return
            }
        }
    }
}
