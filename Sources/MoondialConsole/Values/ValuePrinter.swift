// SPDX-License-Identifier: MIT

package import MoondialLua
package import MoondialPresentation
import MoondialRules

/// Prints values as Lua, so that the output can be typed again. A value without a text form becomes a comment.
package struct ValuePrinter {
    /// How much of a value is shown.
    package struct Limits: Sendable, Hashable {
        /// Tables in tables.
        package var depth = 4
        /// Entries of one table.
        package var items = 40
        /// Bytes of one string.
        package var bytes = 400

        package init() {}

        /// Larger limits, for output that programs read.
        package static var ofPrograms: Limits {
            var limits = Limits()
            (limits.depth, limits.items, limits.bytes) = (16, 1000, 64 << 10)
            return limits
        }

        /// No limits: all that Lua has passed to the host.
        package static var full: Limits {
            var limits = Limits()
            (limits.depth, limits.items, limits.bytes) = (.max, .max, .max)
            return limits
        }
    }

    let limits: Limits
    /// The cells of a line; a table that does not fit takes several. Nil for one line, whatever its length.
    let width: Int?
    let style: TextStyle
    /// Removes secrets from strings.
    let redacted: (String) -> String
    /// Called for each value: whether to stop printing.
    var isStopped: () -> Bool = { false }

    package init(
        limits: Limits = Limits(), width: Int?, style: TextStyle = .plain,
        redacted: @escaping (String) -> String = { $0 }
    ) {
        self.limits = limits
        self.width = width
        self.style = style
        self.redacted = redacted
    }

    /// Without a newline at the end.
    package func text(_ view: LuaView) -> String {
        if limits != .full, let width, let table = RecordTable(view, printer: self) {
            return String(table.text(width: width).dropLast())
        }
        switch view {
        case .function(_, .some), .function(nil, nil), .opaque: return comment(Self.note(of: view) ?? "").text
        default: return render(view, depth: 0, indent: 0, room: width ?? .max).text
        }
    }

    /// The most important fields of a decision.
    static let firstOfDecision = ["decision", "reason", "rule", "verdict", "code", "endpoint"]

    /// Text with the cells that it takes.
    struct Piece {
        var text = ""
        var width = 0

        static func += (left: inout Piece, right: Piece) {
            left.text += right.text
            left.width += right.width
        }
    }

    // MARK: - Tables

    /// On one line if there is room, else on several.
    private func render(_ view: LuaView, depth: Int, indent: Int, room: Int) -> Piece {
        if let flat = flat(view, depth: depth, room: room) { return flat }
        guard let content = TableContent(of: view, depth: depth, printer: self) else { return scalar(view) }
        let inner = String(repeating: " ", count: indent + 2)
        var piece = content.opening(self)
        piece += plain("{")
        for entry in content.entries where !isStopped() {
            piece.text += "\n\(inner)"
            let label = entry.key.map { key($0) } ?? Piece()
            piece += label
            piece += render(entry.value, depth: depth + 1, indent: indent + 2, room: room - 3 - label.width)
            piece += plain(",")
        }
        if let note = content.note { piece.text += "\n\(inner)\(comment(note).text)" }
        piece.text += "\n\(String(repeating: " ", count: indent))}\(content.closing)"
        return piece
    }

    /// On one line of at most `room` cells, or nil.
    private func flat(_ view: LuaView, depth: Int, room: Int) -> Piece? {
        guard let content = TableContent(of: view, depth: depth, printer: self) else {
            let piece = scalar(view)
            return piece.width <= room || depth == 0 ? piece : nil
        }
        var piece = content.opening(self)
        if content.entries.isEmpty, content.note == nil {
            piece += plain("{}\(content.closing)")
            return piece
        }
        piece += plain("{ ")
        for (index, entry) in content.entries.enumerated() where !isStopped() {
            if index > 0 { piece += plain(", ") }
            if let name = entry.key { piece += key(name) }
            guard let value = flat(entry.value, depth: depth + 1, room: room - piece.width) else { return nil }
            piece += value
            if piece.width > room { return nil }
        }
        if let note = content.note {
            if !content.entries.isEmpty { piece += plain(", ") }
            piece += comment(note)
        }
        piece += plain(" }\(content.closing)")
        return piece.width <= room ? piece : nil
    }

    private func key(_ view: LuaView) -> Piece {
        if let name = view.text, LuaWords.isName(name) {
            return coloured("\(redacted(name)) = ", .cyan)
        }
        var piece = plain("[")
        switch view {
        case .table, .function, .object, .opaque, .cycle, .cut: piece += comment(Self.note(of: view) ?? "table")
        default: piece += scalar(view)
        }
        piece += plain("] = ")
        return piece
    }
}

