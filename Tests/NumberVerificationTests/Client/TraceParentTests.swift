// SPDX-License-Identifier: MIT

import NumberVerification
import Testing

@Suite struct TraceParentTests {
    private static let trace = "4bf92f3577b34da6a3ce929d0e0e4736"

    @Test(arguments: [
        ("00-\(trace)-00f067aa0ba902b7-01", "00-\(trace)-00f067aa0ba902b7-01"),
        ("00-\(trace)-00f067aa0ba902b7-ff", "00-\(trace)-00f067aa0ba902b7-ff"),
        // A later version: only the fields of version 00 are read.
        ("cc-\(trace)-00f067aa0ba902b7-03", "00-\(trace)-00f067aa0ba902b7-01"),
        ("cc-\(trace)-00f067aa0ba902b7-00-What comes later", "00-\(trace)-00f067aa0ba902b7-00"),
    ])
    func validTraceparentIsRead(text: String, written: String) throws {
        let parent = try #require(TraceParent(text))
        #expect(parent.description == written)
    }

    @Test(arguments: [
        "", "00", "00-\(trace)-00f067aa0ba902b7", "00-\(trace)-00f067aa0ba902b7-01-", "00-\(trace)-00f067aa0ba902b7-1",
        "ff-\(trace)-00f067aa0ba902b7-01", "00-\(trace.uppercased())-00f067aa0ba902b7-01",
        "00-00000000000000000000000000000000-00f067aa0ba902b7-01", "00-\(trace)-0000000000000000-01",
        "00-+bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "00-\(trace)-00f067aa0ba902b7-0x",
        "0-\(trace)0-00f067aa0ba902b7-01", "00_\(trace)_00f067aa0ba902b7_01",
    ])
    func invalidTraceparentIsNil(text: String) { #expect(TraceParent(text) == nil) }

    @Test func nextParentKeepsTraceAndFlags() throws {
        let parent = try #require(TraceParent("00-\(Self.trace)-00f067aa0ba902b7-01"))
        #expect(parent.next(0xABC).description == "00-\(Self.trace)-0000000000000abc-01")
        #expect(parent.next(0).description == "00-\(Self.trace)-0000000000000001-01")
    }

    @Test func firstParentBeginsANewTrace() {
        #expect(
            TraceParent(beginning: 0xABC).description == "00-00000000000000000000000000000abc-0000000000000abc-00")
        #expect(
            TraceParent(beginning: 0).description == "00-00000000000000000000000000000001-0000000000000001-00")
    }
}
