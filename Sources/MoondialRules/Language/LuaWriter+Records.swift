// SPDX-License-Identifier: MIT

import JSON
import MoondialLua
import NumberVerification
import TextFormats

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
            if let context = request.context { table.field("context") { $0.writeReadOnly(.object(context)) } }
        }
    }

    /// An attempt, for hooks and scripts alike.
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
            writeRecord(class: LuaClass.attempt.rawValue, expecting: 5) { table in
                table.field("verdict", Verdict.unknown.rawValue)
                table.field("error") {
                    $0.writeError(kind: reason.rawValue, message: reason.explanation, isRetryable: false)
                }
                table.field("delivered", Delivered.no.rawValue)
                table.field("billed") { $0.write(Billed.no) }
                table.field("elapsed_ms", 0.0)
            }
        }
    }

    /// The decision table that `verify` returns: a new table, which the script may change.
    func write(_ result: RunResult) {
        writeTable(expecting: Prelude.resultFields.count) { table in
            table.writeFields(of: result)
            table.field("attempts") { $0.writeAttempts(of: result) }
            for member in result.decision.fields.members {
                table.write(member.key)
                table.write(member.value)
            }
        }
    }

    /// The same for `on_decision`: read-only, since the decision is final.
    func writeReadOnly(_ result: RunResult) {
        writeRecord(class: LuaClass.result.rawValue, expecting: Prelude.resultFields.count) { table in
            table.writeFields(of: result)
            table.field("attempts") { $0.writeRecord(class: LuaClass.data.rawValue) { $0.writeAttempts(of: result) } }
            for member in result.decision.fields.members {
                table.write(member.key)
                table.writeReadOnly(member.value)
            }
        }
    }

    private func writeFields(of result: RunResult) {
        field("decision", result.decision.outcome.rawValue)
        field("reason", result.decision.reason)
        field("rule", result.decision.rule)
        field("verdict", result.verdict.rawValue)
        field("code", result.code)
        field("content", result.content)
        field("id", result.id)
        field("exid", result.exID)
        field("endpoint", result.endpoint?.rawValue)
        field("elapsed_ms", result.elapsed.luaMilliseconds)
        field("trace_id", result.traceID.description)
    }

    private func writeAttempts(of result: RunResult) {
        let attempts = result.attempts
        writeArray(count: attempts.count, isMarked: true) { for each in attempts { $0.write(each.attempt) } }
    }

    /// `{kind, message, retryable}`, as in every call that can fail for reasons outside of the script.
    func writeError(kind: String, message: String, isRetryable: Bool) {
        writeRecord(class: LuaClass.error.rawValue, expecting: 3) { table in
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

/// Numbers of the metatables that the prelude registers.
enum LuaClass: UInt32 {
    /// `allow`, `deny`, `review` and what they construct: objects, which only the prelude makes.
    case decision = 1
    /// This one and the following are records: read-only tables. Reading an unknown field of `req`, `attempt` or
    /// `error` is an error.
    case request
    case attempt
    case error
    /// What `on_decision` gets.
    case result
    /// Tables inside a record.
    case data
}
