// SPDX-License-Identifier: MIT

import JSON
package import NumberVerification
import Synchronization
import TextFormats

/// The tokens and phones that were submitted in this process, and the credentials it uses: what output must not hold.
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
        /// Grows with what is known.
        var count = 0
    }

    private let state = Mutex(State())
    /// Texts that are shorter hold neither tokens nor credentials, and are no phones of another form.
    private let shortest = Atomic(TokenIndex.prefixLength)
    private let keys = HashKeys()

    package init() {}

    /// Notes the phone and the token of a request. The simulator's own tokens, `sim:…`, are no secrets.
    ///
    /// `isOperators`: a rule chose the token, and not a caller; it is a secret even where the rule's own text holds it. The
    /// default is false.
    package func add(_ request: VerificationRequest, isOperators: Bool = false) {
        let token = request.token.reveal()
        let phone = request.phone.submitted
        // As rules write it with moondial.json.encode, or with "%q".
        let written =
            token.withBytes { $0.contains { $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") } }
            ? JSONValue.string(token).bytes.dropFirst().dropLast() : nil
        state.withLock { state in
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
                    let key = keys.hash(of: bytes)
                    if state.values[key] == nil { state.values[key] = .phone }
                }
            }
            if !state.values.isEmpty { shortest.store(0, ordering: .releasing) }
            if state.values.count >= TokenIndex.capacity { (state.olderValues, state.values) = (state.values, [:]) }
            if state.phones.count >= TokenIndex.capacity { (state.olderPhones, state.phones) = (state.phones, []) }
        }
    }

    /// Notes texts that open the door to the provider: see ``VerificationClient/secrets``.
    package func add(credentials: [Secret]) {
        let all = credentials.map { Array($0.reveal().utf8) }
        state.withLock { state in
            for bytes in all where !bytes.isEmpty && !state.credentials.contains(where: { $0.needle == bytes }) {
                state.credentials.append(ByteSearch(bytes))
            }
            // The longest first: what holds another is found as a whole.
            state.credentials.sort { $0.needle.count > $1.needle.count }
            guard let last = state.credentials.last else { return }
            shortest.store(min(shortest.load(ordering: .relaxed), last.needle.count), ordering: .releasing)
        }
    }

    /// Changes whenever something has been submitted.
    package var generation: Int { state.withLock { $0.count } }

    /// Whether texts of that length hold neither tokens nor credentials, and are no phones of another form: found out without
    /// looking at them, and without a lock.
    func areLonger(than length: Int) -> Bool { length < shortest.load(ordering: .acquiring) }

    /// What a text is as a whole.
    func value(_ text: UnsafeBufferPointer<UInt8>) -> Value? {
        guard text.count <= 64, state.withLock({ !($0.values.isEmpty && $0.olderValues.isEmpty) }) else { return nil }
        let key = keys.hash(of: text)
        return state.withLock { $0.values[key] ?? $0.olderValues[key] }
    }

    /// Where tokens stand in a text; see `TokenIndex.places`.
    func tokens(
        in text: UnsafeBufferPointer<UInt8>, _ work: RedactionWork, isAllowed: (Range<Int>) -> Bool
    ) -> [Range<Int>] {
        // Here too, since nearly all texts are shorter.
        guard text.count >= TokenIndex.prefixLength else { return [] }
        return state.withLock { $0.tokens.places(in: text, work, isAllowed: isAllowed) }
    }

    /// Where credentials stand in a text, in order. One of fewer than eight bytes counts only as the whole text.
    func credentials(in text: UnsafeBufferPointer<UInt8>, _ work: RedactionWork) -> [Range<Int>] {
        let credentials = state.withLock { $0.credentials }
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
        state.withLock { $0.phones.contains(number) || $0.olderPhones.contains(number) }
    }
}