/// What is shown of a table, in order.
private struct TableContent {
    struct Entry {
        /// Nil for the elements of a list.
        let key: LuaView?
        let value: LuaView
    }

    var entries: [Entry] = []
    /// A comment about entries that are not shown.
    var note: String?
    /// The comment about the metatable.
    private var metatable: String?
    /// The function that makes such a table.
    private var maker = ""
    var closing: String { maker.contains("(") ? ")" : "" }

    func opening(_ printer: ValuePrinter) -> ValuePrinter.Piece {
        guard let metatable else { return printer.plain(maker) }
        var piece = printer.comment(metatable)
        piece += printer.plain(" \(maker)")
        return piece
    }

    /// Nil when the value is no table.
    init?(of view: LuaView, depth: Int, printer: ValuePrinter) {
        switch view {
        case .table(let table): self.init(table, depth: depth, printer.limits)
        case .object(_, payload: .table(let payload)) where payload["fields"] != nil:
            guard case .table(let fields)? = payload["fields"], let outcome = payload["decision"]?.text else {
                return nil
            }
            self.init(fields, depth: depth, printer.limits)
            let reason = payload["reason"].map { printer.scalar($0).text } ?? "nil"
            maker = "\(outcome)(\(reason), "
        default: return nil
        }
    }

    private init(_ table: LuaTableView, depth: Int, _ limits: ValuePrinter.Limits) {
        let count = table.array.count + table.entries.count + table.omitted
        if table.isArray, count == 0 { maker = "moondial.json.array " }
        metatable = table.metatable.map { $0.isEmpty ? "with a metatable" : $0 }
        guard depth < limits.depth else {
            if count > 0 { note = "… \(count) more" }
            return
        }
        if limits != .full, let names = Self.namesOfDecision(table) {
            entries = names.map {
                Entry(key: .string(LuaString($0.utf8), bytes: $0.utf8.count), value: table[$0] ?? .nil)
            }
            let left = count - entries.count
            if left > 0 { note = "… \(left) more, see :full" }
            return
        }
        entries = table.array.prefix(limits.items).map { Entry(key: nil, value: $0) }
        let sorted = table.entries.sorted { $0.key < $1.key }
        entries += sorted.prefix(limits.items - entries.count).map { Entry(key: $0.key, value: $0.value) }
        if entries.count < count { note = "… \(count - entries.count) more" }
    }

    /// For a table that `verify` returns: the most important fields, and those that the rules have added.
    private static func namesOfDecision(_ table: LuaTableView) -> [String]? {
        guard table["trace_id"]?.text != nil, table["decision"]?.text != nil, table["attempts"] != nil else {
            return nil
        }
        let known = Registry.fieldNames(of: "decision")
        let first = ValuePrinter.firstOfDecision.filter { table[$0] != nil }
        let added = table.entries.compactMap(\.key.text).filter { !known.contains($0) }
        return first + added.sorted()
    }
}

extension LuaView {
    /// Numbers, then strings by their bytes, then the rest.
    fileprivate static func < (left: LuaView, right: LuaView) -> Bool {
        switch (left, right) {
        case (.integer(let left), .integer(let right)): left < right
        case (.string(let left, _), .string(let right, _)): left.bytes.lexicographicallyPrecedes(right.bytes)
        default:
            if let left = left.double, let right = right.double { left < right } else { left.rank < right.rank }
        }
    }

    private var double: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    private var rank: Int {
        switch self {
        case .integer, .number: 0
        case .string: 1
        case .boolean(let value): value ? 3 : 2
        default: 4
        }
    }
}
