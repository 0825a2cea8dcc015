// SPDX-License-Identifier: MIT

import JSON
import NIOConcurrencyHelpers
package import NumberVerification
import Synchronization
import TextFormats

/// The tokens and phones that were submitted in this process, and its credentials. Output must not contain them.
///
/// Shared by all engines of a process, and used from any thread. How many are kept is bounded, see ``TokenIndex``.
package final class SubmittedSecrets: Sendable {
    /// A text that is a secret as a whole.
    enum Value {
        case token, phone
    }

    private struct State {
        var tokens = TokenIndex()
        /// Short tokens, and phones that are not of the provider's form, by their hash.
        var values: [UInt64: Value] = [:]
        var olderValues: [UInt64: Value] = [:]
        /// Phones of the provider's form without a country code.
        var phones: Set<UInt64> = []
        var olderPhones: Set<UInt64> = []
        var credentials: [ByteSearch] = []
        /// The number of submitted requests.
        var count = 0
    }

    private let state = NIOLockedValueBox(State())
    /// Shorter texts hold neither tokens nor credentials, and are no phones of another form.
    private let shortest = Atomic(TokenIndex.prefixLength)
    private let keys = HashKeys()

    package init() {}

    /// Notes the phone and the token of a request. The simulator's own tokens, `sim:…`, are no secrets.
    ///
    /// `isOperators`: the token comes from a rule and not from a caller. Then it is a secret even though the rule's own
    /// text holds it. The default is false.
    package func add(_ request: VerificationRequest, isOperators: Bool = false) {
        let token = request.token.reveal()
        let phone = request.phone.submitted
        // The form of the token that moondial.json.encode and "%q" make.
        let written =
            token.withBytes { $0.contains { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") } }
            ? JSONValue.string(token).bytes.dropFirst().dropLast() : nil
        state.withLockedValue { state in
            state.count += 1
            if !token.hasPrefix("sim:") {
                token.withBytes { bytes in
                    if bytes.count >= TokenIndex.prefixLength {
                        state.tokens.add(bytes, isOperators: isOperators)
                    } else {
                        state.values[keys.hash(of: bytes)] = .token
                    }
                }
                written?.withUnsafeBufferPointer { state.tokens.add($0, isOperators: isOperators) }
            }
            phone.withBytes { bytes in
                if let number = PhoneForm.number(bytes) {
                    state.phones.insert(number)
                } else {
                    if let number = PhoneForm.number(ofWritten: bytes) { state.phones.insert(number) }
                    let key = keys.hash(of: bytes)
                    if state.values[key] == nil { state.values[key] = .phone }
                }
            }
            if !state.values.isEmpty { shortest.store(0, ordering: .releasing) }
            if state.values.count >= TokenIndex.capacity { (state.olderValues, state.values) = (state.values, [:]) }
            if state.phones.count >= TokenIndex.capacity { (state.olderPhones, state.phones) = (state.phones, []) }
        }
    }

    /// Notes texts that give access to the provider: see ``VerificationClient/secrets``.
    package func add(credentials: [Secret]) {
        let all = credentials.map { Array($0.reveal().utf8) }
        state.withLockedValue { state in
            for bytes in all where !bytes.isEmpty && !state.credentials.contains(where: { $0.needle == bytes }) {
                state.credentials.append(ByteSearch(bytes))
            }
            // The longest first: a credential that contains another is found as a whole.
            state.credentials.sort { $0.needle.count > $1.needle.count }
            guard let last = state.credentials.last else { return }
            shortest.store(min(shortest.load(ordering: .relaxed), last.needle.count), ordering: .releasing)
        }
    }

    /// Changes whenever something has been submitted.
    package var generation: Int { state.withLockedValue { $0.count } }

    /// Whether texts of that length hold neither tokens nor credentials, and are no phones of another form. Takes no
    /// lock, and needs no text.
    func areLonger(than length: Int) -> Bool { length < shortest.load(ordering: .acquiring) }

    /// The kind of secret that a text is as a whole, or nil.
    func value(_ text: UnsafeBufferPointer<UInt8>) -> Value? {
        guard text.count <= 64, state.withLockedValue({ !($0.values.isEmpty && $0.olderValues.isEmpty) }) else {
            return nil
        }
        let key = keys.hash(of: text)
        return state.withLockedValue { $0.values[key] ?? $0.olderValues[key] }
    }

    /// The places of tokens in a text; see `TokenIndex.places`.
    func tokens(
        in text: UnsafeBufferPointer<UInt8>, _ work: RedactionWork, isAllowed: (Range<Int>) -> Bool
    ) -> [Range<Int>] {
        // Checked before the lock is taken, since nearly all texts are shorter.
        guard text.count >= TokenIndex.prefixLength else { return [] }
        return state.withLockedValue { $0.tokens.places(in: text, work, isAllowed: isAllowed) }
    }

    /// The places of credentials in a text, in order. A credential of fewer than eight bytes counts only as the whole
    /// text.
    func credentials(in text: UnsafeBufferPointer<UInt8>, _ work: RedactionWork) -> [Range<Int>] {
        let credentials = state.withLockedValue { $0.credentials }
        var all: [Range<Int>] = []
        for credential in credentials where text.count >= credential.needle.count {
            if credential.needle.count < 8 {
                if text.elementsEqual(credential.needle) { all.append(0..<text.count) }
            } else {
                all = Redactor.merged(all, credential.places(in: text, work))
            }
        }
        return all
    }

    /// Whether a phone of the provider's form was submitted, by its digits.
    func holds(phone number: UInt64) -> Bool {
        state.withLockedValue { $0.phones.contains(number) || $0.olderPhones.contains(number) }
    }
}
