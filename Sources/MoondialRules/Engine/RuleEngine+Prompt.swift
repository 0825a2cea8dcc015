// SPDX-License-Identifier: MIT

package import MoondialLua
import NIOCore
import NumberVerification

/// What a prompt needs of an engine, beside scripts. All of it needs the mode `script` and `Settings.isPrompt`.
extension RuleEngine {
    /// Runs a block that was typed: an expression first, and if it is none, statements. Globals stay; rules that it
    /// defines join those that are there. What it comes to is also in `_` and `_1` to `_9`, an error in `_error`.
    ///
    /// When what ran before has left the Lua state unusable, it is a fresh one, with the rules of files alone.
    ///
    /// `firstLine` is the number of the block's first line within its source. The completion is called once, after this
    /// call has returned, with a view of each value.
    @discardableResult
    package func evaluate(
        _ block: RuleSource, firstLine: Int = 1, completion: @escaping (Result<[LuaView], Diagnostic>) -> Void
    ) -> ActiveEvaluation {
        let home = usableHome()
        let evaluation = ActiveEvaluation(home: home, completion: completion)
        home.host.noteWhenDefining(block)
        eventLoop.assumeIsolated().execute { evaluation.start(block, firstLine: firstLine) }
        return evaluation
    }

    /// Whether more lines must follow before a block can be run. One that is wrong is not incomplete.
    package func isIncomplete(_ text: String) -> Bool {
        home.vm.isIncomplete(Array(text.utf8))
    }

    /// Whether a block that can be run is a value, and no statement that could be written in a file.
    package func isExpression(_ text: String) -> Bool { home.vm.isOnlyExpression(Array(text.utf8)) }

    /// The type of what stands at a dotted path, and the fields of a table with their types: read without running any
    /// code. The empty path means the globals.
    package func names(at path: String) -> (type: String, fields: [(name: String, type: String)]) {
        (try? home.vm.names(at: path)) ?? ("nil", [])
    }

    /// Without the phones and tokens that were submitted, and without phones that nobody submitted.
    package func redacted(_ text: String) -> String {
        redactor.text(text)
    }

    /// What a script is about to send outside of a run, which would note it.
    func noteSecrets(of request: VerificationRequest) { redactor.secrets.add(request) }

    // MARK: - Rules

    /// Takes a rule away; false when there is none of that name.
    package func dropRule(_ name: String) -> Bool { home.host.drop(name) }

    /// Loads rule files besides those that are there.
    ///
    /// - Throws: A diagnostic for the first file that does not load; then no rule has changed.
    package func load(_ files: RuleFiles) throws(Diagnostic) {
        try home.loadMore(files)
        rules.add(files)
    }

    /// Loads rule files in the place of those that are there. Rules that were typed stay, unless a file has one of the
    /// same name. Globals stay.
    ///
    /// - Throws: A diagnostic for the first file that does not load; then no rule has changed.
    package func reload(_ files: RuleFiles) throws(Diagnostic) {
        try home.reload(files)
        rules = files
    }

    /// The files of the rules and of their modules, as they were when they were read, with those that `require` has looked
    /// for and not found. After a reload that has failed, also those that it has read.
    package var fileStamps: FileStamps {
        var stamps = rules.stamps
        stamps.merge(home.host.moduleStamps)
        return stamps
    }

    // MARK: - In the background

    /// The numbers of the functions that `moondial.spawn` has started and that have not ended, sorted.
    package var backgroundNumbers: [Int] { background.keys.sorted() }

    /// Ends the one of that number, if it has not ended.
    package func cancelBackground(_ number: Int) { background[number]?.cancel() }

    /// Begins a function after the present call of the VM.
    func spawn(_ function: LuaFunction) -> Int {
        lastBackground += 1
        let number = lastBackground
        let evaluation = ActiveEvaluation(home: home) { [weak self] result in
            self?.background[number] = nil
            self?.onBackgroundEnd?(number, result)
        }
        background[number] = evaluation
        eventLoop.assumeIsolated().execute { evaluation.start(function) }
        return number
    }

    // MARK: - Permission

    /// Asks whether a script may send something.
    ///
    /// `completion` gets why nothing is sent, or nil, after this call has returned.
    ///
    /// - Returns: The request that waits for an answer; nil when the call may be sent at once, and then the completion is
    ///   not called.
    func requestPermission(
        for function: String, at endpoint: Endpoint? = nil, of phone: Phone, on strand: Strand,
        completion: @escaping (_ refusal: String?) -> Void
    ) -> PermissionRequest? {
        guard let admission else { return nil }
        // What a function in the background starts shares its meter.
        let number = background.first { $0.value.meter === strand.meter }?.key
        let request = PermissionRequest(
            function, at: endpoint, of: phone, backgroundNumber: number, completion: completion)
        // Later, because an answer enters the VM, which is busy with this call.
        eventLoop.assumeIsolated().execute { if request.isOpen { admission(request) } }
        return request
    }
}
