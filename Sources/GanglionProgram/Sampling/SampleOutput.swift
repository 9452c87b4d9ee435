import FileFormats
import Foundation
import RunConfiguration
import Runs

/// Where samples go: a file that may be replaced, or a new folder.
struct SampleOutput {
    let path: String
    let format: SampleFormat

    /// Checks the path before anything is computed.
    /// - Throws: `RunError` (cannot create) if writing there would fail, or destroy what is no picture of ours.
    init(path: String, format: SampleFormat) throws {
        self.path = path.count > 1 && path.hasSuffix("/") && format == .folder ? String(path.dropLast()) : path
        self.format = format
        let manager = FileManager.default
        let (parent, _) = AtomicFile.split(self.path)
        guard try PathKind.at(parent) == .folder else {
            throw RunError(
                .cannotCreate, at: "--out", "there is no folder \(parent)", advice: "create it or choose another")
        }
        guard access(parent, W_OK) == 0 else {
            throw RunError(
                .permission, at: "--out", "the folder \(parent) cannot be written",
                advice: "check its owner and mode or choose another")
        }
        guard let kind = try PathKind.at(self.path) else { return }
        switch (format, kind == .folder) {
        case (.folder, false):
            throw RunError(
                .cannotCreate, at: "--out", "\(path) is a file", expected: "a new folder for --format folder")
        case (.folder, true):
            let names = (try? manager.contentsOfDirectory(atPath: self.path)) ?? []
            guard names.isEmpty else {
                throw RunError(
                    .cannotCreate, at: "--out", "the folder \(path) is not empty", expected: "a new or empty folder",
                    advice: "choose another name or remove it")
            }
        case (_, true):
            throw RunError(
                .cannotCreate, at: "--out", "\(path) is a folder", expected: "a file for --format \(format.rawValue)",
                advice: "add a file name, or take --format folder")
        case (_, false):
            if let file = try? SafetensorsFile(contentsOf: path), file.metadata["ganglion.version"] != nil {
                throw RunError(
                    .cannotCreate, at: "--out", "\(path) is a checkpoint, which is not overwritten",
                    advice: "choose another name")
            }
        }
    }

    /// Has `body` fill a folder that stands at `path` only when it is complete.
    func writeFolder(_ body: (String) throws -> Void) throws {
        let (parent, name) = AtomicFile.split(path)
        // What an interrupted command left under this name is replaced.
        let temporary = "\(parent)/.\(name)" + AtomicFile.incompleteSuffix
        let manager = FileManager.default
        try? manager.removeItem(atPath: temporary)
        guard mkdir(temporary, 0o777) == 0 else {
            throw FileFormatError.system("create", file: path, code: errno)
        }
        do {
            try body(temporary)
            guard rename(temporary, path) == 0 else {
                throw FileFormatError.system("create", file: path, code: errno)
            }
        } catch {
            try? manager.removeItem(atPath: temporary)
            throw error
        }
    }
}
