// SPDX-License-Identifier: MIT

import JSON
import Testing

struct JSONWritingTests {
    @Test(
        arguments: [
            (.null, "null"),
            (true, "true"),
            (.integer(.min), "-9223372036854775808"),
            (0, "0"),
            (117_270_465_679_982_593, "117270465679982593"),
            (9000.0, "9000.0"),
            (0.1, "0.1"),
            (.double(-0.0), "-0.0"),
            (1e16, "1e+16"),
            (.double(.greatestFiniteMagnitude), "1.7976931348623157e+308"),
            (.double(.leastNonzeroMagnitude), "5e-324"),
            ([], "[]"),
            ([:], "{}"),
            ([1, [2.5], ["k": "v"]], #"[1,[2.5],{"k":"v"}]"#),
            (["z": 1, "a": .null], #"{"z":1,"a":null}"#),
            ("a\"b\\c/d", #""a\"b\\c/d""#),
            ("\u{8}\t\n\u{C}\r", #""\b\t\n\f\r""#),
            ("\u{0}\u{1B}\u{1F} ", #""\u0000\u001b\u001f ""#),
            ("\u{61C}\u{200D}\u{200E}\u{2028}\u{202E}\u{2069}”", "\"\\u061c\u{200D}\\u200e\\u2028\\u202e\\u2069”\""),
            ("\u{7F}\u{80}\u{9B}\u{9F}\u{A0}é", #""\u007f\u0080\u009b\u009f\#u{A0}é""#),
            ("中文\u{1F319}", "\"中文\u{1F319}\""),
            (["\n": ""], #"{"\n":""}"#),
        ] as [(JSONValue, String)])
    func compactTextIsExact(value: JSONValue, text: String) throws {
        #expect(value.description == text)
        #expect(value.bytes == Array(text.utf8))
        #expect(try JSONValue.parse(text.utf8) == value)
    }

    @Test
    func valueIsAppendedToABuffer() {
        var output = Array("data: ".utf8)
        JSONValue.object(["code": 9000]).write(into: &output)
        #expect(String(decoding: output, as: UTF8.self) == #"data: {"code":9000}"#)
    }

    @Test
    func prettyFormHasOneMemberALine() {
        let value: JSONValue = ["id": 1, "none": [], "empty": [:], "list": [1, ["a": true]]]
        #expect(
            value.pretty() == """
                {
                  "id": 1,
                  "none": [],
                  "empty": {},
                  "list": [
                    1,
                    {
                      "a": true
                    }
                  ]
                }
                """)
    }

    /// Doubles all over the range, chosen by a fixed generator.
    @Test
    func everyDoubleReadsBackAsItself() throws {
        var state: UInt64 = 1
        for _ in 0..<20_000 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let value = Double(bitPattern: state)
            guard value.isFinite else { continue }
            #expect(try JSONValue.parse(JSONValue.double(value).bytes) == .double(value))
        }
    }

    #if os(Linux) || os(macOS)
        @Test
        func writingNaNTraps() async {
            await #expect(processExitsWith: .failure) { _ = JSONValue.double(.nan).bytes }
        }
    #endif
}

struct JSONObjectTests {
    @Test
    func settingKeepsPlacesAndNilRemoves() {
        var object: JSONObject = ["a": 1, "b": 2]
        object["c"] = 3
        object["a"] = .null
        object["b"] = nil
        object["missing"] = nil
        #expect(object == ["a": .null, "c": 3])
        #expect(object.keys == ["a", "c"])
        #expect(object.count == 2)
        #expect(JSONObject().isEmpty)
    }

    @Test
    func accessorsReturnNilForOtherTypes() {
        let value: JSONValue = ["s": "text", "i": 1, "d": 1.0, "b": true, "a": [1], "n": .null]
        #expect(value["s"]?.stringValue == "text")
        #expect(value["i"]?.integerValue == 1)
        #expect(value["d"]?.integerValue == nil)
        #expect(value["b"]?.boolValue == true)
        #expect(value["a"]?.arrayValue == [1])
        #expect(value["n"] == .null)
        #expect(value["x"] == nil)
        #expect(value.objectValue?.count == 6)
        #expect(JSONValue.string("s")["s"] == nil)
    }
}
