// SPDX-License-Identifier: MIT

package import MoondialLua
package import NumberVerification

/// Takes secrets out of what leaves the memory of the process: traces, logs, errors, results, saved files.
///
/// - A token of 16 bytes or more is replaced wherever it stands, also where a text was cut within it; a shorter one only
///   as a whole value. What is part of ``OperatorTexts`` stays.
/// - A phone of the provider's form is masked wherever it stands, also as a number; another submitted phone as a whole
///   value. With `showsPhones`, phones stay.
/// - Credentials are replaced wherever they stand.
///
/// Linear in the text, whatever was submitted.
package struct Redactor: Sendable {
    package let secrets: SubmittedSecrets
    package let operatorTexts: OperatorTexts
    private let showsPhones: Bool

    private static let tokenMark = "<token>"
    private static let secretMark = "<secret>"

    /// The default knows nothing that was submitted and no text of an operator.
    package init(
        secrets: SubmittedSecrets = SubmittedSecrets(), operatorTexts: OperatorTexts = OperatorTexts(),
        showsPhones: Bool
    ) {
        self.secrets = secrets
        self.operatorTexts = operatorTexts
        self.showsPhones = showsPhones
    }

    /// The same for the caller of a request, who gets phones in the clear.
    var keepingPhones: Redactor { Redactor(secrets: secrets, operatorTexts: operatorTexts, showsPhones: true) }

    /// The phone as it may be shown.
    package func phone(_ phone: Phone) -> String { showsPhones ? phone.submitted : phone.masked }

    /// The text without secrets.
    package func text(_ text: String) -> String {
        var copy = text
        return copy.withUTF8 { bytes in replacement(for: bytes, text) } ?? text
    }

    package func text(_ text: String?) -> String? { text.map { self.text($0) } }

    /// Strings, keys, and numbers whose digits show a phone or token: such a number becomes a string.
    package func json(_ value: JSON) -> JSON {
        switch value {
        case .null, .bool: value
        case .integer(let number): self.number(String(number)).map(JSON.string) ?? value
        case .double(let number): digits(of: number).flatMap { self.number($0) }.map(JSON.string) ?? value
        case .string(let string): .string(text(string))
        case .array(let elements): .array(elements.map { json($0) })
        case .object(let object): .object(self.object(object))
        }
    }

    /// Keys that become equal are numbered, so that no member is lost.
    package func object(_ object: JSON.Object) -> JSON.Object {
        var members: [JSON.Object.Member] = []
        members.reserveCapacity(object.count)
        var counts: [String: Int] = [:]
        for member in object.members {
            let key = text(member.key)
            let count = counts[key, default: 0] + 1
            counts[key] = count
            let unique = count == 1 ? key : "\(key) \(count)"
            members.append(JSON.Object.Member(key: unique, value: json(member.value)))
        }
        return JSON.Object(uniqueMembers: members)
    }

    /// The digits without a phone in them; nil when there is none. A double is passed without its fraction.
    package func number(_ digits: String) -> String? {
        let shown = within(digits)
        return shown == digits ? nil : shown
    }

    /// The digits of a whole number.
    package func digits(of number: Double) -> String? {
        guard number.magnitude < 9e15, let whole = Int64(exactly: number) else { return nil }
        return String(whole)
    }

    /// A line of a source. Of one that the operator wrote, tokens that callers submit change nothing.
    func excerpt(_ line: String, of source: String) -> String {
        operatorTexts.isSource(source) ? within(line, isOperators: true) : text(line)
    }

    /// The line at a place.
    func excerpt(_ line: String?, at site: LuaSite?) -> String? {
        line.map { excerpt($0, of: site?.source.description ?? "") }
    }

    /// The name of a rule: as it is when the operator wrote it.
    package func rule(_ name: String) -> String {
        var copy = name
        return copy.withUTF8 { operatorTexts.contains($0, isWord: false) } ? name : text(name)
    }

    /// The name of a source, printable: that of a loaded file as it is; one that a script chose without secrets.
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
    private func within(_ text: String, isOperators: Bool = false) -> String {
        var copy = text
        return copy.withUTF8 { replacingParts(of: $0, isOperators: isOperators) } ?? text
    }

    private func replacement(for bytes: UnsafeBufferPointer<UInt8>, _ text: String) -> String? {
        switch secrets.value(bytes) {
        case .token? where !operatorTexts.contains(bytes, isWord: true): return Self.tokenMark
        case .phone? where !showsPhones && !operatorTexts.contains(bytes, isWord: true): return Phone.mask(text)
        default: return replacingParts(of: bytes)
        }
    }

    private enum Mark {
        case secret, token, phone
    }

    /// Nil when nothing is to be replaced. `isOperators`: all of it is the operator's text.
    private func replacingParts(of bytes: UnsafeBufferPointer<UInt8>, isOperators: Bool = false) -> String? {
        let credentials = secrets.credentials(in: bytes)
        let tokens = secrets.tokens(in: bytes) {
            isOperators || operatorTexts.contains(.init(rebasing: bytes[$0]), isWord: false)
        }
        let phones =
            showsPhones
            ? []
            : PhoneForm.places(in: bytes, wasSubmitted: secrets.holds) {
                operatorTexts.contains(.init(rebasing: bytes[$0]), isWord: false)
            }
        if credentials.isEmpty, tokens.isEmpty, phones.isEmpty { return nil }
        var finds = credentials.map { (range: $0, mark: Mark.secret) }
        finds += tokens.map { (range: $0, mark: Mark.token) }
        finds += phones.map { (range: $0, mark: Mark.phone) }
        finds.sort { $0.range.lowerBound < $1.range.lowerBound }
        var result = ""
        var position = 0
        var index = 0
        while index < finds.count {
            var (range, mark) = finds[index]
            index += 1
            // What overlaps is taken out as one.
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
