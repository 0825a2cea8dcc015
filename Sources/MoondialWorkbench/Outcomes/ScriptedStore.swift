// SPDX-License-Identifier: MIT

import MoondialStore
import NIOCore

/// A store that answers as a script says and, if the script returns nil, from a memory of its own. Used on one event
/// loop, and answers inside the call.
final class ScriptedStoreEngine: StoreEngine {
    /// Returns the answer to a command; nil if the memory has to answer.
    typealias Script = (StoreCommand) -> Result<StoreReply, StoreError>?

    let memory: MemoryStoreEngine
    private let script: NIOLoopBound<Script>

    init(memory: MemoryStoreEngine, eventLoop: any EventLoop, script: @escaping Script) {
        self.memory = memory
        self.script = NIOLoopBound(script, eventLoop: eventLoop)
    }

    var description: String { "scripted" }

    func makeStore(on eventLoop: any EventLoop) -> any Store { ScriptedStore(engine: self) }

    func close() async {}

    fileprivate func execute(_ command: StoreCommand) -> Result<StoreReply, StoreError> {
        script.value(command) ?? memory.execute(command)
    }
}

private final class ScriptedStore: Store {
    private let engine: ScriptedStoreEngine

    init(engine: ScriptedStoreEngine) { self.engine = engine }

    func perform(
        _ command: StoreCommand, deadline: NIODeadline,
        completion: @escaping (Result<StoreReply, StoreError>) -> Void
    ) {
        completion(engine.execute(command))
    }

    func close() {}
}
