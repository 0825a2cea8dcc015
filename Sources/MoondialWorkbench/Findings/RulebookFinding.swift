// SPDX-License-Identifier: MIT

/// A fact about a rulebook that its author should know.
package struct RulebookFinding: Sendable {
    package let code: Code
    /// The fact, in one line.
    package let message: String
    /// The place in a rule file, as `file:line`; nil when the finding has none.
    package var place: String?
    /// The shortest path that shows the finding.
    package var example: ExploredPath?

    package var severity: Severity { code.severity }

    /// How serious a finding is.
    package enum Severity: String, Sendable, CaseIterable, Comparable {
        case error, warning, note

        package static func < (left: Severity, right: Severity) -> Bool {
            allCases.firstIndex(of: left) ?? 0 < allCases.firstIndex(of: right) ?? 0
        }
    }

    /// The kind of a finding. The raw value is stable, and `moondial explain` accepts it.
    package enum Code: String, Sendable, CaseIterable {
        case allowWithoutMatch = "allow-without-match"
        case tokenSentAgain = "token-sent-again"
        case hookFails = "hook-fails"
        case unrecordedInput = "unrecorded-input"
        case billedTwice = "billed-twice"
        case neverAsked = "never-asked"
        case neverAnswers = "never-answers"
        case neverDecides = "never-decides"
        case fallbackRefused = "fallback-refused"
        case silentTrouble = "silent-trouble"
        case reasonOfTwoDecisions = "reason-of-two-decisions"
        case unmappedCode = "unmapped-code"
        case matchNotAllowed = "match-not-allowed"
        case mismatchAllowed = "mismatch-allowed"
    }
}

extension RulebookFinding.Code {
    package var severity: RulebookFinding.Severity {
        switch self {
        case .allowWithoutMatch, .tokenSentAgain, .hookFails, .unrecordedInput: .error
        case .billedTwice, .neverAsked, .neverDecides, .fallbackRefused, .silentTrouble, .reasonOfTwoDecisions:
            .warning
        case .neverAnswers, .unmappedCode, .matchNotAllowed, .mismatchAllowed: .note
        }
    }

    /// The meaning of the finding, for `moondial explain`.
    package var meaning: String {
        switch self {
        case .allowWithoutMatch: "the rules allow a request although the last attempt brought no match"
        case .tokenSentAgain: "a token is sent again after an attempt that has spent it, or may have"
        case .hookFails: "a hook raises an error, goes over a limit or answers with something that makes no sense there"
        case .unrecordedInput: "the same request with the same replies leads to two results"
        case .billedTwice: "a run may be charged for more than one attempt"
        case .neverAsked: "no path calls the hook: rules before it always answer, or no run comes that far"
        case .neverAnswers: "the hook is called, but answers nothing on any path"
        case .neverDecides: "no path is decided by the entry or hook, although it could"
        case .fallbackRefused: "a fallback names an endpoint, and a guard of the host refuses the attempt"
        case .silentTrouble: "trouble with the account at the provider ends a run, and no rule logs anything"
        case .reasonOfTwoDecisions: "the same reason stands for two different decisions"
        case .unmappedCode: "no rule says anything about a code, so that the default mapping decides"
        case .matchNotAllowed: "a match does not lead to allow"
        case .mismatchAllowed: "a mismatch leads to allow"
        }
    }

    /// What to do about the finding.
    package var advice: String {
        switch self {
        case .allowWithoutMatch: "look at `attempt.verdict == \"match\"` before you answer allow"
        case .tokenSentAgain: "leave `even_if_delivered` out, unless a second charge is what you want"
        case .hookFails: "paste the example into a test and mend the hook"
        case .unrecordedInput:
            "keep nothing in variables outside of the hook: they are not shared between loops and processes"
        case .billedTwice: "send one attempt that can bring a verdict"
        case .neverAsked: "take it out, or put it before the rule that answers first"
        case .neverAnswers: "give requests that it answers with --requests, or take it out"
        case .neverDecides: "take it out, or put it before the rule that decides first"
        case .fallbackRefused: "answer nil where the token may be spent or the run has made its attempts"
        case .silentTrouble: "call moondial.log in on_decision for 9007, 9011, 9014, 9018 and 9031"
        case .reasonOfTwoDecisions: "give each decision a reason of its own"
        case .unmappedCode: "give map_result a `default`, or an entry for the code"
        case .matchNotAllowed: "make sure that this is what you want"
        case .mismatchAllowed: "make sure that this is what you want"
        }
    }
}
