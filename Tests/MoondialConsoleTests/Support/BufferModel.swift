// SPDX-License-Identifier: MIT

/// A simple model of the editor's buffer, to be compared with the editor: an array of characters, a cursor, and whole
/// texts for undo.
struct BufferModel {
    struct State: Hashable {
        var characters: [Character] = []
        /// How many characters are before the cursor.
        var cursor = 0
    }

    /// Parts of the state that the model does not know, after a key that it does not know.
    struct Unknown: OptionSet {
        let rawValue: Int
        static let undo = Unknown(rawValue: 1)
        static let kills = Unknown(rawValue: 2)
        static let walk = Unknown(rawValue: 4)
        static let trail = Unknown(rawValue: 8)
        static let all: Unknown = [.undo, .kills, .walk, .trail]
    }

    /// The effect of the previous key, on which the next one may depend.
    enum Trail {
        case nothing, killing
        case typing(end: Int, last: Unicode.Scalar)
        case yanking(before: String, after: String)
        case vertical(column: Int)
    }

    struct Walk {
        let prefix: String
        let draft: State
        var position: Int
    }

    var state = State()
    var history: [String]
    var unknown: Unknown = []
    var trail = Trail.nothing
    var done: [(before: State, after: State)] = []
    var undone: [(before: State, after: State)] = []
    var kills: [String] = []
    var killPosition = 0
    var walk: Walk?

    init(history: [String]) { self.history = history }

    var text: String { String(state.characters) }
    var before: String { String(state.characters[..<state.cursor]) }
    var after: String { String(state.characters[state.cursor...]) }
    var isAtEnd: Bool { state.cursor == state.characters.count }

    /// The rest of the newest block that begins with this text.
    var suggestion: String? {
        let typed = text
        guard isAtEnd, typed.contains(where: { !Self.isSpace($0) }) else { return nil }
        let block = history.last { $0.utf8.count > typed.utf8.count && $0.utf8.starts(with: typed.utf8) }
        return block.map { String(decoding: Array($0.utf8.dropFirst(typed.utf8.count)), as: UTF8.self) }
    }

    /// Begins a block, after one that was run.
    mutating func begin(after run: String? = nil) {
        state = State()
        (done, undone, walk, trail) = ([], [], nil, .nothing)
        unknown.subtract([.undo, .walk, .trail])
        guard let run, run.first != " ", run.contains(where: { !Self.isSpace($0) }) else { return }
        history.removeAll { $0.utf8.elementsEqual(run.utf8) }
        history.append(run)
    }

    /// Takes over the result of a key that the model does not know.
    mutating func adopt(_ text: String, cursor: Int) {
        let bytes = Array(text.utf8)
        set(String(decoding: bytes[..<cursor], as: UTF8.self), String(decoding: bytes[cursor...], as: UTF8.self))
        unknown = .all
    }

    static func isSpace(_ character: Character) -> Bool { " \t\n\u{B}\u{C}\r".contains(character) }

    static func isWord(_ character: Character) -> Bool {
        guard let first = character.unicodeScalars.first, first.isASCII else {
            return character.isLetter || character.isNumber
        }
        return first == "_" || first.properties.isAlphabetic || first.properties.numericType != nil
    }

    /// A cursor inside of a character is put after it.
    mutating func set(_ before: String, _ after: String) {
        state.characters = Array(before + after)
        let place = before.utf8.count
        var passed = 0
        state.cursor = 0
        while passed < place {
            passed += state.characters[state.cursor].utf8.count
            state.cursor += 1
        }
    }

    mutating func change(_ before: String, _ after: String, typed: Unicode.Scalar? = nil) {
        let old = state
        let place = self.before.utf8.count
        let typing: (end: Int, last: Unicode.Scalar)? =
            if case .typing(let end, let last) = trail { (end, last) } else { nil }
        set(before, after)
        walk = nil
        unknown.remove(.walk)
        trail = .nothing
        guard !String(old.characters).utf8.elementsEqual(text.utf8) else { return }
        undone = []
        if let typed, let typing, typing.end == place, !done.isEmpty,
            !(Self.isSpace(Character(typing.last)) && !Self.isSpace(Character(typed)))
        {
            done[done.count - 1].after = state
        } else {
            done.append((old, state))
        }
    }

    func characters(before place: Int, while isWanted: (Character) -> Bool) -> Int {
        var place = place
        while place > 0, isWanted(state.characters[place - 1]) { place -= 1 }
        return place
    }

    func characters(after place: Int, while isWanted: (Character) -> Bool) -> Int {
        var place = place
        while place < state.characters.count, isWanted(state.characters[place]) { place += 1 }
        return place
    }

    func string(_ range: Range<Int>) -> String { String(state.characters[range]) }

    func wordStart(_ place: Int) -> Int {
        characters(before: characters(before: place) { !Self.isWord($0) }, while: Self.isWord)
    }

    func wordEnd(_ place: Int) -> Int {
        characters(after: characters(after: place) { !Self.isWord($0) }, while: Self.isWord)
    }

    var lineStart: Int { characters(before: state.cursor) { $0 != "\n" } }
    var lineEnd: Int { characters(after: state.cursor) { $0 != "\n" } }
}
