// SPDX-License-Identifier: MIT

import MoondialPresentation
import NumberVerification
import Testing

@testable import MoondialRules

struct WaterfallTests {
    private let eventful = TraceFixture.eventful().machine.trace

    /// A run without rules that ends with a match and whose first event comes after 10 ms.
    private var short: Trace {
        var machine = MachineFixture.machine()
        _ = machine.start(now: .milliseconds(10))
        _ = machine.attemptFinished(MachineFixture.reply(9000), now: .milliseconds(40))
        return machine.trace
    }

    private func draw(_ trace: Trace, _ width: Int, _ repertoire: Waterfall.Repertoire = .unicode) -> [Substring] {
        Waterfall(width: width, repertoire: repertoire).draw(trace).split(separator: "\n")
    }

    @Test func wideTerminalShowsBarsToScale() {
        let golden = """
            trace 4f1c2a9be07d3316 · 138****8000 · exID order-42 · rules 9c41e0a2
               10.000  ·······                    gap          no hook and no attempt
               30.000        ███████████████████  attempt 1    mobile · HTTP 200 · 9000 The number is the one of
                                                               the SIM that carried the data · billed
                0.000                          ▏  decision     allow match — default mapping: verdict match
               40.000  ├───────────────────────┤  total        1 attempt
            """
        #expect(draw(short, 100) == golden.split(separator: "\n"))
    }

    @Test func narrowTerminalWrapsTheText() {
        let golden = """
            trace 4f1c2a9be07d3316 · 138****8000 · exID order-42 · rules
            9c41e0a2
               10.000  ····             gap          no hook and no
                                                     attempt
               30.000     ████████████  attempt 1    mobile · HTTP 200 ·
                                                     9000 The number is
                                                     the one of the SIM
                                                     that carried the
                                                     data · billed
                0.000                ▏  decision     allow match —
                                                     default mapping:
                                                     verdict match
               40.000  ├─────────────┤  total        1 attempt
            """
        #expect(draw(short, 60) == golden.split(separator: "\n"))
    }

    @Test(arguments: [40, 10, 0])
    func veryNarrowTerminalHasNoBars(width: Int) {
        let golden = """
            trace 4f1c2a9be07d3316 · 138****8000 ·
            exID order-42 · rules 9c41e0a2
               10.000  gap          no hook and no
                                    attempt
               30.000  attempt 1    mobile · HTTP
                                    200 · 9000 The
                                    number is the
                                    one of the SIM
                                    that carried the
                                    data · billed
                0.000  decision     allow match —
                                    default mapping:
                                    verdict match
               40.000  total        1 attempt
            """
        #expect(draw(short, width) == golden.split(separator: "\n"))
    }

    @Test func everyEventHasARow() {
        let golden = """
            trace 4f1c2a9be07d3316 · 138****8000 · exID order-42 · channel web · rules 9c41e0a2
                0.018  ▏                          pre_check    mainland mobile numbers only (rules.lua:2)
               12.979  ███▍                       pre_check    号码信誉 (rules.lua:11)
                0.000  ▏                            log        asking about 138****8000 {"list":2}
               12.000  ███▏                         raw 1      mobile · HTTP 200 · 9001 The number is not the
                                                               one of the SIM that carried the data · billed
               41.000     ███████████             attempt 2    h5 · HTTP 200 · 9020 The token could not be
                                                               decrypted
                0.012                ▏            fallback     repair a token sent to the wrong endpoint →
                                                               mobile (rules.lua:21)
               29.988                ███████▊     attempt 3    mobile · response_timeout: no reply within 30 ms
                                                               · delivered maybe · billed maybe
                0.010                       ▏     fallback     repair a token sent to the wrong endpoint → h5
                                                               (rules.lua:21)
                0.000                       ▏     guard        attempt at h5 refused: the run has made all the
                                                               attempts it may
                0.000                       ▏     decision     review ask_for_sms {"template":3} — map_result
                                                               entry 'unknown' of rule 'verdicts become
                                                               decisions' (rules.lua:31)
               12.490                       ████  on_decision  tell the ledger → failed (raised): attempt to
                                                               index a nil value (field 'ledger' for
                                                               138****8000) (rules.lua:42)
                0.000                          ▏  decision     review rule_error — on_decision of rule 'tell the
                                                               ledger' failed: it raised an error (rules.lua:41)
               96.500  ├───────────────────────┤  total        3 attempts
            """
        #expect(draw(eventful, 100) == golden.split(separator: "\n"))
    }

