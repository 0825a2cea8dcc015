// SPDX-License-Identifier: MIT

import JSON
import MoondialLua
import MoondialRules
import MoondialStore
import NumberVerification
import NumberVerificationSimulator
import TextFormats

/// The definitions of a test file, and the replies and answers for its tests while they run. Used on one event loop.
final class TestScript {
    private(set) var definitions: [TestDefinition] = []
    let clock: VirtualClock
    /// The lines that rules and tests have logged and printed.
    var output: [String] = []
    /// Messages that were logged.
    var logs: [String] = []
    /// A message if a run needed a reply, or an answer of the store, that the test does not have.
    private(set) var missingReply: String?
    /// Puts the entries and lists of a test into its memory.
    var fillStore: (TestStore) throws(TestStore.Problem) -> Void = { _ in }

    private let simulator = Simulator()
    private var replies: [TestReply]?
    private var repliesTaken = 0
    private var store: TestStore?
    private var storeCalls = 0
    /// The name and place of each `test "name"` that no table or function has followed so far.
    private var begun: [(name: String, site: LuaSite?)] = []

    init(clock: VirtualClock) { self.clock = clock }

    /// From now on attempts get these replies, one after the other; nil for the replies of the simulator.
    func setReplies(_ replies: [TestReply]?) {
        self.replies = replies
        repliesTaken = 0
    }

    /// The reply to the next attempt.
    func reply(to request: VerificationRequest, at endpoint: Endpoint) -> ScriptedReply {
        guard let replies else { return simulator.scripted(request, at: endpoint) }
        guard repliesTaken < replies.count else {
            missingReply =
                missingReply
                ?? "attempt \(repliesTaken + 1) at \(endpoint.rawValue) asked for a reply, but the test has "
                + (replies.count == 1 ? "1" : String(replies.count))
            return ScriptedReply(.trouble(.cancelled, .no))
        }
        defer { repliesTaken += 1 }
        return replies[repliesTaken].scripted(request, at: endpoint, by: simulator)
    }

    /// From now on calls of the store get these answers; nil for the answers of the test's memory.
    ///
    /// - Throws: `TestStore.Problem` when a key, list or member is not valid.
    func setStore(_ store: TestStore?) throws(TestStore.Problem) {
        if let store { try fillStore(store) }
        beginStore(store)
    }

    /// The same, for a store that is filled already.
    func beginStore(_ store: TestStore?) {
        self.store = store
        storeCalls = 0
    }

    /// The answer to a call of the store; nil if the memory has to answer.
    func answer(to command: StoreCommand) -> Result<StoreReply, StoreError>? {
        guard let script = store?.script else { return nil }
        storeCalls += 1
        let answer: StoreAnswer
        switch script {
        case .every(let every): answer = every
        case .functions(let answers):
            guard let given = answers[command.function] else { return nil }
            answer = given
        case .sequence(let answers):
            guard storeCalls <= answers.count else {
                return missing("asked for an answer, but the test has \(answers.count)", command)
            }
            answer = answers[storeCalls - 1]
        }
        if let problem = answer.problem(for: command.function) {
            return missing("has a wrong answer: \(problem)", command)
        }
        return answer.result(of: command)
    }

    private func missing(_ problem: String, _ command: StoreCommand) -> Result<StoreReply, StoreError> {
        missingReply = missingReply ?? "call \(storeCalls) of the store, \(command.function), \(problem)"
        return .failure(StoreError(.unavailable, "the test has no answer"))
    }

    // MARK: - Words

    /// The word `test`, and the methods of the `t` that functions of tests get.
    var words: ScriptWords {
        ScriptWords(
            functions: [
                HostFunction("host.begin_test") { [unowned self] call in
                    begun.append((call.arguments.nextOrNil().text ?? "", call.site))
                    return .returned
                },
                HostFunction("host.test", .takesFunctions) { [unowned self] call in
                    let mode = call.arguments.nextOrNil().text ?? ""
                    let (name, body) = (call.arguments.nextOrNil(), call.arguments.nextOrNil())
                    return define(mode, name, body, call)
                },
                HostFunction("host.test_reply") { [unowned self] call in
                    var more: [TestReply] = []
                    while let value = call.arguments.next() {
                        do {
                            more.append(try TestReply(try JSONValue(value, work: call.work)))
                        } catch let error as TestReply.Problem {
                            return .raised("t:reply: \(error.message)")
                        } catch {
                            return .raised("t:reply: a code, the name of an error or a table expected")
                        }
                    }
                    replies = (replies ?? []) + more
                    return .returned
                },
                HostFunction("host.test_store") { [unowned self] call in
                    do {
                        try setStore(try TestStore(try JSONValue(call.arguments.nextOrNil(), work: call.work)))
                        return .returned
                    } catch let error as TestStore.Problem {
                        return .raised("t:store: \(error.message)")
                    } catch {
                        return .raised("t:store: \"away\", a list of answers or a table of functions expected")
                    }
                },
                HostFunction("host.test_advance") { [unowned self] call in
                    guard let text = call.arguments.nextOrNil().text,
                        let duration = Duration(text: text, in: .zero ... .seconds(366 * 86_400))
                    else { return .raised("t:advance: a duration such as \"30s\" or \"24h\" expected") }
                    clock.advance(by: duration)
                    return .returned
                },
                HostFunction("host.test_log") { [unowned self] call in
                    call.results.writeArray(count: logs.count) { writer in for line in logs { writer.write(line) } }
                    return .returned
                },
            ], prelude: Self.prelude)
    }

