// SPDX-License-Identifier: MIT

import ChildProcesses
import Foundation
import TemporaryFolders

/// The terminal emulator of the Python package pyte, which has its own tables of widths.
enum PyteTerminal {
    /// Writes to a terminal, and the expected window after each.
    struct Session: Encodable {
        struct Write: Encodable {
            /// The written bytes in Base64.
            var bytes: String
            /// The rows from the top; nil where anything may be. With nil, nothing is compared.
            var rows: [String?]?
            var row = 0
            var column = 0
        }

        var name: String
        var width: Int
        var height: Int
        var writes: [Write] = []
    }

    /// Whether Python and the packages are installed.
    static let isPresent = (try? run(["-c", "import pyte, wcwidth"]))?.status == 0

    /// - Returns: A line for each session whose window differs from the expected one.
    static func differences(in sessions: [Session]) throws -> String {
        let folder = try TemporaryFolder()
        try folder.write(String(decoding: try JSONEncoder().encode(sessions), as: UTF8.self), to: "sessions")
        let (status, text) = try run(["-c", script, folder.path("sessions")])
        return status == 0 ? text : "python3 ended with \(status): \(text)"
    }

    private static func run(_ arguments: [String]) throws -> (status: Int32, text: String) {
        let pipe = Pipe()
        let child = try ChildProcess(
            "/usr/bin/env", ["python3"] + arguments, output: pipe.fileHandleForWriting,
            errors: pipe.fileHandleForWriting)
        try pipe.fileHandleForWriting.close()
        let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
        return (child.waitForStatus(), String(decoding: output, as: UTF8.self))
    }

    private static let script = """
        import base64, json, sys, unicodedata
        import pyte
        from wcwidth import wcwidth

        class Terminal(pyte.Screen):
            # A mark after the last column belongs to the last character, and a character of two columns is not cut.
            def draw(self, text):
                for character in text:
                    width = wcwidth(character)
                    if width == 0 and self.cursor.x == self.columns:
                        row = self.buffer[self.cursor.y]
                        last = self.columns - 1 - (row[self.columns - 1].data == "")
                        row[last] = row[last]._replace(data=row[last].data + character)
                    else:
                        if width == 2 and self.cursor.x == self.columns - 1:
                            self.cursor.x = self.columns
                        super().draw(character)

        def normal(text):
            return unicodedata.normalize("NFC", text).rstrip(" ")

        for session in json.load(open(sys.argv[1])):
            screen = Terminal(session["width"], session["height"])
            # The program's side of a terminal makes a new line of a line feed.
            stream = pyte.ByteStream(screen)
            for number, write in enumerate(session["writes"]):
                stream.feed(base64.b64decode(write["bytes"]))
                if write.get("rows") is None:
                    continue
                shown = [normal("".join(screen.buffer[y][x].data for x in range(screen.columns)))
                         for y in range(screen.lines)]
                wanted = [None if row is None else normal(row) for row in write["rows"]]
                place = (screen.cursor.y, min(screen.cursor.x, screen.columns - 1))
                if any(w is not None and w != s for w, s in zip(wanted, shown)) or place != (write["row"], write["column"]):
                    print(session["name"], "write", number, shown, place, "in place of", wanted, write["row"], write["column"])
                    break
        """
}
