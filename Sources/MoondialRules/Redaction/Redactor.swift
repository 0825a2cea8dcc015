// SPDX-License-Identifier: MIT

package import JSON
package import MoondialLua
package import NumberVerification
import TextFormats

/// Removes secrets from all that leaves the memory of the process: traces, logs, errors, results, saved files.
///
/// - A token of 16 bytes or more is replaced everywhere in a text, also where the text was cut within the token; a
///   shorter token only if it is the whole value. Parts of ``OperatorTexts`` stay.
/// - A phone of the provider's form is masked everywhere, also as a number and in the groups 3-4-4; in other groups if it
///   was submitted. Another submitted phone is masked only if it is the whole value. With `showsPhones`, phones stay.
/// - Credentials are replaced everywhere.
///
/// All of them are also found where bytes are percent-encoded, as in URLs and forms.
///
/// The time is linear in the length of the text, whatever was submitted.
package struct Redactor: Sendable {
    package let secrets: SubmittedSecrets
    package let operatorTexts: OperatorTexts
    package let showsPhones: Bool

    private static let tokenMark = "<token>"
    private static let secretMark = "<secret>"
    /// Replaces a text that was not searched to its end.
    private static let cutMark = "…"

    /// The default knows nothing that was submitted and no text of an operator.
    package init(
        secrets: SubmittedSecrets = SubmittedSecrets(), operatorTexts: OperatorTexts = OperatorTexts(),
        showsPhones: Bool
    ) {
        self.secrets = secrets
        self.operatorTexts = operatorTexts
        self.showsPhones = showsPhones
    }

    /// The same, for the caller of a request, who gets unmasked phones.
    package var keepingPhones: Redactor { Redactor(secrets: secrets, operatorTexts: operatorTexts, showsPhones: true) }

    /// The same, for files, in which phones are masked even with `showsPhones`.
    package var maskingPhones: Redactor { Redactor(secrets: secrets, operatorTexts: operatorTexts, showsPhones: false) }

    /// The phone as it may be shown.
    package func phone(_ phone: Phone) -> String { showsPhones ? phone.submitted : phone.masked }

    /// The text without secrets.
    package func text(_ text: String) -> String {
        text.withBytes { holdsNone($0) } ? text : self.text(text, RedactionWork())
    }

    /// A fast path: whether the text is too short for a secret. Most words and names are.
    private func holdsNone(_ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
        secrets.areLonger(than: bytes.count) && !PhoneForm.mayStand(in: bytes) && !bytes.contains(UInt8(ascii: "%"))
    }

    package func text(_ text: String?) -> String? { text.map { self.text($0) } }

    /// The value without secrets in strings, keys and numbers. A number whose digits hold a phone or token becomes a
    /// string.
    package func json(_ value: JSONValue) -> JSONValue { json(value, RedactionWork()) }

    /// The object without secrets. Keys that become equal are numbered, so that no member is lost.
    package func object(_ object: JSONObject) -> JSONObject { self.object(object, RedactionWork()) }

    /// The text without secrets. When the run has to stop, text that was not searched is left out.
    func text(_ text: String, _ work: RedactionWork) -> String {
        return text.withBytes { bytes in replacement(for: bytes, text, work) } ?? text
    }

    private func json(_ value: JSONValue, _ work: RedactionWork) -> JSONValue {
        switch value {
        case .null, .bool: value
        case .integer(let number): self.number(String(number), work).map(JSONValue.string) ?? value
        case .double(let number): self.number(number, work).map(JSONValue.string) ?? value
        case .string(let string): .string(text(string, work))
        case .array(let elements): .array(elements.map { json($0, work) })
        case .object(let object): .object(self.object(object, work))
        }
    }

    /// ``object(_:)`` for a run.
    func object(_ object: JSONObject, _ work: RedactionWork) -> JSONObject {
        var members: [JSONObject.Member] = []
        members.reserveCapacity(object.count)
        var used: Set<String> = []
        var counts: [String: Int] = [:]
        for member in object.members where work.count(64) {
            let key = text(member.key, work)
            var unique = key
            while !used.insert(unique).inserted {
                counts[key, default: 1] += 1
                unique = "\(key) \(counts[key, default: 1])"
            }
            members.append(JSONObject.Member(key: unique, value: json(member.value, work)))
        }
        return JSONObject(uniqueMembers: members)
    }

    /// The digits without a phone in them; nil when there is none. A double is passed without its fraction.
    package func number(_ digits: String) -> String? { number(digits, RedactionWork()) }

    private func number(_ digits: String, _ work: RedactionWork) -> String? {
        let shown = within(digits, work)
        return shown == digits ? nil : shown
    }

    /// A phone that is the whole part is shown without the fraction. Otherwise the number is searched as it is written.
    private func number(_ number: Double, _ work: RedactionWork) -> String? {
        digits(of: number).flatMap { self.number($0, work) } ?? self.number(JSONValue.double(number).description, work)
    }

    /// The digits of the whole part of a number, which may be a phone.
    package func digits(of number: Double) -> String? {
        guard number.magnitude < 9e15, let whole = Int64(exactly: number.rounded(.towardZero)) else { return nil }
        return String(whole)
    }

    /// A text of the provider without secrets. A word of it that equals a caller's short token is not replaced.
    package func providerText(_ text: String?) -> String? { text.map { within($0, RedactionWork()) } }

    /// A line of a source without secrets. In a source of the operator, tokens of callers are not replaced.
    func excerpt(_ line: String, of source: String) -> String {
        operatorTexts.isSource(source) ? within(line, RedactionWork(), isOperators: true) : text(line)
    }

    /// The line at a place.
    func excerpt(_ line: String?, at site: LuaSite?) -> String? {
        line.map { excerpt($0, of: site?.source.description ?? "") }
    }

    /// The name of a rule: unchanged when the operator wrote it.
    package func rule(_ name: String) -> String {
        name.withBytes { operatorTexts.contains($0, isWord: false) } ? name : text(name)
    }

    /// The name of a source, printable: unchanged for a loaded file; without secrets if a script chose the name.
    package func source(_ name: String) -> String {
        String(escaping: (operatorTexts.isName(name) ? name : text(name)).utf8)
    }

    /// A place, with the name of its source as ``source(_:)`` gives it.
    package func site(_ site: LuaSite) -> LuaSite {
        switch site.source {
        case .file(let name): LuaSite(source: .file(source(name)), line: site.line)
        case .label(let name): LuaSite(source: .label(source(name)), line: site.line)
        }
    }

    /// "file:line", redacted and printable.
    package func place(_ site: HookSite) -> String { "\(source(site.file)):\(site.line)" }
}

