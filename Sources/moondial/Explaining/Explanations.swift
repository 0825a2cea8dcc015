// SPDX-License-Identifier: MIT

import LuaCheck
import MoondialRules
import MoondialWorkbench
import NumberVerification

/// The explanations of all codes that are known.
enum Explanations {
    /// The groups of the list, in the order in which it is printed.
    static let groups: [(title: String, explanations: [Explanation])] = [
        ("Codes of number verification", provider(where: { $0.layer == .verify })),
        ("Codes of the provider's other services", provider(where: { $0.layer != .verify })),
        ("Codes of the provider's client SDKs, which never reach the server", ClientSDKCodes.explanations),
        ("What can go wrong with a request", AttemptError.Kind.allCases.map(Explanation.init)),
        ("What keeps a run from sending a request", Guard.allCases.map(Explanation.init)),
        ("How a hook can fail", HookFailure.Kind.allCases.map(Explanation.init)),
        ("Findings of moondial explore", RulebookFinding.Code.allCases.map(Explanation.init)),
        ("What moondial check finds", FindingCode.allCases.map(Explanation.init)),
        ("Errors of moondial", DiagnosticCode.allCases.map(Explanation.init)),
    ]

    static var all: [Explanation] { groups.flatMap(\.explanations) }

    /// All meanings of a code; empty when the code is not known.
    ///
    /// A decision's reason such as "code_9002" finds the same as "9002". A code in the range of number verification
    /// that is in no table gets an explanation that says so.
    static func find(_ word: String) -> [Explanation] {
        let code = word.hasPrefix("code_") ? String(word.dropFirst("code_".count)) : word
        let found = all.filter { $0.code == code }
        if found.isEmpty, let number = Int64(code), ResponseCode(number).isOfVerify {
            return [Explanation(unlisted: number)]
        }
        return found
    }

    private static func provider(where isIncluded: (ResponseCode.Entry) -> Bool) -> [Explanation] {
        ResponseCode.table.filter(isIncluded).map(Explanation.init)
    }
}

extension Explanation {
    init(_ entry: ResponseCode.Entry) {
        self.init(
            code: entry.code.description, place: entry.layer.title, meaning: entry.meaning, content: entry.content,
            responseClass: entry.responseClass.rawValue, billed: entry.billed,
            resend: entry.layer == .verify ? entry.code.tokenState.resendExplanation : "does not apply",
            advice: entry.advice, source: entry.source.rawValue)
    }

    init(unlisted number: Int64) {
        self.init(
            code: String(number), place: ResponseCode.Layer.verify.title,
            meaning: "A code in no table we know. It is never a match.",
            responseClass: ResponseCode(number).responseClass.rawValue, billed: ResponseCode(number).billed,
            resend: ResponseCode(number).tokenState.resendExplanation,
            advice: "Read the content that came with it, and ask the provider.")
    }

    init(_ reason: Guard) {
        self.init(
            code: reason.rawValue, place: "guard of a run", meaning: "Nothing was sent: \(reason.explanation).",
            billed: .no, advice: reason.advice)
    }

    init(_ kind: HookFailure.Kind) {
        self.init(
            code: kind.rawValue, place: "failure of a hook",
            meaning: "The hook failed, \(kind.explanation): the run ends in review (or deny), never in allow.",
            advice: kind == .store
                ? "Look at the store; a hook that can do without its answer looks for nil and an error."
                : "Correct the hook; the error on standard error names the line.")
    }

    init(_ code: RulebookFinding.Code) {
        self.init(
            code: code.rawValue, place: "finding of moondial explore, severity \(code.severity.rawValue)",
            meaning: code.meaning, advice: code.advice)
    }

    init(_ code: FindingCode) {
        self.init(
            code: code.rawValue, place: "finding of moondial check, \(code.severity.rawValue)", meaning: code.meaning,
            advice: code.advice)
    }

    init(_ code: DiagnosticCode) {
        self.init(
            code: code.rawValue, place: "error of moondial, exit status \(ExitStatus(code).rawValue)",
            meaning: code.meaning, advice: code.advice)
    }
}

extension ResponseCode.Layer {
    fileprivate var title: String {
        switch self {
        case .verify: "number verification"
        case .login: "one-click login"
        case .risk: "risk check"
        case .captchaConfig: "captcha configuration"
        case .captchaEngine: "captcha engine"
        case .admin: "administration"
        }
    }
}

extension TokenState {
    /// Whether the same token may be sent again.
    var resendExplanation: String {
        switch self {
        case .unused: "yes, the token is unused"
        case .dead: "no, the token is dead; sending it to the other endpoint costs nothing"
        case .spent: "no, the token is spent"
        case .unclear: "not blindly, the token may be spent"
        }
    }
}

extension Guard {
    fileprivate var advice: String {
        switch self {
        case .deadline: "Allow more time with --timeout or timeout_ms, or look for what took so long with --trace."
        case .maxAttempts: "Raise --max-attempts if the rules mean to send more."
        case .tokenSpent: "Get a new token; a rule that must send it again returns even_if_delivered = true."
        case .accountBlocked: "Look at the account in the provider's console: credit, quota, and whether it is blocked."
        case .tokenReused: "Get a new token: each is for one number, once."
        case .numberInterval: "Wait until the interval is over, and use another way meanwhile; it is 30 s by default."
        case .numberDailyCap: "Use another way, such as a text message, until midnight in China (UTC+8)."
        case .applicationDailyCap:
            "Use another way until midnight in China (UTC+8), and ask the provider for a higher quota."
        case .budget: "Raise the ceiling under guards.budget in moondial.yaml, or wait for the next day (UTC+8)."
        case .storeUnavailable: "Look at the store; on_store_error under guards decides what happens without it."
        case .verdictLost: "Get a new token; look in the decision logs for the gateway that has ended."
        case .notInHook: "Call moondial.attempt while the hook runs, not after it has returned."
        }
    }
}
