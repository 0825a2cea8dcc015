// SPDX-License-Identifier: MIT

import MoondialRules
import NumberVerification
import Testing

@testable import MoondialConsole

struct RedactionTests {
    /// A submitted token is redacted wherever it stands in the block, also across several tokens of Lua.
    @Test(arguments: [
        ("SECRET-TOKEN-0123456789-0123456789", "<token>"), ("x = SECRET-TOKEN-0123456789-0123456789", "x = <token>"),
        ("f(SECRET-TOKEN-0123456789-0123456789, 1)", "f(<token>, 1)"),
    ])
    func submittedTokenIsReplacedWithoutQuotes(block: String, kept: String) throws {
        let redactor = Redactor(showsPhones: false)
        redactor.secrets.add(
            try VerificationRequest(phone: "13800138000", token: "SECRET-TOKEN-0123456789-0123456789"))
        #expect(HistoryRedaction.redacted(block, redactor) == kept)
    }

    @Test(arguments: [
        // Arguments in the place of a token.
        (#"verify("13800138000", "STsid0123456789", "e1")"#, #"verify("138****8000", "<token>", "e1")"#),
        (#"verify("13800138000", "opaque-token", "e1")"#, #"verify("138****8000", "<token>", "e1")"#),
        (#"verify('13800138000', 'opaque-token')"#, #"verify('138****8000', '<token>')"#),
        (#"verify([[13800138000]], [==[opaque-token]==])"#, #"verify([[138****8000]], [==[<token>]==])"#),
        (
            #"local d = verify("13800138000", "opaque-token", "order-42")"#,
            #"local d = verify("138****8000", "<token>", "order-42")"#
        ),
        (
            #"moondial.attempt("h5", "13800138000", "opaque-token", "e1")"#,
            #"moondial.attempt("h5", "138****8000", "<token>", "e1")"#
        ),
        (#"verify(p, "opaque" .. x .. "token-two", e)"#, #"verify(p, "opaque" .. x .. "<token>", e)"#),
        (#"verify(f("x", "opaque-token"), "opaque-token")"#, #"verify(f("x", "opaque-token"), "<token>")"#),
        (#"verify(p, f("opaque-token"))"#, #"verify(p, f("opaque-token"))"#),
        (
            #"verify(p, t, "e1", {ip = "10.0.0.1", channel = "web"})"#,
            #"verify(p, t, "e1", {ip = "10.0.0.1", channel = "web"})"#
        ),
        (#"verify(p, 1234567890)"#, #"verify(p, "<token>")"#),
        (#"verify("13800138000", "opaque-tok"#, #"verify("138****8000", "<token>"#),
        (#"verify(13800138000, STsid0123456789, "e")"#, #"verify("138****8000", <token>, "e")"#),
        ("verify(\n  \"13800138000\",\n  \"opaque-token\")", "verify(\n  \"138****8000\",\n  \"<token>\")"),
        // The simulator's tokens and short words.
        (
            #"verify("13800138000", "sim:code=9002,delay=250ms")"#,
            #"verify("138****8000", "sim:code=9002,delay=250ms")"#
        ),
        (#"verify("1", "sim:phone=13800138000")"#, #"verify("1", "sim:phone=138****8000")"#),
        (#"verify("1", "tok-1")"#, #"verify("1", "tok-1")"#),
        (#"verify("1", "STsid")"#, #"verify("1", "<token>")"#), (#"verify("1", "")"#, #"verify("1", "")"#),
        // Fields and locals with the names of secrets.
        (#"local token = "abc""#, #"local token = "<token>""#),
        (#"master_secret = 'x y'"#, #"master_secret = '<token>'"#),
        (#"cfg.secret = "x""#, #"cfg.secret = "<token>""#),
        (#"{token = "a", id = "b"}"#, #"{token = "<token>", id = "b"}"#),
        (#"{["token"] = "a", ["id"] = "b"}"#, #"{["token"] = "<token>", ["id"] = "b"}"#),
        (#"t["secret"] = "a""#, #"t["secret"] = "<token>""#),
        (#"local id, token = "a", "b""#, #"local id, token = "a", "<token>""#),
        (#"local token, id = "a", "b""#, #"local token, id = "<token>", "b""#),
        (#"local token = "a" local id = "b""#, #"local token = "<token>" local id = "b""#),
        (#"token = "a" id = "b""#, #"token = "<token>" id = "b""#),
        (#"token = "a" .. "b""#, #"token = "<token>" .. "<token>""#),
        (#"tokens = {"a", "b"}"#, #"tokens = {"<token>", "<token>"}"#),
        (#"headers = {Authorization = "Basic x"}"#, #"headers = {Authorization = "<token>"}"#),
        (#"if token == "a" then"#, #"if token == "a" then"#),
        (#"masterSecret = os.getenv "X""#, #"masterSecret = os.getenv "<token>""#),
        (#"token_age_ms = 500"#, #"token_age_ms = 500"#), (#"secret = 123456"#, #"secret = "<token>""#),
        (#"print(token, "a")"#, #"print(token, "a")"#), (#"token = nil; x = "a""#, #"token = nil; x = "a""#),
        // Phones and tokens anywhere.
        (#"print("call 13800138000 now")"#, #"print("call 138****8000 now")"#),
        (#"x = "+86 138 0013 8000""#, #"x = "+86 138****8000""#),
        (#"x = "138-0013-8000""#, #"x = "138****8000""#), ("x = 13800138000", "x = \"138****8000\""),
        ("x = 8613800138000", "x = \"86138****8000\""),
        ("x = 12800138000", "x = 12800138000"), ("x = 138001380001", "x = 138001380001"),
        ("f() -- 13800138000", "f() -- 138****8000"),
        ("--[[13800138000]] f()", "--[[138****8000]] f()"),
        (#"x = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIi""#, #"x = "<token>.eyJzdWIi""#),
        (#"x = "QWxhZGRpbjpvcGVuc2VzYW1l""#, #"x = "<token>""#),
        (#"x = "Basic QWxhZGRpbjpvcGVuc2VzYW1l""#, #"x = "Basic <token>""#),
        (#"x = "550e8400-e29b-41d4-a716-446655440000""#, #"x = "<token>""#),
        (#"x = "ends with STsid123""#, #"x = "ends with <token>""#),
        (#"rule "mainland mobile numbers only" {}"#, #"rule "mainland mobile numbers only" {}"#),
        (#"require "rules/mainland/phones_and_tokens""#, #"require "rules/mainland/phones_and_tokens""#),
        (#"deny "a_very_long_reason_in_words""#, #"deny "a_very_long_reason_in_words""#),
        (#"x = "号码13800138000""#, #"x = "号码138****8000""#),
        // Commands.
        (":explain 9003", ":explain 9003"), (":load rules/phones.lua", ":load rules/phones.lua"),
        (":try 13800138000", ":try 138****8000"),
        (":doc STsid0123", ":doc <token>"),
        // Texts that are not Lua.
        ("", ""), ("?!", "?!"), ("\"", "\""), ("x = \"13800138000", "x = \"138****8000"),
        ("[[13800138000", "[[138****8000"), ("))) , = \"a\"", "))) , = \"a\""),
    ])
    func blockIsKeptRedacted(block: String, kept: String) {
        #expect(HistoryRedaction.redacted(block) == kept)
        #expect(HistoryRedaction.redacted(kept) == kept, "twice is the same")
    }

    @Test(
        arguments: [(" f()", nil), ("", nil), (" ", nil), ("\n", nil), ("f()", "f()"), ("last", nil)]
            as [(String, String?)])
    func blocksAreAddedToTheHistoryUnlessBlankOrIndentedOrRepeated(block: String, kept: String?) {
        var history = History(["first", "last"])
        #expect(history.add(block) == kept)
        #expect(history.texts == ["first", "last"] + (kept.map { [$0] } ?? []))
    }

    @Test func repeatedTextsAreKeptOnce() {
        var history = History(["a", "b", "a", "c"], capacity: 3)
        #expect(history.texts == ["b", "a", "c"])
        #expect(history.add("b") == "b")
        #expect(history.texts == ["a", "c", "b"])
        #expect(history.add("d") == "d")
        #expect(history.texts == ["c", "b", "d"])
    }

    @Test func disabledHistoryAddsNothing() {
        var history = History(isEnabled: false)
        #expect(history.add("f()") == nil)
        #expect(history.texts == [])
    }

    @Test func hugeBlocksAreNotWritten() {
        var history = History()
        let block = String(repeating: "x", count: History.longestKept + 1)
        #expect(history.add(block) == nil)
        #expect(history.texts == [block])
    }
}
