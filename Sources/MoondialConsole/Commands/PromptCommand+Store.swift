// SPDX-License-Identifier: MIT

import JSON
import MoondialPresentation
import MoondialRules
import MoondialStore
import NIOCore
import TextFormats

extension PromptCommand {
    /// Shows and changes the entries of the store.
    static let store = PromptCommand(
        longRunning: "store", "[get KEY | set KEY VALUE | delete KEY]", "shows and changes what rules remember",
        text: """
            Alone, lists the entries and lists of the store. A key is one word for each of its parts: :store get phone \
            13800138000. A value is JSON: :store set phone 13800138000 {"seen": 2}. Phones in keys are kept as hashes.
            """
    ) { call throws(Diagnostic) in
        var words = call.words
        let access = call.session.engine.store
        guard !words.isEmpty else { return call.session.listStore(access, call.done) }
        let action = words.removeFirst()
        var command: StoreCommand
        switch (action, words.count) {
        case ("get", 1...): command = .get(try access.key(words))
        case ("delete", 1...): command = .delete(try access.key(words))
        case ("set", 2...):
            // A value may have spaces: it begins where JSON begins.
            guard let split = words.indices.dropFirst().first(where: { words[$0...].json != nil }),
                let value = words[split...].json
            else { throw Diagnostic(.usage, ":store set: the value is not JSON", fix: "write texts with quotes") }
            command = .set(try access.key(Array(words[..<split])), value: value.bytes, lifetime: nil)
        default:
            throw Diagnostic(.usage, ":store: get, set or delete with a key expected", fix: "see :help store")
        }
        call.session.perform(command, access) { session, reply in
            session.show(reply)
            call.done()
        }
    }
}

extension ArraySlice<String> {
    /// The words as one JSON value, or nil.
    fileprivate var json: JSONValue? { try? JSONValue.parse(Array(joined(separator: " ").utf8)) }
}

extension StoreAccess {
    fileprivate func key(_ words: [String]) throws(Diagnostic) -> StoreKey {
        do throws(StoreNameError) {
            return try names.key(words.map { Array($0.utf8) })
        } catch {
            throw Diagnostic(.usage, ":store: \(error)")
        }
    }
}

extension ReplSession {
    /// Executes a command of the store; an error ends the block.
    fileprivate func perform(
        _ command: StoreCommand, _ access: StoreAccess, then body: @escaping (ReplSession, StoreReply) -> Void
    ) {
        access.store.perform(command, deadline: .now() + .seconds(5)) { [self] result in
            switch result {
            case .success(let reply): body(self, reply)
            case .failure(let error):
                failBlock(Diagnostic(.inputOutput, "the store refused the command: \(error.message)"))
                finishBlock()
            }
        }
    }

    fileprivate func show(_ reply: StoreReply) {
        switch reply {
        case .value(nil), .flag(false): note("nothing is kept under this key")
        case .value(let bytes?): result(lines: String(escaping: StoreValueText.json(bytes).bytes) + "\n")
        default: note("done")
        }
    }

    /// Lists the first thousand entries; `moondial store list` shows all.
    fileprivate func listStore(_ access: StoreAccess, _ done: @escaping () -> Void) {
        let namespace = access.names.namespace
        perform(.entries(namespace, after: nil, limit: 1000), access) { session, reply in
            guard case .entries(let page) = reply else { preconditionFailure("a listing is answered with entries") }
            session.perform(.lists(namespace), access) { session, reply in
                guard case .lists(let lists) = reply else { preconditionFailure("lists are answered with lists") }
                var lines = session.fitted(TextTable(page.entries.map(\.row))).lines()
                if page.next != nil { lines.append("… moondial store list shows the others") }
                lines += lists.map { "list \($0.list.name): \(Int($0.count).counting("member"))" }
                if lines.isEmpty {
                    session.note("nothing is remembered")
                } else {
                    session.result(lines: lines.map { $0 + "\n" }.joined())
                }
                done()
            }
        }
    }
}
