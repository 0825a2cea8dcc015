// SPDX-License-Identifier: MIT

/// The files that decide how rules load, each as it was just before it was read.
package struct FileStamps: Equatable, Sendable {
    /// Limits below one folder: the number of files, and the depth of subfolders.
    private static let (maximumFiles, maximumDepth) = (10_000, 16)

    /// Nil for a file that was looked for and does not exist.
    private var files: [String: FileStamp?] = [:]
    private var folders: Set<String> = []

    package init() {}

    /// The stamp of a file that is about to be read.
    package init(file path: String) { note(path) }

    /// The stamps of the files of a folder.
    package init(folder: String) { noteFolder(folder) }

    /// Notes a file. To be called before the file is read, or found to be missing.
    mutating func note(_ path: String) { files[path] = .some(FileStamp(path)) }

    /// Notes the `*.lua` files of a folder and those in its subfolders, where modules are. To be called before they are
    /// read.
    mutating func noteFolder(_ folder: String) {
        folders.insert(folder)
        var visited: Set<String> = []
        var rest = Self.maximumFiles
        noteFiles(in: folder, depth: 0, &visited, &rest)
    }

    private mutating func noteFiles(in folder: String, depth: Int, _ visited: inout Set<String>, _ rest: inout Int) {
        guard depth <= Self.maximumDepth, let place = try? FileSystem.realPath(folder), visited.insert(place).inserted,
            let names = try? FileSystem.names(in: folder)
        else { return }
        for name in names where !name.hasPrefix(".") && rest > 0 {
            let path = FileSystem.path(name, in: folder)
            if name.hasSuffix(".lua") {
                rest -= 1
                note(path)
            } else if (try? FileSystem.kind(of: path)) == .folder {
                noteFiles(in: path, depth: depth + 1, &visited, &rest)
            }
        }
    }

    /// The same files and folders as they are now.
    package func refreshed() -> FileStamps {
        var now = FileStamps()
        for path in files.keys { now.note(path) }
        for folder in folders { now.noteFolder(folder) }
        return now
    }

    /// Adds the files and folders of others; of a file that both have, the other's stamp counts.
    mutating func merge(_ others: FileStamps) {
        files.merge(others.files) { $1 }
        folders.formUnion(others.folders)
    }

    /// Adds the files and folders that are missing here.
    package mutating func addMissing(from others: FileStamps) {
        files.merge(others.files) { own, _ in own }
        folders.formUnion(others.folders)
    }
}
