// SPDX-License-Identifier: MIT

import MoondialPresentation
import MoondialRules
import NumberVerification
import Platform

/// A tour of the prompt: each step gives something to type, and checks whether it has worked.
struct Tour {
    /// The result of a block.
    struct Outcome {
        let block: String
        /// The runs of the block that have ended.
        let runs: [RunResult]
        let hasFailed: Bool

        /// The command that the block is, and its last argument.
        var command: (name: String, argument: String)? {
            guard block.hasPrefix(":") else { return nil }
            let words = block.dropFirst().split(separator: " ").map(String.init)
            guard let name = words.first.flatMap(PromptCommand.find)?.name else { return nil }
            return (name, words.dropFirst().last ?? "")
        }
    }

    /// Something to type, and the test whether it has worked.
    struct Part: Sendable {
        let typed: String
        let isDone: @Sendable (Outcome) -> Bool
    }

    struct Step: Sendable {
        let title: String
        /// The explanation of the step.
        let text: String
        /// In order.
        let parts: [Part]
        /// A summary, shown when the step is done.
        let lesson: String
    }

    private(set) var step = 0
    private var part = 0
    /// The runs of the present block.
    private var runs: [RunResult] = []

    var isOver: Bool { step >= Self.steps.count }

    mutating func add(_ run: RunResult) { runs.append(run) }

    /// Takes a block that has ended.
    ///
    /// - Returns: Whether the block has completed a part, and whether it has completed the step.
    mutating func take(_ block: String, hasFailed: Bool) -> (part: Bool, step: Bool) {
        let outcome = Outcome(block: block, runs: runs, hasFailed: hasFailed)
        runs = []
        guard !isOver, !hasFailed, Self.steps[step].parts[part].isDone(outcome) else { return (false, false) }
        part += 1
        guard part == Self.steps[step].parts.count else { return (true, false) }
        skip()
        return (true, true)
    }

    mutating func skip() {
        step += 1
        part = 0
    }

    // MARK: - Text

    func add(to help: inout HelpText) {
        guard !isOver else {
            help.heading("That was the tour")
            help.paragraph(
                """
                :help lists the commands, :help keys the keys, :doc the words of the language. moondial verify and \
                moondial serve run the same rules.
                """)
            return
        }
        let present = Self.steps[step]
        help.heading("\(step + 1) of \(Self.steps.count): \(present.title)")
        help.paragraph(present.text)
        addTask(to: &help)
    }

    /// Adds the text to type next.
    func addTask(to help: inout HelpText) {
        guard !isOver else { return }
        help.paragraph(part == 0 ? "Type:" : "Now type:")
        help.verbatim(Self.steps[step].parts[part].typed, indent: 2)
    }

    /// One line that names the next task.
    var reminder: String? {
        guard !isOver else { return nil }
        let typed = Self.steps[step].parts[part].typed
        let first = typed.split(separator: "\n").first.map(String.init) ?? ""
        return "tour, step \(step + 1) of \(Self.steps.count): type \(first)\(typed.contains("\n") ? " …" : "")"
            + "   (:tour shows all of it, :tour next goes on, :tour stop ends it)"
    }
}

