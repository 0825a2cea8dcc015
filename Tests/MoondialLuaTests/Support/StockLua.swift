// SPDX-License-Identifier: MIT

import ChildProcesses
import Foundation

/// The `lua5.4` of the system, with which expectations are compared. Tests fail if it is missing: `scripts/test`
/// installs it.
enum StockLua {
    private static let path = ["/usr/bin/lua5.4", "/usr/local/bin/lua5.4", "/opt/homebrew/bin/lua"].first {
        FileManager.default.isExecutableFile(atPath: $0)
    }

    /// The results of `text`, a function body, in stock Lua, written as by `print` with spaces between.
    static func run(_ text: String, prelude: String = "") throws -> String {
        let arguments = [
            "-e",
            """
            \(prelude)
            local results = table.pack(assert(load(arg_text, "@test.lua"))())
            for i = 1, results.n do
              local value = results[i]
              local kind = type(value)
              if kind == "table" or kind == "function" or kind == "thread" then value = kind end
              io.write(i > 1 and " " or "", tostring(value))
            end
            """.replacingOccurrences(of: "arg_text", with: Self.quoted(text)),
        ]
        return try output(of: arguments)
    }

    /// The lines that each of `texts`, chunks named "@batch", prints in stock Lua.
    static func printed(by texts: [String]) throws -> [[String]] {
        let input = FileManager.default.temporaryDirectory.appendingPathComponent("moondial-\(UUID().uuidString).lua")
        defer { try? FileManager.default.removeItem(at: input) }
        let chunks = texts.map { "assert(load(\(quoted($0)), '@batch'))() print('\\0')\n" }
        try chunks.joined().write(to: input, atomically: true, encoding: .utf8)
        let parts = try output(of: [input.path]).components(separatedBy: "\0\n")
        guard parts.count == texts.count + 1 else { throw Surprise("lua5.4 said: \(parts.last ?? "")") }
        return parts.dropLast().map { Array($0.components(separatedBy: "\n").dropLast()) }
    }

    /// The output of stock Lua, errors included.
    private static func output(of arguments: [String]) throws -> String {
        guard let path else { throw Surprise("lua5.4 is not installed; 'scripts/prepare lua5.4' installs it") }
        let output = Pipe()
        let process = try ChildProcess(
            path, arguments, output: output.fileHandleForWriting, errors: output.fileHandleForWriting)
        try output.fileHandleForWriting.close()
        let data = output.fileHandleForReading.readDataToEndOfFile()
        _ = process.waitForStatus()
        return String(decoding: data, as: UTF8.self)
    }

    private static func quoted(_ text: String) -> String {
        "[====[\n" + text + "]====]"
    }
}
