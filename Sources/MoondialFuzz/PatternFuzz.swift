// SPDX-License-Identifier: MIT

import ChildProcesses
import Foundation
import Generators
import MoondialLua

/// Patterns of random bytes, valid or not, must have the same results as in the system's lua5.4.
enum PatternFuzz {
    private static let casesPerBatch = 400
    private static let subjectBytes = Array("aab1 _-().%\0\u{FF}".utf8)
    private static let patternBytes = Array("aab1.%%%%[[]]^^$()()*+-?-wsdbf12\0 ".utf8)

    private static let prelude = """
        local function c(...)
          local results = table.pack(pcall(...))
          for i = 1, results.n do
            local value = results[i]
            if type(value) == 'string' then
              local bytes = {value:byte(1, -1)}
              for j = 1, #bytes do bytes[j] = ('%02x'):format(bytes[j]) end
              value = '"' .. table.concat(bytes)
            end
            results[i] = tostring(value)
          end
          print(table.concat(results, ' '))
        end

        """

    static func run(_ random: inout SeededGenerator) throws -> Int {
        var calls: [String] = []
        for _ in 0..<casesPerBatch {
            let subject = Fuzz.quoted(random.bytes(upTo: 16, of: subjectBytes))
            let pattern = Fuzz.quoted(random.bytes(upTo: 12, of: patternBytes))
            let call = ["string.find", "string.match", "string.gsub"][random.below(3)]
            calls.append("\(call), \(subject), \(pattern)" + (call.hasSuffix("gsub") ? ", '<%0>'" : ""))
        }
        let text = prelude + calls.map { "c(\($0))\n" }.joined()
        let ours = try ours(text)
        let stock = try stock(text)
        for (index, call) in calls.enumerated() where ours[index] != stock[index] {
            throw Fuzz.Finding(input: call, problem: "ours \(ours[index]), stock \(stock[index])")
        }
        return calls.count
    }

    private static func ours(_ text: String) throws -> [String] {
        final class Lines { var all: [String] = [] }
        let lines = Lines()
        var configuration = LuaVM.Configuration()
        configuration.functions = [
            HostFunction("print", .stringifies) { call in
                lines.all.append(call.arguments.nextOrNil().text ?? "?")
                return .returned
            }
        ]
        let vm = try LuaVM(configuration)
        let thread = try vm.makeThread()
        defer { thread.close() }
        if case .failed(let error) = thread.start(try vm.load(Array(text.utf8), name: .file("fuzz"))) { throw error }
        return lines.all
    }

    private static func stock(_ text: String) throws -> [String] {
        let file = FileManager.default.temporaryDirectory.appending(path: "moondial-\(UUID().uuidString).lua")
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(text.utf8).write(to: file)
        let output = Pipe()
        let process = try ChildProcess(
            "/usr/bin/env", ["lua5.4", file.path(percentEncoded: false)], output: output.fileHandleForWriting,
            errors: .standardError)
        try output.fileHandleForWriting.close()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        _ = process.waitForStatus()
        return String(decoding: data, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
