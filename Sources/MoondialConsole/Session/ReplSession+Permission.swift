// SPDX-License-Identifier: MIT

import MoondialRules
import NIOCore
import NumberVerification

/// Consent to calls that cost money: asked once in a session, for the first of them.
extension ReplSession {
    /// Asks about a call of a script.
    func admit(_ request: PermissionRequest) {
        let call = "\(request.function) \(request.endpoint.map { "\($0.rawValue) " } ?? "")\(request.phone.masked)"
        let question = confirm(call, inBackground: request.backgroundNumber) { request.answer(refusal: $0) }
        if let question { request.onWithdrawal = { [weak self] in self?.withdrawQuestion(question) } }
    }

    /// Asks whether a call may be sent to the provider, unless an earlier question was answered with yes.
    ///
    /// The question about a call in the background is printed above the prompt, and answered by a command with its
    /// number: other input at the prompt is Lua, and no answer.
    ///
    /// - Parameters:
    ///   - call: The call, as it is shown to the user.
    ///   - background: The number of the function of `moondial.spawn` that makes the call. The default is nil: the block.
    ///   - answered: Gets the reason of a refusal, or nil.
    /// - Returns: The number of the question, unless there is an answer at once.
    @discardableResult
    func confirm(
        _ call: String, inBackground background: Int? = nil, answered: @escaping (_ refusal: String?) -> Void
    ) -> Int? {
        guard scripts.admission != nil else {
            answered(nil)
            return nil
        }
        guard setup.canAsk else {
            answered("nothing was sent: the first live call needs a yes, and input comes from no terminal")
            return nil
        }
        let warning = "\(call) calls \(setup.target) live: a match or mismatch is billed, and the token is spent."
        let number = questions.add(background == nil ? warning : nil) { [self] isYes in
            // Later calls need no question. Calls that already wait have a question of their own.
            if isYes { scripts.admission = nil }
            let refused = background == nil ? "not confirmed" : "refused"
            answered(isYes ? nil : "nothing was sent: the live call was \(refused)")
        }
        if let background {
            note("[\(background)] \(warning) :allow \(number) sends it, :refuse \(number) does not")
            questions.noteShown(number)
            input?.noteQuestion()
        } else {
            offer()
        }
        return number
    }

    /// Answers a question about a call in the background.
    ///
    /// - Throws: A diagnostic when no call of that number waits, or the answer was not typed.
    func answer(_ word: String, isYes: Bool) throws(Diagnostic) {
        guard isTyped else {
            throw Diagnostic(.usage, "a transcript cannot answer for you", fix: "type the command at the prompt")
        }
        let waiting = questions.numbersForCommands
        guard let number = Int(word), waiting.contains(number), let question = questions[number] else {
            let list = waiting.map(String.init).joined(separator: ", ")
            throw Diagnostic(
                .usage,
                word.isEmpty ? "the number of a call is missing" : "no call waits under the number '\(word)'",
                fix: list.isEmpty ? nil : "waiting: \(list)")
        }
        guard let shownAt = question.shownAt, shownAt < enteredAt else {
            throw Diagnostic(
                .usage, "the answer was typed before the question was shown", fix: "read the question and answer again")
        }
        questions.remove(number)?.answer(isYes)
    }

    /// A replay ends at a call whose phone or token was masked when it was saved.
    func stopReplay() {
        guard !queue.isEmpty else { return }
        queue = []
        note("replay stopped: the transcript holds a mask in the place of a phone or token; type the call with yours")
    }
}
