// SPDX-License-Identifier: MIT

/// The kinds of findings. The raw values are stable: comments in rule files and configurations of editors name them.
package enum FindingCode: String, Sendable, CaseIterable {
    case syntaxError = "syntax-error"
    case doesNotLoad = "does-not-load"
    case moduleNotFound = "module-not-found"
    case undefinedGlobal = "undefined-global"
    case globalAssignment = "global-assignment"
    case unknownField = "unknown-field"
    case doubtfulField = "doubtful-field"
    case readOnlyField = "read-only-field"
    case unknownHook = "unknown-hook"
    case unknownOption = "unknown-option"
    case unknownEntry = "unknown-entry"
    case reservedField = "reserved-field"
    case missingArgument = "missing-argument"
    case extraArgument = "extra-argument"
    case wrongArgument = "wrong-argument"
    case wrongAnswer = "wrong-answer"
    case impossibleComparison = "impossible-comparison"
    case floatComparison = "float-comparison"
    case waitingCall = "waiting-call"
    case callInHook = "call-in-hook"
    case shadowedWord = "shadowed-word"
    case unusedLocal = "unused-local"
    case unusedRequire = "unused-require"
    case ignoreWithoutReason = "ignore-without-reason"
    case ignoreUnknownCode = "ignore-unknown-code"
    case ignoreWithoutEffect = "ignore-without-effect"

    package var severity: Severity {
        switch self {
        case .syntaxError, .doesNotLoad, .moduleNotFound, .undefinedGlobal, .globalAssignment, .unknownField,
            .readOnlyField, .unknownHook, .unknownOption, .unknownEntry, .reservedField, .missingArgument,
            .wrongArgument, .wrongAnswer, .impossibleComparison, .waitingCall, .callInHook:
            .error
        case .doubtfulField, .extraArgument, .shadowedWord, .unusedLocal, .unusedRequire, .ignoreWithoutReason,
            .ignoreUnknownCode, .ignoreWithoutEffect:
            .warning
        case .floatComparison: .note
        }
    }

    /// Whether a comment can switch the finding off. Errors that keep a file from loading cannot be ignored.
    package var canBeIgnored: Bool {
        switch self {
        case .syntaxError, .doesNotLoad, .ignoreWithoutReason, .ignoreUnknownCode, .ignoreWithoutEffect: false
        default: true
        }
    }

    /// What the finding means, as a sentence.
    package var meaning: String {
        switch self {
        case .syntaxError: "The file is not a Lua program."
        case .doesNotLoad: "The file compiles, but moondial refuses to load it."
        case .moduleNotFound: "A module that is required is not in the folder of the rules."
        case .undefinedGlobal: "A global is read that nothing defines: an error when the line runs."
        case .globalAssignment: "A rule file or module assigns a global, which is an error when it loads."
        case .unknownField: "A field is read that the value never has: an error when the line runs, or nil."
        case .doubtfulField: "A field of a decision is read that no rule adds, and whose name is close to another."
        case .readOnlyField: "A table that moondial gives to a hook is assigned to: an error when the line runs."
        case .unknownHook: "A rule has a hook that there is not: an error when the file loads."
        case .unknownOption: "A table of options has a key that there is not: an error when the line runs."
        case .unknownEntry: "A map_result table has a key that no answer has: an error when the file loads."
        case .reservedField: "A rule adds a field that every decision has anyway: an error when the line runs."
        case .missingArgument: "A function is called with fewer arguments than it needs: an error when the line runs."
        case .extraArgument: "A function is called with more arguments than it takes; the last ones are ignored."
        case .wrongArgument: "An argument has a type or value that the function refuses: an error when the line runs."
        case .wrongAnswer: "A hook returns something that is no answer to it: the run ends in review (or deny)."
        case .impossibleComparison: "The two values can never be equal, or cannot be compared at all."
        case .floatComparison: "An integer is compared with a float; it works, but codes are integers."
        case .waitingCall: "A call waits for the network where Lua cannot wait: it is refused, and nothing is sent."
        case .callInHook: "A function is called in a hook that hooks cannot call: an error when the line runs."
        case .shadowedWord: "A local variable has the name of a word of the rule language and hides it."
        case .unusedLocal: "A local variable or function is never read."
        case .unusedRequire: "A module is required and never used."
        case .ignoreWithoutReason: "A comment switches a finding off and does not say why."
        case .ignoreUnknownCode: "A comment switches off a code that there is not."
        case .ignoreWithoutEffect: "A comment switches off a finding that there is not."
        }
    }

    /// What to do about it, as a sentence.
    package var advice: String {
        switch self {
        case .syntaxError: "Correct the place that the message shows, or what stands before it."
        case .doesNotLoad: "Correct what the message names."
        case .moduleNotFound: "Check the name; \"lib.phones\" is lib/phones.lua beside the rule file."
        case .undefinedGlobal: "Correct the spelling, or write 'local' where it is defined."
        case .globalAssignment: "Write 'local'; to share a value with other files, return it from a module."
        case .unknownField, .doubtfulField: "Correct the spelling; 'moondial reference' lists the fields."
        case .readOnlyField: "Keep the value in a local variable, or return a decision with fields."
        case .unknownHook: "Use pre_check, route, fallback, map_result or on_decision."
        case .unknownOption: "Correct the spelling; 'moondial reference' lists the options."
        case .unknownEntry: "Use a code such as [9003], match, mismatch, unknown or default."
        case .reservedField: "Give the field another name."
        case .missingArgument, .extraArgument: "Compare the call with the signature in 'moondial reference'."
        case .wrongArgument: "Give a value of the type that the message names."
        case .wrongAnswer: "Return what the message names, or nothing for no answer."
        case .impossibleComparison: "Compare with a value of the same type: codes are integers, phones are strings."
        case .floatComparison: "Write the code as an integer."
        case .waitingCall: "Ask the network before, and keep the answers in a table."
        case .callInHook: "Use moondial.attempt to send another request; define rules at the top of the file."
        case .shadowedWord: "Rename the variable."
        case .unusedLocal: "Remove it, or let its name begin with '_'."
        case .unusedRequire: "Remove the line."
        case .ignoreWithoutReason: "Add the reason: '-- moondial: ignore CODE reason'."
        case .ignoreUnknownCode: "Correct the code; 'moondial explain' lists them all."
        case .ignoreWithoutEffect: "Remove the comment."
        }
    }
}

/// How much a finding matters.
package enum Severity: String, Sendable, CaseIterable {
    /// The line fails when it runs, or never does what it seems to do.
    case error
    /// The line is probably a mistake.
    case warning
    /// The line works, but can be written better.
    case note
}
