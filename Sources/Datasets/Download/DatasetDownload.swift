import FileFormats
import Foundation

/// How far a download is.
package struct DownloadProgress: Equatable, Sendable {
    package enum Stage: Equatable, Sendable {
        case downloading
        case verifying
        case unpacking
        /// The file was there already.
        case present
        case done
    }

    package var file: String
    package var stage: Stage
    /// Bytes of this stage done, and in all.
    package var bytes: Int
    package var totalBytes: Int
}

/// Fetches files from their mirrors into a folder.
///
/// A file is written under its name with `.part`, which an interrupted download leaves for the next to go on from; only when
/// size and SHA-256 are right does it get its own name. An archive is unpacked into the folder and removed.
package struct DatasetDownload {
    package let files: [RemoteFile]
    package let folder: String
    /// Seconds without a byte after which a mirror is given up.
    package var timeout: Double = 30

    package init(files: [RemoteFile], folder: String) {
        self.files = files
        self.folder = folder
    }

    package init(_ dataset: DownloadableDataset, folder: String) {
        self.init(files: dataset.files, folder: folder)
    }

    /// Fetches what is not there yet.
    ///
    /// - Parameter progress: called on the calling thread, several times a second; what it throws ends the download (the next
    ///   one goes on from there).
    /// - Throws: `DatasetError` when no mirror gives the file, or it cannot be written.
    package func run(progress: (DownloadProgress) throws -> Void = { _ in }) throws {
        try DatasetError.wrapping {
            do {
                try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            } catch {
                let isForbidden = (error as? CocoaError)?.code == .fileWriteNoPermission
                throw FileFormatError(
                    isForbidden ? .permission : .cannotCreate, file: folder, "the folder cannot be made",
                    advice: "choose another folder")
            }
            for file in files { try fetch(file, progress: progress) }
        }
    }

    private func fetch(_ file: RemoteFile, progress: (DownloadProgress) throws -> Void) throws {
        func report(_ stage: DownloadProgress.Stage, _ bytes: Int, of total: Int) throws {
            try progress(DownloadProgress(file: file.name, stage: stage, bytes: bytes, totalBytes: total))
        }
        if try isPresent(file, report: report) {
            try report(.present, file.size, of: file.size)
            return
        }
        let part = "\(folder)/\(file.name).part"
        let target = "\(folder)/\(file.name)"
        if try !isPresentUnder(target, file, report: report) {
            try download(file, to: part, report: report)
            guard rename(part, target) == 0 else { throw FileFormatError.system("rename", file: part, code: errno) }
            try AtomicFile.syncFolder(folder)
        }
        if !file.unpacked.isEmpty {
            let total = file.unpacked.values.reduce(0, +)
            try TarArchive.unpack(target, into: folder, limit: 2 * total + 1 << 20) {
                try report(.unpacking, min($0, total), of: total)
            }
            guard hasUnpacked(file) else {
                throw FileFormatError(
                    .data, file: target, "the archive does not hold the files of the data set",
                    expected: file.unpacked.keys.sorted().joined(separator: ", "))
            }
            unlink(target)
        }
        try report(.done, file.size, of: file.size)
    }

    private typealias Report = (DownloadProgress.Stage, Int, Int) throws -> Void

    private func isPresent(_ file: RemoteFile, report: Report) throws -> Bool {
        file.unpacked.isEmpty
            ? try isPresentUnder("\(folder)/\(file.name)", file, report: report) : hasUnpacked(file)
    }

    private func hasUnpacked(_ file: RemoteFile) -> Bool {
        file.unpacked.allSatisfy { size(of: "\(folder)/\($0.key)") == $0.value }
    }

    private func isPresentUnder(_ path: String, _ file: RemoteFile, report: Report) throws -> Bool {
        guard size(of: path) == file.size else { return false }
        return try hash(path, size: file.size, report: report) == file.sha256
    }

    private func size(of path: String) -> Int? {
        (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int
    }

    /// Gets the file into `part`, right in size and checksum, from the first mirror that has it.
    private func download(_ file: RemoteFile, to part: String, report: Report) throws {
        var failures: [String] = []
        for mirror in file.mirrors {
            guard let url = URL(string: mirror) else { continue }
            do {
                // A part of before may have been damaged: then once more from the beginning.
                for _ in 0..<2 {
                    let isResumed = size(of: part) ?? 0 > 0
                    try transfer(url, file, to: part, report: report)
                    let found = try hash(part, size: file.size, report: report)
                    if found == file.sha256 { return }
                    unlink(part)
                    failures.append("\(mirror): the checksum is wrong; expected SHA-256 \(file.sha256), got \(found)")
                    guard isResumed else { break }
                }
            } catch let error as HTTPTransfer.Failure {
                failures.append("\(mirror): \(error.description)")
            }
        }
        throw DatasetError(
            .tryAgain,
            "\(file.name): no mirror gave the file; " + failures.joined(separator: "; ")
                + "; check the network and try again, the download goes on from where it was")
    }

    /// Asks one mirror, and again as long as each time some bytes came.
    private func transfer(_ url: URL, _ file: RemoteFile, to part: String, report: Report) throws {
        while true {
            let before = size(of: part) ?? 0
            if before == file.size { return }
            if before > file.size { unlink(part) }
            do {
                let transfer = HTTPTransfer(url: url, part: part, expectedSize: file.size, timeout: timeout)
                return try transfer.run { try report(.downloading, $0, file.size) }
            } catch let failure as HTTPTransfer.Failure {
                guard failure.isWorthRetrying, size(of: part) ?? 0 > before else { throw failure }
            }
        }
    }

    private func hash(_ path: String, size: Int, report: Report) throws -> String {
        let file = try InputFile(path)
        var hash = SHA256()
        var done = 0
        try withUnsafeTemporaryAllocation(byteCount: 1 << 20, alignment: 16) { buffer in
            while true {
                let count = try file.read(into: buffer)
                if count == 0 { break }
                hash.update(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
                done += count
                try report(.verifying, done, size)
            }
        }
        return hash.hexadecimal
    }
}
