// SPDX-License-Identifier: MIT

import Foundation
import MoondialPresentation
import TemporaryFolders
import Testing

@testable import MoondialConsole

@Suite("The tour", .timeLimit(.minutes(10)))
struct TourTests {
    private let fixture = SessionFixture()

    @Test func everyStepOfTheTourWorksAsShown() async throws {
        let folder = try TemporaryFolder()
        var blocks = [":tour"]
        for part in Tour.steps.flatMap(\.parts) {
            blocks.append(part.typed.replacing("tour.lua", with: "\(folder.path)/tour.lua"))
        }
        let record = try await fixture.type(blocks)
        for (index, step) in Tour.steps.enumerated() {
            #expect(record.results.contains("\(index + 1) of \(Tour.steps.count): \(step.title)\n"))
            #expect(record.results.contains("ok: \(step.lesson.prefix(30))"))
        }
        #expect(record.results.contains("That was the tour"))
        #expect(!record.results.contains("tour, step"))
        #expect(!record.notes.contains("error"))
        #expect(try folder.read("tour.lua").contains("ask before denying"))
    }

    @Test func otherInputLeavesTheStepOpen() async throws {
        let record = try await fixture.type(
            ":tour", "verify(\"13800138000\", \"sim:code=9003\").code", "nosuch()", "1 + 1",
            "verify(\"13800138000\", \"sim:\").code", "x = 1")
        let reminders = record.results.ranges(of: "tour, step 1 of \(Tour.steps.count): type verify(")
        #expect(reminders.count == 3)
        #expect(record.results.contains("2 of \(Tour.steps.count): codes"))
        #expect(record.results.contains("tour, step 2 of"))
    }

    @Test func stepsCanBeSkippedAndTheTourEnded() async throws {
        let record = try await fixture.type(
            ":tour", ":tour next", ":tour", ":tour stop", "1", ":tour next", ":tour back")
        #expect(record.results.ranges(of: "2 of \(Tour.steps.count): codes").count == 2)
        #expect(record.results.hasSuffix("1\n"))
        #expect(record.notes.contains("the tour has not begun"))
        #expect(record.notes.contains(":tour, :tour next or :tour stop expected"))
    }

    @Test func tourNeedsTheSimulator() async throws {
        var fixture = fixture
        fixture.setup = { $0.simulator = nil }
        let record = try await fixture.type(":tour", "1")
        #expect(record.notes.contains("the tour needs the simulator"))
        #expect(record.results == "1\n")
    }

    @Test(arguments: [40, 60, 80, 120]) func everyStepFitsTheWidth(width: Int) {
        var tour = Tour()
        while !tour.isOver {
            var help = HelpText(width: width)
            tour.add(to: &help)
            for line in help.text.split(separator: "\n") where !line.hasPrefix("  ") {
                #expect(DisplayText.width(String(line)) <= width)
            }
            tour.skip()
        }
        for typed in Tour.steps.flatMap(\.parts).map(\.typed) {
            #expect(typed.split(separator: "\n").allSatisfy { $0.count <= 56 }, "\(typed)")
        }
    }
}
