// SPDX-License-Identifier: MIT

import MoondialLua
import NumberVerification

extension LuaWriter {
    /// `req`, as hooks get it.
    func write(_ request: RunRequest) {
        writeRecord(class: LuaClass.request.rawValue, expecting: 8) { table in
            table.field("phone", request.verification.phone.submitted)
            table.field("token", request.verification.token.reveal())
            table.field("exid", request.verification.exID)
            table.field("channel", request.channel?.rawValue)
            table.field("ip", request.ip)
            table.field("operator", request.carrier?.rawValue)
            table.field("token_age_ms", request.tokenAge)
            table.field("timeout_ms", request.timeout)
            if let context = request.context { table.field("context") { $0.write(.object(context) as JSON) } }
        }
    }

    /// An attempt: strict for hooks and scripts alike.
    func write(_ attempt: Attempt) {
        writeRecord(class: LuaClass.attempt.rawValue, expecting: 10) { table in
            table.field("endpoint", attempt.endpoint.rawValue)
            table.field("verdict", attempt.verdict.rawValue)
            table.field("code", attempt.code)
            table.field("content", attempt.content)
            table.field("id", attempt.id)
            table.field("exid", attempt.exID)
            table.field("http_status", attempt.httpStatus.map(Int64.init))
            if let error = attempt.error {
                table.field("error") {
                    $0.writeError(kind: error.kind.rawValue, message: error.message, isRetryable: error.retryable)
                }
            }
            table.field("delivered", attempt.delivered.rawValue)
            table.field("billed") { $0.write(attempt.billed) }
            table.field("elapsed_ms", attempt.elapsed.luaMilliseconds)
        }
    }

    /// What `map_result` gets: the last attempt, or a record of why there was none.
    func write(_ evidence: Evidence) {
        switch evidence {
        case .attempt(let attempt): write(attempt)
        case .noAttempt(let reason):
            writeRecord(class: LuaClass.attempt.rawValue, expecting: 4) { table in
                table.field("verdict", Verdict.unknown.rawValue)
                table.field("error") {
                    $0.writeError(kind: reason.rawValue, message: reason.explanation, isRetryable: true)
                }
                table.field("delivered", Delivered.no.rawValue)
                table.field("billed") { $0.write(Billed.no) }
            }
        }
    }

    /// The decision table: what `verify` returns and `on_decision` gets.
    func write(_ result: RunResult) {
        writeTable(expecting: 12 + result.decision.fields.count) { table in
            table.writeFields(result.decision.fields)
            table.field("decision", result.decision.outcome.rawValue)
            table.field("reason", result.decision.reason)
            table.field("rule", result.decision.rule)
            table.field("verdict", result.verdict.rawValue)
            table.field("code", result.code)
            table.field("content", result.content)
            table.field("id", result.id)
            table.field("exid", result.exID)
            table.field("endpoint", result.endpoint?.rawValue)
            table.field("attempts") { list in
                list.writeArray(count: result.attempts.count, isMarked: true) {
                    for attempt in result.attempts { $0.write(attempt.attempt) }
                }
            }
            table.field("elapsed_ms", result.elapsed.luaMilliseconds)
            table.field("trace_id", result.traceID.description)
        }
    }

    /// `{kind, message, retryable}`, as in every call that can fail because of the world.
    func writeError(kind: String, message: String, isRetryable: Bool) {
        writeTable(expecting: 3) { table in
            table.field("kind", kind)
            table.field("message", message)
            table.field("retryable") { $0.write(isRetryable) }
        }
    }

    private func write(_ billed: Billed) {
        switch billed {
        case .no: write(false)
        case .yes: write(true)
        case .maybe: write(billed.rawValue)
        }
    }
}

extension Duration {
    /// Milliseconds with microsecond precision.
    fileprivate var luaMilliseconds: Double { Double(wholeMicroseconds) / 1000 }
}
