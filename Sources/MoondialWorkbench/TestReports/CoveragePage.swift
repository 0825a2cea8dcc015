// SPDX-License-Identifier: MIT

import LuaSyntax

/// Coverage as one page for a browser, which loads nothing and runs no script.
struct CoveragePage {
    let text: String

    init(_ report: CoverageReport) {
        var text = Self.head
        text += "<p>\(Self.escaped(report.summary))</p>\n"
        text += Self.table(
            ["file", "lines", "branches", "missed lines"],
            report.files.enumerated().map { index, file in
                [
                    "<a href=\"#file\(index)\">\(Self.escaped(file.name))</a>", Self.share(file.lineShare),
                    Self.share(file.branchShare), Self.escaped(file.missedText),
                ]
            })
        text += "<h2>Hooks</h2>\n"
        text += Self.table(
            ["hook", "place", "calls", "answers"],
            report.hooks.map { hook in
                [
                    Self.escaped(hook.name), Self.escaped(hook.place), "\(hook.use.calls)",
                    "<span class=\"\(hook.isCovered ? "hit" : "miss")\">\(hook.use.answers)</span>",
                ]
            })
        if !report.store.isEmpty {
            text += "<h2>Store</h2>\n"
            text += Self.table(
                ["call of the store", "hook", "exercised", "never"],
                report.store.map { line in
                    [
                        line.call, line.hook, line.exercised.joined(separator: ", "),
                        line.missing.joined(separator: ", "),
                    ]
                    .map(Self.escaped)
                })
        }
        text += "<h2>Codes and errors that no test exercises</h2>\n"
        text += Self.table(
            ["endpoint", "missing"], report.missing.map { [Self.escaped($0.endpoint), Self.escaped($0.text)] })
        for (index, file) in report.files.enumerated() { text += Self.listing(file, index) }
        self.text = text + "</body>\n</html>\n"
    }

    private static func listing(_ file: CoveredFile, _ index: Int) -> String {
        let source = SourceText(file.text)
        let counts = Dictionary(uniqueKeysWithValues: file.lines.map { ($0.number, $0.count) })
        let branches = Dictionary(grouping: file.branches, by: \.line)
        var text = "<h2 id=\"file\(index)\">\(escaped(file.name))</h2>\n<table class=\"source\">\n"
        let isEnded = source.lineStarts.count > 1 && source.lineStarts.last == file.text.count
        for line in 1...(source.lineStarts.count - (isEnded ? 1 : 0)) {
            let count = counts[line]
            let arms = (branches[line] ?? []).flatMap(\.arms).map { arm in
                "<span class=\"\(arm.count > 0 ? "hit" : "miss")\">\(escaped(arm.name)) \(arm.count)</span>"
            }
            let code = String(decoding: source.bytes(ofLine: line), as: UTF8.self)
            text +=
                "<tr\(count.map { $0 > 0 ? " class=\"hit\"" : " class=\"miss\"" } ?? "")><td>\(line)</td>"
                + "<td>\(count.map(String.init) ?? "")</td><td><pre>\(escaped(code))</pre></td>"
                + "<td>\(arms.joined(separator: " "))</td></tr>\n"
        }
        return text + "</table>\n"
    }

    /// A table whose cells are HTML already.
    private static func table(_ names: [String], _ rows: [[String]]) -> String {
        let head = names.map { "<th>\($0)</th>" }.joined()
        let body = rows.map { "<tr>" + $0.map { "<td>\($0)</td>" }.joined() + "</tr>\n" }.joined()
        return "<table>\n<tr>\(head)</tr>\n\(body)</table>\n"
    }

    private static func share(_ share: CoverageReport.Share) -> String {
        "<span class=\"\(share.covered == share.count ? "hit" : "miss")\">\(share.text)</span>"
    }

    private static func escaped(_ text: String) -> String { String(escapingMarkup: text) }

    private static let head = """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Coverage of rules</title>
        <style>
        :root { color-scheme: light dark; }
        body { font-family: sans-serif; margin: 2em; }
        table { border-collapse: collapse; }
        th, td { padding: 0.2em 1em 0.2em 0; text-align: left; vertical-align: top; }
        .source td { padding: 0 1em 0 0; }
        .source td:nth-child(-n+2) { text-align: right; color: gray; }
        pre { margin: 0; }
        .hit { background: #2ea04333; }
        .miss { background: #f8514955; }
        </style>
        </head>
        <body>
        <h1>Coverage of rules</h1>

        """
}
