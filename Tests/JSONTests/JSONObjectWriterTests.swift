// SPDX-License-Identifier: MIT

import JSON
import Testing
import TextFormats

struct JSONObjectWriterTests {
    private func text(_ write: (inout JSONObjectWriter) -> Void) -> String {
        var writer = JSONObjectWriter(reserving: 8)
        write(&writer)
        return writer.finished().withBytes { String(decoding: $0, as: UTF8.self) }
    }

    @Test(arguments: ["", "plain", "\"\\", "a\nb", "ü\u{2028}", "\u{7F}", String(repeating: "x", count: 3000)])
    func writerEscapesStringsLikeJSONValue(string: String) {
        #expect(text { $0.write("key", string) } == JSONValue.object(["key": .string(string)]).description)
    }

    @Test(arguments: [0, 1, 10, 100, 999, 1000, 1001, 1010, 41_300, 9_999_999] as [Int64])
    func writerWritesThousandthsLikeDoubles(number: Int64) {
        let value = JSONValue.object(["key": .double(Double(number) / 1000)])
        #expect(text { $0.write("key", thousandths: number) } == value.description)
    }

    @Test func objectsAndArraysNest() {
        let written = text { writer in
            writer.write("a", 1)
            writer.beginArray("b")
            for number in [1, 2] as [Int64] {
                writer.beginElement()
                writer.write("c", number)
                writer.end()
            }
            writer.endArray()
            writer.beginObject("d")
            writer.write(member: "e\"", .null)
            writer.write("f", true)
            writer.end()
            writer.write("g", nil as String?)
        }
        #expect(written == #"{"a":1,"b":[{"c":1},{"c":2}],"d":{"e\"":null,"f":true},"g":null}"#)
    }
}