extension Tour {
    static let steps: [Step] = [
        Step(
            title: "ask the service",
            text: """
                verify asks whether a phone number is that of the SIM card from which a token came. At sim> the simulator \
                in this process answers: nothing is sent, nothing costs money. A token that begins with sim: asks it for \
                something; sim: alone asks for a match. Tab completes, also inside the quotation marks.
                """,
            parts: [
                Part(typed: "verify(\"13800138000\", \"sim:\").decision") { outcome in
                    outcome.runs.contains { $0.verdict == .match }
                }
            ],
            lesson: "The drawing shows the run: one attempt with code 9000, a match, and the decision to allow."),
        Step(
            title: "codes",
            text: """
                Only 9000 is a match and 9001 a mismatch. All other codes are no verdict: without a rule they are left to \
                review. Ask for the code of a token that has expired, and what it means.
                """,
            parts: [
                Part(typed: "verify(\"13800138000\", \"sim:code=9003\").decision") { outcome in
                    outcome.runs.contains { $0.verdict == .unknown && $0.code != nil }
                },
                Part(typed: ":explain 9003") { $0.command?.name == "explain" },
            ],
            lesson: "Each code says what it costs, whether the token can be used again, and what to do."),
        Step(
            title: "a rule",
            text: """
                Rules make decisions. This one asks for a text message when the number is another one, in place of \
                refusing. Enter continues a block that is not finished.
                """,
            parts: [
                Part(
                    typed: "rule \"ask before denying\" {\n  map_result = { mismatch = review \"ask_for_sms\" },\n}"
                ) { $0.block.contains("rule") && $0.block.contains("map_result") },
                Part(typed: "verify(\"13800138000\", \"sim:code=9001\").reason") { outcome in
                    outcome.runs.contains { $0.verdict == .mismatch && $0.decision.rule != Decision.defaultRule }
                },
            ],
            lesson: "The last line of the drawing names the rule and its line. :rules lists all rules."),
        Step(
            title: "a fallback",
            text: """
                A token of the Web SDK cannot be read by the endpoint for apps, which answers 9020. The token is not spent, so \
                a rule can try the other endpoint.
                """,
            parts: [
                Part(
                    typed: """
                        rule "the other endpoint" {
                          fallback = function(req, attempt)
                            if attempt.code == 9020 then return "h5" end
                          end,
                        }
                        """
                ) { $0.block.contains("rule") && $0.block.contains("fallback") },
                Part(typed: "verify(\"13800138000\", \"sim:endpoint=h5\").decision") { outcome in
                    outcome.runs.contains { $0.attempts.count > 1 && $0.verdict == .match }
                },
            ],
            lesson: "Two attempts, of which one is billed. moondial never sends a token again that may be spent."),
        Step(
            title: "explore",
            text: """
                All that the provider can answer is a small set, so moondial can take every path through your rules. See \
                which replies lead to a text message.
                """,
            parts: [Part(typed: ":explore ask_for_sms") { $0.command?.name == "explore" }],
            lesson: ":explore alone shows all paths, and what is wrong. :why allow says what would have led there."),
        Step(
            title: "save",
            text: "What has worked becomes a script that moondial run runs, without tokens and phones.",
            parts: [
                Part(typed: ":save tour.lua") { outcome in
                    guard let command = outcome.command, command.name == "save" else { return false }
                    return access(command.argument.trimmingQuotes, R_OK) == 0
                }
            ],
            lesson:
                "A rule file is the same without the calls of verify. :load FILE loads one, :watch follows its changes."
        ),
    ]
}

extension PromptCommand {
    static let tourCommands = [
        PromptCommand(
            "tour", "[next|stop]", "walks through all of this in six steps, each checked as you type it",
            text: ":tour shows the present step, :tour next goes on to the one after it, :tour stop ends the tour."
        ) { call throws(Diagnostic) in
            try call.session.showTour(call.argument)
        }
    ]
}

extension ReplSession {
    /// Whether the tour is available: only with the simulator, since live calls cost money.
    package var hasTour: Bool { setup.simulator != nil }

    fileprivate func showTour(_ argument: String) throws(Diagnostic) {
        switch argument {
        case "": break
        case "next":
            guard tour != nil else { throw Diagnostic(.usage, "the tour has not begun", fix: "begin it with :tour") }
            tour?.skip()
        case "stop":
            tour = nil
            return note("the tour is over; :tour begins it again")
        default: throw Diagnostic(.usage, ":tour, :tour next or :tour stop expected")
        }
        guard hasTour else {
            throw Diagnostic(
                .usage, "the tour needs the simulator in this process, and requests go to \(setup.target)",
                fix: "start moondial without --live and --base-url")
        }
        let present = tour ?? Tour()
        var help = helpText
        present.add(to: &help)
        result(lines: help.text)
        tour = present.isOver ? nil : present
    }

    /// Checks a block that has ended; shows the summary of a completed step, and the next task.
    func advanceTour(after block: String, hasFailed: Bool) {
        let block = block.trimmingSpaces
        guard var present = tour, !block.isEmpty, !block.hasPrefix(":tour") else { return }
        let step = present.step
        let done = present.take(block, hasFailed: hasFailed)
        tour = present.isOver ? nil : present
        var help = helpText
        let mark = screen.repertoire == .unicode ? "✓" : "ok:"
        if done.step {
            help.paragraph("\(mark) \(Tour.steps[step].lesson)")
            present.add(to: &help)
        } else if done.part {
            help.paragraph(mark)
            present.addTask(to: &help)
        } else if let reminder = present.reminder {
            help.paragraph(reminder)
        }
        result(lines: help.text)
    }
}
