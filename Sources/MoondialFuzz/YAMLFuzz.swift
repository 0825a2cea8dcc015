// SPDX-License-Identifier: MIT

import ChildProcesses
import Foundation
import Generators
import JSON
import Platform
import TextFormats

/// Configuration files, read by the executable beside this one: rules must get the values that were written, and
/// damaged files must end in an error that names the file, within bounds of time and memory.
enum YAMLFuzz {
    private static let timeLimit = DispatchTimeInterval.seconds(20)
    /// In KiB, including the memory of the sanitizer.
    private static let memoryLimit = 1 << 20
    private static let errorLimit = 8 << 10
    /// RUSAGE_CHILDREN, which has another type on each system.
    private static let endedChildren: Int32 = -1
    /// The allowed statuses for a damaged file: usage, bad input, a missing file, a wrong configuration.
    private static let errorStatuses: Set<Int32> = [64, 65, 66, 78]

    private static let damage =
        [
            "\t", "\n", " ", "  ", ":", ": ", "- ", "? ", ",", "[", "]", "{", "}", "#", " #", "&a ", "*a", "!", "!!",
            "!<",
            "!!binary ", "!!float ", "|", "|2", ">-", "%", "%YAML 1.2\n", "---\n", "...\n", "@", "`", "'", "\"", "\\",
            "\\x",
            "\\uD800", "<<: ", "0x", "1e999", "1_0", "on", "~", "\0", "\r", "\u{85}", "\u{2028}", "\u{FEFF}",
            "\u{202E}",
            "limits: ", "serve: ", "guards: ", "timeout: ", "config: ",
        ].map { Array($0.utf8) } + [[0x80], [0xFF], [0xC3], [0xED, 0xA0, 0x80]]

    static func run(_ random: inout SeededGenerator) throws -> Int {
        let written = Document(&random)
        let run = try read(Array(written.text.utf8))
        try check(run)
        guard run.status == 0, let config = try? JSONValue.parse(run.output), config == written.config else {
            throw run.finding("is read as \(String(decoding: run.output, as: UTF8.self)), and not \(written.config)")
        }
        var damaged = run.document
        for _ in 0...random.below(4) { mutate(&damaged, &random) }
        try check(try read(damaged))
        guard random.chance(10) else { return 2 }
        try check(try read(large(&random)))
        return 3
    }

    private static func mutate(_ bytes: inout [UInt8], _ random: inout SeededGenerator) {
        let at = random.below(bytes.count + 1)
        switch random.below(5) {
        case 0: bytes.removeSubrange(at..<min(bytes.count, at + 1 + random.below(12)))
        case 1 where at < bytes.count: bytes[at] = UInt8(random.below(256))
        case 2:
            // Inserts a copy of a part elsewhere.
            let part = bytes[at..<min(bytes.count, at + random.below(60))]
            bytes.insert(contentsOf: part, at: random.below(bytes.count + 1))
        default: bytes.insert(contentsOf: random.pick(damage), at: at)
        }
    }

    /// Small texts for which a reader may need very much time or memory.
    private static func large(_ random: inout SeededGenerator) -> [UInt8] {
        let count = 1 << random.below(19)
        func repeated(_ text: String) -> String { String(repeating: text, count: count) }
        let text =
            switch random.below(9) {
            case 0: repeated("[")
            case 1: repeated("{a: ")
            case 2: repeated("- ")
            case 3: repeated("? ")
            case 4: "x: " + repeated("&a ")
            case 5: "\"" + repeated("k") + "\": 1"
            case 6: (0..<min(count, 20_000)).map { "k\($0): \($0)\n" }.joined()
            case 7: repeated("a: 1, ")
            default:
                "a0: &a0 [x, x]\n"
                    + (1..<min(count, 60)).map { "a\($0): &a\($0) [*a\($0 - 1), *a\($0 - 1)]\n" }.joined()
            }
        let lines = text.split(separator: "\n").map { "  \($0)" }
        return Array(("config:\n" + lines.joined(separator: "\n") + "\n").utf8)
    }

    // MARK: - Running

    private struct Run {
        let document: [UInt8]
        let status: Int32
        let output: [UInt8]
        let errors: [UInt8]

        func finding(_ problem: String) -> Fuzz.Finding { Fuzz.Finding(input: Fuzz.quoted(document), problem: problem) }
    }

    private static let executable = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        .appending(path: "moondial").path(percentEncoded: false)

