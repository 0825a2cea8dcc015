// SPDX-License-Identifier: MIT

import MoondialRules
import MoondialStore
import TextFormats

/// Replaces a list by the members in a text, one on a line. If loading fails, the old list stays as it is.
struct ListLoader {
    private static let partsInFlight = 16

    let session: StoreSession
    let list: StoreList

    /// - Parameter text: Lines; empty ones, and those that begin with `#`, are no members. Spaces around a member are not
    ///   part of it.
    /// - Returns: How many different members the list has.
    /// - Throws: A failure that names the line when a member is too long.
    func load(_ text: [UInt8]) async throws -> Int64 {
        let members = try members(of: text)
        guard case .load(let load) = try await session.perform(.beginLoad(list)) else {
            preconditionFailure("a load is answered with its name")
        }
        do {
            try await append(members, to: load)
            guard case .integer(let count) = try await session.perform(.commitLoad(load)) else {
                preconditionFailure("a load ends with a number")
            }
            return count
        } catch {
            _ = try? await session.perform(.cancelLoad(load))
            throw error
        }
    }

    private func members(of text: [UInt8]) throws(Failure) -> [StoreMember] {
        var members: [StoreMember] = []
        var number = 0
        for line in text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
            number += 1
            let member = Self.trimmed(line)
            if member.isEmpty || member.first == UInt8(ascii: "#") { continue }
            do throws(StoreNameError) {
                members.append(try session.names.member(Array(member)))
            } catch {
                throw Failure(Diagnostic(.requestInvalid, "line \(number): \(error)"))
            }
        }
        // A store in a file keeps members sorted: inserting them in order is many times faster than in random order.
        members.sort { $0.text < $1.text }
        return members
    }

    private static func trimmed(_ line: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0D }
        var line = line
        while let first = line.first, isSpace(first) { line.removeFirst() }
        while let last = line.last, isSpace(last) { line.removeLast() }
        return line
    }

    private func append(_ members: [StoreMember], to load: StoreListLoad) async throws {
        let size = StoreLimits.membersPerCommand
        let starts = Array(stride(from: 0, to: members.count, by: size))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, start) in starts.enumerated() {
                if index >= Self.partsInFlight { try await group.next() }
                let part = Array(members[start..<min(start + size, members.count)])
                group.addTask { _ = try await session.perform(.appendToLoad(load, part)) }
            }
            try await group.waitForAll()
        }
    }
}
