// SPDX-License-Identifier: MIT

package import NumberVerification

/// A call of a script that waits for permission before it sends anything.
///
/// Used on the engine's event loop. It is answered once, or withdrawn when the code that makes the call ends.
package final class PermissionRequest {
    /// The function that the script calls: "verify" or "moondial.attempt".
    package let function: String
    /// Where `moondial.attempt` sends; nil where the rules choose.
    package let endpoint: Endpoint?
    /// The phone of the request. It is masked where it is shown.
    package let phone: Phone
    /// The number of the function of `moondial.spawn` that makes the call; nil for a typed block and for a script.
    package let backgroundNumber: Int?
    /// Called when the request is withdrawn before there is an answer. The default does nothing.
    package var onWithdrawal: () -> Void = {}
    private var completion: ((_ refusal: String?) -> Void)?

    init(
        _ function: String, at endpoint: Endpoint? = nil, of phone: Phone, backgroundNumber: Int?,
        completion: @escaping (_ refusal: String?) -> Void
    ) {
        self.function = function
        self.endpoint = endpoint
        self.phone = phone
        self.backgroundNumber = backgroundNumber
        self.completion = completion
    }

    /// Whether the call still waits for an answer.
    package var isOpen: Bool { completion != nil }

    /// Lets the call be sent, or refuses it with a reason. Only the first answer to an open request counts.
    package func answer(refusal: String?) {
        let completion = completion
        self.completion = nil
        completion?(refusal)
    }

    /// Ends the request without an answer. Later answers have no effect.
    func withdraw() {
        guard isOpen else { return }
        completion = nil
        onWithdrawal()
    }
}