    private static func read(_ document: [UInt8]) throws -> Run {
        let folder = FileManager.default.temporaryDirectory.appending(path: "moondial-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(document).write(to: folder.appending(path: "settings.yaml"))
        let streams = try ["output", "errors"].map { name in
            let file = folder.appending(path: name)
            try Data().write(to: file)
            return (file, try FileHandle(forWritingTo: file))
        }
        let process = try ChildProcess(
            executable,
            ["run", "--config", "settings.yaml", "-e", "print(moondial.json.encode(moondial.config))"], in: folder,
            output: streams[0].1, errors: streams[1].1)
        let kill = DispatchWorkItem { process.send(SIGKILL) }
        DispatchQueue.global().asyncAfter(deadline: .now() + timeLimit, execute: kill)
        let status = process.waitForStatus()
        kill.cancel()
        let written = try streams.map { file, handle in
            try handle.close()
            return Array(try Data(contentsOf: file))
        }
        return Run(document: document, status: status, output: written[0], errors: written[1])
    }

    private static func check(_ run: Run) throws {
        let errors = String(decoding: run.errors, as: UTF8.self)
        guard run.status >= 0 else { throw run.finding("was ended by signal \(-run.status): \(errors)") }
        guard run.status == 0 || errorStatuses.contains(run.status) && errors.contains("error[") else {
            throw run.finding("ended with \(run.status): \(errors)")
        }
        guard run.errors.count <= errorLimit else { throw run.finding("\(run.errors.count) bytes of errors") }
        guard String(validating: run.errors, as: UTF8.self) != nil,
            errors.unicodeScalars.allSatisfy({ $0 == "\n" || !$0.isUnprintable })
        else { throw run.finding("an error with control characters: \(Fuzz.quoted(run.errors))") }
        var usage = rusage()
        getrusage(endedChildren, &usage)
        guard usage.ru_maxrss <= memoryLimit else { throw run.finding("\(usage.ru_maxrss) KiB of memory") }
    }
}

/// A configuration file, and the value that rules must get.
private struct Document {
    private(set) var text = "timeout: 5s\nconfig:\n"
    private(set) var config: JSONValue = .null
    private var anchors = 0

    private static let texts = [
        "", "a", "é", "号码", "😀", "true", "null", "~", "1", "0x1F", "1e3", "no", "a b", "a: b", "a #b", "- a", "&a",
        "*a",
        "'", "\"", "\\", "it's", "{", "[a]", "%", "@", " a ", "\t", "line\nline", "<<",
    ]

    init(_ random: inout SeededGenerator) {
        let members = block(&random, depth: 1, count: 1 + random.below(12))
        config = .object(members)
    }

    /// Appends members, each on lines of its own.
    private mutating func block(_ random: inout SeededGenerator, depth: Int, count: Int) -> JSONObject {
        var members: [JSONObject.Member] = []
        for number in 0..<count {
            let key = "k\(number)" + random.pick(Self.texts)
            text += String(repeating: "  ", count: depth) + Self.doubleQuoted(key) + ":"
            if depth < 6, random.chance(20) {
                text += "\n"
                let inner = block(&random, depth: depth + 1, count: 1 + random.below(3))
                members.append(.init(key: key, value: .object(inner)))
                continue
            }
            let value = flow(&random, depth: depth)
            text += " " + value.text + random.pick(["\n", "  # a remark\n", "\n\n"])
            members.append(.init(key: key, value: value.value))
        }
        // The JSON encoder of rules sorts members in this way.
        members.sort { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        return JSONObject(uniqueMembers: members)
    }

    /// A value on one line. Lists have at least one element, since an empty one is no list in Lua.
    private mutating func flow(_ random: inout SeededGenerator, depth: Int) -> (text: String, value: JSONValue) {
        switch random.below(depth < 6 ? 8 : 6) {
        case 0: return random.pick([("true", .bool(true)), ("False", .bool(false)), ("TRUE", .bool(true))])
        case 1:
            let number = Int64(bitPattern: random.next()) >> Int64(random.below(64))
            return ("\(number)", .integer(number))
        case 2: return random.pick([("1.5", .double(1.5)), ("-2.5e-3", .double(-0.0025)), (".5", .double(0.5))])
        case 3: return ("0x1F", .integer(31))
        case 4, 5: return Self.string(random.pick(Self.texts) + random.text(upTo: 3, of: Self.texts), &random)
        case 6:
            let elements = (0...random.below(3)).map { _ in flow(&random, depth: depth + 1) }
            let list = "[" + elements.map(\.text).joined(separator: ", ") + "]"
            guard random.chance(20) else { return (list, .array(elements.map(\.value))) }
            // The same list twice, the second time by an alias.
            anchors += 1
            let value = JSONValue.array(elements.map(\.value))
            return ("[&n\(anchors) \(list), *n\(anchors)]", .array([value, value]))
        default:
            let value = flow(&random, depth: depth + 1)
            return ("{\"k\": \(value.text)}", .object(["k": value.value]))
        }
    }

    private static func string(_ text: String, _ random: inout SeededGenerator) -> (text: String, value: JSONValue) {
        let isOneLine = !text.contains("\n") && !text.contains("\t")
        guard isOneLine, random.chance(40) else { return (doubleQuoted(text), .string(text)) }
        return ("'" + text.replacing("'", with: "''") + "'", .string(text))
    }

    private static func doubleQuoted(_ text: String) -> String {
        "\""
            + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
            .replacing("\t", with: "\\t") + "\""
    }
}
