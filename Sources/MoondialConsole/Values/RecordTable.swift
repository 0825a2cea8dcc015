// SPDX-License-Identifier: MIT

import MoondialLua
import MoondialPresentation
import MoondialRules
import TextFormats

/// A list of records that have the same fields, as a table for people: decisions, attempts, rows of any kind.
struct RecordTable {
    private let columns: [String]
    /// Fields that are left out.
    private let hidden: [String]
    private let records: [LuaTableView]
    private let printer: ValuePrinter

    /// A list of fewer records needs no table.
    private static let fewest = 2
    private static let mostColumns = 16

    /// Nil when the value is no such list: at least two tables with text keys, which have most of their fields in common.
    init?(_ view: LuaView, printer: ValuePrinter) {
        guard case .table(let list) = view, list.entries.isEmpty, list.omitted == 0, list.metatable == nil,
            list.array.count >= Self.fewest, list.array.count <= printer.limits.items
        else { return nil }
        var records: [LuaTableView] = []
        var counts: [String: Int] = [:]
        for element in list.array {
            guard case .table(let record) = element, record.array.isEmpty, record.omitted == 0, !record.entries.isEmpty
            else { return nil }
            for entry in record.entries {
                guard let name = entry.key.text else { return nil }
                counts[name, default: 0] += 1
            }
            records.append(record)
        }
        // The records are alike: at least half of them have each field.
        let common = counts.filter { $0.value * 2 >= records.count }.map(\.key)
        guard common.count >= 2, common.count == counts.count, counts.count <= Self.mostColumns else { return nil }
        self.records = records
        self.printer = printer
        let ordered = Self.ordered(common)
        // Of a decision that `verify` returns, only the most important fields and those of rules are shown.
        let isDecision = ["decision", "attempts", "trace_id"].allSatisfy(common.contains)
        let known = Registry.fieldNames(of: "decision")
        let shown = ordered.filter { !isDecision || ValuePrinter.firstOfDecision.contains($0) || !known.contains($0) }
        columns = shown
        hidden = ordered.filter { !shown.contains($0) }
    }

    /// Lines that end with newlines, of at most `width` cells. Columns that do not fit are named below.
    func text(width: Int) -> String {
        var count = columns.count
        while count > 1 {
            let table = self.table(count).fitting(width)
            if table.width <= width || count == 2 { return table.text + note(from: count) }
            count -= 1
        }
        return table(1).fitting(width).text + note(from: 1)
    }

    private func table(_ count: Int) -> TextTable {
        let rows = records.enumerated().map { number, record in
            ["\(number + 1)"] + columns[..<count].map { name in record[name].map(cell) ?? "" }
        }
        return TextTable([[""] + columns[..<count].map { String(escaping: printer.redacted($0).utf8) }] + rows)
    }

    private func note(from count: Int) -> String {
        let names = columns[count...] + hidden
        return names.isEmpty ? "" : printer.comment("… \(names.joined(separator: ", ")), see :full").text + "\n"
    }

    /// A text is shown without quotes, unless it could be mistaken for another value.
    private func cell(_ view: LuaView) -> String {
        var plain = ValuePrinter(limits: Self.limits, width: nil, redacted: printer.redacted)
        plain.isStopped = printer.isStopped
        guard let text = view.text else { return plain.text(view) }
        let isAmbiguous =
            text.isEmpty || ["nil", "true", "false"].contains(text) || Double(text) != nil || text.hasPrefix(" ")
            || text.hasSuffix(" ") || text.utf8.count > Self.limits.bytes
        return isAmbiguous ? plain.text(view) : String(escaping: printer.redacted(text).utf8)
    }

    private static var limits: ValuePrinter.Limits {
        var limits = ValuePrinter.Limits()
        (limits.depth, limits.items, limits.bytes) = (2, 8, 200)
        return limits
    }

    /// Fields that are known in the order in which they are described, others by name.
    private static func ordered(_ names: [String]) -> [String] {
        for record in ["decision", "attempt"] {
            let known = Registry.fieldNames(of: record)
            if names.count(where: known.contains) > names.count / 2, names.contains("verdict") || names.contains("code")
            {
                return known.filter(names.contains) + names.filter { !known.contains($0) }.sorted()
            }
        }
        return names.sorted()
    }
}