    @Test func asciiRepertoireUsesOnlyASCII() {
        let golden = #"""
            trace 4f1c2a9be07d3316 | 138****8000 | exID order-42 | channel web | rules
            9c41e0a2
                0.018  |                     pre_check    mainland mobile numbers only
                                                          (rules.lua:2)
               12.979  ###                   pre_check    \u{53F7}\u{7801}\u{4FE1}\u{8A89}
                                                          (rules.lua:11)
                0.000  |                       log        asking about 138****8000
                                                          {"list":2}
               12.000  ###                     raw 1      mobile | HTTP 200 | 9001 The
                                                          number is not the one of the SIM
                                                          that carried the data | billed
               41.000    #########           attempt 2    h5 | HTTP 200 | 9020 The token
                                                          could not be decrypted
                0.012             |          fallback     repair a token sent to the wrong
                                                          endpoint -> mobile (rules.lua:21)
               29.988             ######     attempt 3    mobile | response_timeout: no
                                                          reply within 30 ms | delivered
                                                          maybe | billed maybe
                0.010                   |    fallback     repair a token sent to the wrong
                                                          endpoint -> h5 (rules.lua:21)
                0.000                   |    guard        attempt at h5 refused: the run has
                                                          made all the attempts it may
                0.000                   |    decision     review ask_for_sms {"template":3}
                                                          - map_result entry 'unknown' of
                                                          rule 'verdicts become decisions'
                                                          (rules.lua:31)
               12.490                   ###  on_decision  tell the ledger -> failed
                                                          (raised): attempt to index a nil
                                                          value (field 'ledger' for
                                                          138****8000) (rules.lua:42)
                0.000                     |  decision     review rule_error - on_decision of
                                                          rule 'tell the ledger' failed: it
                                                          raised an error (rules.lua:41)
               96.500  |------------------|  total        3 attempts
            """#
        let lines = draw(eventful, 80, .ascii)
        #expect(lines == golden.split(separator: "\n"))
        #expect(lines.joined().utf8.allSatisfy { $0 < 0x80 })
    }

    @Test(arguments: [Waterfall.Repertoire.unicode, .ascii])
    func noLineIsWiderThanTheTerminal(repertoire: Waterfall.Repertoire) {
        for trace in [short, eventful] {
            for width in 40...200 {
                let widths = draw(trace, width, repertoire).map { DisplayText.width(String($0)) }
                #expect(widths.allSatisfy { $0 <= width }, "width \(width)")
            }
        }
    }

    @Test func colouredTextDiffersOnlyInEscapeSequences() {
        let coloured = Waterfall(width: 100, repertoire: .unicode, style: .coloured).draw(eventful)
        #expect(coloured.contains("\u{1B}[31m"))
        let stripped = coloured.replacing(/\u{1B}\[[0-9]+m/, with: "")
        #expect(stripped == Waterfall(width: 100, repertoire: .unicode).draw(eventful))
    }

    @Test func runWithoutDurationHasMarksInPlaceOfBars() {
        var machine = MachineFixture.machine()
        _ = machine.start(now: .zero)
        _ = machine.attemptFinished(MachineFixture.trouble(.dns, .no, message: "no such host"), now: .zero)
        let golden = """
            trace 4f1c2a9be07d3316 · 138****8000 · exID order-42 · rules 9c41e0a2
                0.000  ▏                          attempt 1    mobile · dns: no such host · not delivered
                0.000  ▏                          decision     review dns — default mapping: verdict unknown
                0.000  ├───────────────────────┤  total        1 attempt
            """
        #expect(draw(machine.trace, 100) == golden.split(separator: "\n"))
    }

    @Test func logMessageCannotMoveTheCursor() {
        var player = MachinePlayer([MachineFixture.rule("a", .preCheck)])
        _ = player.play(hook: { _, _, machine, now in
            machine.log("\u{1B}[2Jgone\r\n", now: now)
            return .none
        })
        let text = Waterfall(width: 100, repertoire: .unicode).draw(player.machine.trace)
        #expect(text.contains(#"\u{1B}[2Jgone\u{D}\n"#))
        #expect(!text.unicodeScalars.contains("\u{1B}"))
    }
}