    /// An error about a `test "name"` after which nothing came; nil if there is none.
    var unfinished: Diagnostic? {
        guard let (name, site) = begun.first else { return nil }
        return Diagnostic(
            .ruleError, "test '\(name)': a table or a function expected after the name", site: site,
            fix: "write test \"\(name)\" { request = {…}, expect = {…} }")
    }

    private func define(_ mode: String, _ name: LuaValue, _ body: LuaValue, _ call: HostCall) -> HostAnswer {
        guard let name = name.text, !name.isEmpty else {
            return .raised("test: a name expected, such as test \"expired\"")
        }
        let beginning = begun.lastIndex { $0.name == name }.map { begun.remove(at: $0) }
        let site = beginning?.site ?? call.site
        let modes: [String: TestMode] = ["only": .only, "skip": .skip(reason: nil), "todo": .todo]
        let given = modes[mode] ?? .run
        if case .function(let function) = body {
            definitions.append(TestDefinition(name: name, site: site, mode: given, body: .function(function)))
            return .returned
        }
        do {
            let value = try JSONValue(body, work: call.work)
            let rows = try Self.rows(value)
            for (index, (suffix, row)) in rows.enumerated() {
                let mode = given == .run ? row.mode : given
                var definition = TestDefinition(name: name + suffix, site: site, mode: mode, body: .row(row))
                if let site {
                    definition.table = TestTable(name: name, line: site.line, row: suffix.isEmpty ? nil : index)
                }
                definitions.append(definition)
            }
            return .returned
        } catch let error as TestRow.Problem {
            return .raised("test '\(name)': \(error.message)")
        } catch let error as LuaConversionProblem {
            return .raised("test '\(name)': \(error.message)")
        } catch {
            return .raised("test '\(name)': a table or a function expected")
        }
    }

    /// One row, or the rows of a list, each with the suffix that is added to the test's name.
    private static func rows(_ value: JSONValue) throws -> [(suffix: String, row: TestRow)] {
        guard let elements = value.arrayValue, !elements.isEmpty else { return [("", try TestRow(value))] }
        return try elements.enumerated().map { index, element in
            let name = element.objectValue?["name"]?.stringValue ?? "row \(index + 1)"
            do {
                return (" / \(name)", try TestRow(element))
            } catch let error as TestRow.Problem {
                throw TestRow.Problem(message: "\(name): \(error.message)")
            }
        }
    }

    private static let prelude = #"""
        local function show(value, depth)
          if type(value) == "string" then return ("%q"):format(value) end
          if type(value) ~= "table" then return tostring(value) end
          if depth > 3 then return "{…}" end
          local keys, parts = {}, {}
          for key in pairs(value) do keys[#keys + 1] = key end
          table.sort(keys, function(a, b)
            if type(a) == type(b) and (type(a) == "string" or type(a) == "number") then return a < b end
            return type(a) == "number"
          end)
          for _, key in ipairs(keys) do
            local name = math.type(key) == "integer" and key >= 1 and key <= #value and ""
              or (type(key) == "string" and key:match "^[%a_][%w_]*$" and key .. " = ")
              or "[" .. show(key, depth + 1) .. "] = "
            parts[#parts + 1] = name .. show(value[key], depth + 1)
          end
          return "{ " .. table.concat(parts, ", ") .. " }"
        end

        local function same(a, b, depth)
          if rawequal(a, b) or a == b then return true end
          if type(a) ~= "table" or type(b) ~= "table" or depth > 100 then return false end
          for key, value in pairs(a) do if not same(value, b[key], depth + 1) then return false end end
          for key in pairs(b) do if a[key] == nil then return false end end
          return true
        end

        local methods = {
          reply = function(_, ...) host.test_reply(...) end,
          store = function(_, answers) host.test_store(answers) end,
          advance = function(_, time) host.test_advance(time) end,
          equal = function(_, got, expected, what)
            if same(got, expected, 1) then return end
            local about = what == nil and "" or tostring(what) .. ": "
            error(about .. "expected " .. show(expected, 1) .. ", got " .. show(got, 1), 2)
          end,
        }
        local metatable = {
          __name = "t",
          __index = function(_, key)
            if key == "log" then return host.test_log() end
            local method = methods[key]
            if method == nil then error("t has no '" .. tostring(key) .. "'; it has reply, store, advance, equal and log", 2) end
            return method
          end,
        }

        local define
        function define(mode, name, body)
          if type(body) == "function" then
            local given = body
            body = function() given(setmetatable({}, metatable)) end
          end
          if body ~= nil then
            host.test(mode, name, body)
            return
          end
          host.begin_test(name)
          return function(later)
            if later == nil then later = {} end
            define(mode, name, later)
          end
        end

        local function word(mode)
          return function(name, body)
            local rest = define(mode, name, body)
            return rest
          end
        end
        _G.test = setmetatable({ only = word "only", skip = word "skip", todo = word "todo" }, {
          __call = function(_, name, body)
            local rest = define("run", name, body)
            return rest
          end,
        })

        """#
}
