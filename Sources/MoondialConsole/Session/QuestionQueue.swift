// SPDX-License-Identifier: MIT

import NIOConcurrencyHelpers
import NIOCore

/// The questions that wait for a yes or no of the user at the prompt, in the order in which they were asked.
struct QuestionQueue {
    struct Question {
        /// Unique in a session.
        let number: Int
        /// What is shown above the answer; nil for a question that a command answers.
        let text: String?
        /// Input from before this time is no answer; nil before the question was shown.
        var shownAt: NIODeadline?
        let answer: (_ isYes: Bool) -> Void
    }

    private var open: [Question] = []
    private var lastNumber = 0

    /// The next question to be shown in the place of the prompt.
    var nextToShow: Question? { open.first { $0.text != nil } }

    /// The numbers of the questions that a command answers.
    var numbersForCommands: [Int] { open.filter { $0.text == nil }.map(\.number) }

    /// - Returns: The number of the question.
    mutating func add(_ text: String?, answer: @escaping (_ isYes: Bool) -> Void) -> Int {
        lastNumber += 1
        open.append(Question(number: lastNumber, text: text, answer: answer))
        return lastNumber
    }

    /// The question was printed just now.
    mutating func noteShown(_ number: Int) {
        if let index = open.firstIndex(where: { $0.number == number }) { open[index].shownAt = .now() }
    }

    /// The open question of that number.
    subscript(number: Int) -> Question? { open.first { $0.number == number } }

    /// - Returns: nil when it was answered or withdrawn before.
    mutating func remove(_ number: Int) -> Question? {
        open.firstIndex { $0.number == number }.map { open.remove(at: $0) }
    }
}

/// The questions that need no answer any more, for the thread that waits for one.
final class WithdrawnQuestions: Sendable {
    private let numbers = NIOLockedValueBox<Set<Int>>([])

    func insert(_ number: Int) { numbers.withLockedValue { _ = $0.insert(number) } }

    func contains(_ prompt: ReplPrompt) -> Bool {
        guard let number = prompt.questionNumber else { return false }
        return numbers.withLockedValue { $0.contains(number) }
    }
}