extension Redactor {
    private func within(_ text: String, _ work: RedactionWork, isOperators: Bool = false) -> String {
        text.withBytes { replacingParts(of: $0, work, isOperators: isOperators) } ?? text
    }

    private func replacement(
        for bytes: UnsafeBufferPointer<UInt8>, _ text: String, _ work: RedactionWork
    ) -> String? {
        switch secrets.value(bytes) {
        case .token? where !operatorTexts.contains(bytes, isWord: true, work): return Self.tokenMark
        case .phone? where !showsPhones && !operatorTexts.contains(bytes, isWord: true, work): return Phone.mask(text)
        default: return replacingParts(of: bytes, work)
        }
    }

    private enum Mark {
        case secret, token, phone
    }

    private typealias Find = (range: Range<Int>, mark: Mark)

    /// Where secrets stand in a text as it is written. `isOperators`: all of it is the operator's text.
    private func finds(in bytes: UnsafeBufferPointer<UInt8>, _ work: RedactionWork, isOperators: Bool) -> [Find] {
        func isPublic(_ range: Range<Int>) -> Bool {
            isOperators || operatorTexts.contains(.init(rebasing: bytes[range]), isWord: false, work)
        }
        var finds = secrets.credentials(in: bytes, work).map { Find($0, .secret) }
        finds += secrets.tokens(in: bytes, work, isAllowed: isPublic).map { Find($0, .token) }
        guard !showsPhones else { return finds }
        let phones = PhoneForm.places(in: bytes, work, wasSubmitted: secrets.holds, isAllowed: isPublic) {
            number, place, areUsual in areUsual || (secrets.holds(phone: number) && !isPublic(place))
        }
        return finds + phones.map { Find($0, .phone) }
    }

    /// Nil when nothing is to be replaced. `isOperators`: all of it is the operator's text.
    private func replacingParts(
        of bytes: UnsafeBufferPointer<UInt8>, _ work: RedactionWork, isOperators: Bool = false
    ) -> String? {
        var finds = finds(in: bytes, work, isOperators: isOperators)
        if let decoded = PercentDecodedText(bytes, work) {
            finds += decoded.bytes.withUnsafeBufferPointer { self.finds(in: $0, work, isOperators: isOperators) }
                .map { Find(decoded.encodedRange(of: $0.range), $0.mark) }
        }
        if work.isStopping { return Self.cutMark }
        if finds.isEmpty { return nil }
        work.charge(bytes: bytes.count)
        finds.sort { $0.range.lowerBound < $1.range.lowerBound }
        var result = ""
        var position = 0
        var index = 0
        while index < finds.count {
            var (range, mark) = finds[index]
            index += 1
            // Overlapping finds are replaced as one.
            while index < finds.count, finds[index].range.lowerBound < range.upperBound {
                range = range.lowerBound..<max(range.upperBound, finds[index].range.upperBound)
                if mark == .phone || finds[index].mark == .secret { mark = finds[index].mark }
                index += 1
            }
            result += String(decoding: bytes[position..<range.lowerBound], as: UTF8.self)
            switch mark {
            case .secret: result += Self.secretMark
            case .token: result += Self.tokenMark
            case .phone: result += Phone.mask(String(decoding: bytes[range], as: UTF8.self))
            }
            position = range.upperBound
        }
        return result + String(decoding: bytes[position...], as: UTF8.self)
    }

    /// Two lists of places in order, as one without overlaps.
    static func merged(_ first: [Range<Int>], _ second: [Range<Int>]) -> [Range<Int>] {
        var result: [Range<Int>] = []
        for range in (first + second).sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = result.last, range.lowerBound < last.upperBound {
                result[result.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                result.append(range)
            }
        }
        return result
    }
}
