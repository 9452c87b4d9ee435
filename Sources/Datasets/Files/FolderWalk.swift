import FileFormats
import Foundation

/// Finds every image in a folder and below it.
///
/// Each real folder, known by device and inode, is looked through once. Real folders come first, then the links to folders, in
/// the order of their names: which path a folder gets does not depend on the order in which the system lists names, and n
/// folders that are linked to each other take n steps, not n!.
struct FolderWalk {
    struct Identity: Hashable {
        var device: UInt64
        var inode: UInt64

        init(_ status: stat) {
            device = UInt64(status.st_dev)
            inode = UInt64(status.st_ino)
        }
    }

    /// An image, with what it is ordered by.
    struct Image {
        var key: [UInt8]
        var file: ImageScan.File
        /// Where its folder is in `folders`.
        var folder: Int
    }

    /// A folder that was looked through, relative to the root.
    struct Folder {
        var path: FilePath
        /// The images that lie in it, without those of its subfolders.
        var images = 0
    }

    private(set) var images: [Image] = []
    private(set) var folders: [Folder] = []
    private(set) var leftOut = LeftOut()
    /// Of the folders that were looked through.
    private(set) var identities: Set<Identity> = []
    private let root: FilePath
    /// The folders that hold the root. A link to one of them leads back to it.
    private var ancestors: Set<Identity> = []
    private var links: [FilePath] = []

    /// - Throws: `FileFormatError` when a folder cannot be read.
    init(_ root: FilePath) throws {
        self.root = root
        ancestors = FolderWalk.ancestors(of: root)
        try lookThrough(FilePath(""))
        while !links.isEmpty {
            let found = FileNameOrder.sorted(links)
            links = []
            for link in found { try lookThrough(link) }
        }
        images.sort { FileNameOrder.precedes(($0.key, $0.file.path), ($1.key, $1.file.path)) }
        leftOut.brokenLinks.sort {
            FileNameOrder.key(of: $0.path).lexicographicallyPrecedes(FileNameOrder.key(of: $1.path))
        }
        leftOut.repeatedFolders = FileNameOrder.sorted(leftOut.repeatedFolders)
        leftOut.runs = FileNameOrder.sorted(leftOut.runs)
        leftOut.specialFiles = FileNameOrder.sorted(leftOut.specialFiles)
    }

    /// Looks through the folder at `start` and all real folders below it.
    private mutating func lookThrough(_ start: FilePath) throws {
        var waiting = [start]
        while let folder = waiting.popLast() {
            // The first by name is looked through first.
            waiting += FileNameOrder.sorted(try read(folder)).reversed()
        }
    }

    /// Takes the images of one folder.
    ///
    /// - Returns: the paths of the real folders in it.
    private mutating func read(_ path: FilePath) throws -> [FilePath] {
        let stream = try FolderStream(path.bytes.isEmpty ? root : root.appending(path))
        let identity = Identity(try stream.status())
        guard !ancestors.contains(identity), identities.insert(identity).inserted else {
            leftOut.repeatedFolders.append(path)
            return []
        }
        let entries = try stream.entries()
        guard !FolderWalk.isRun(entries, stream) else {
            leftOut.runs.append(path)
            return []
        }
        var subfolders: [FilePath] = []
        var found = Folder(path: path)
        let key = FileNameOrder.key(of: path)
        for entry in entries {
            switch entry.type {
            case _ where FileNames.isHidden(entry.name): leftOut.hidden += 1
            case .folder:
                guard !isLeaving(entry.name) else { continue }
                subfolders.append(path.appending(entry.name))
            case .file:
                try add(entry.name, stream, &found, folder: path, key: key)
            case .link:
                try follow(entry.name, stream, &found, folder: path, key: key)
            case .special:
                if FileNames.isImage(entry.name) { leftOut.specialFiles.append(path.appending(entry.name)) }
            }
        }
        folders.append(found)
        return subfolders
    }

    private mutating func isLeaving(_ name: FilePath) -> Bool {
        guard let known = FileNames.knownLeaving(name) else { return false }
        leftOut.leavings[known, default: 0] += 1
        return true
    }

    /// Adds a regular file.
    private mutating func add(
        _ name: FilePath, _ stream: borrowing FolderStream, _ found: inout Folder, folder: FilePath, key: [UInt8],
        status known: stat? = nil
    ) throws {
        guard FileNames.isImage(name) else {
            if !isLeaving(name) { leftOut.otherFormats[FileNames.ending(of: name) ?? "", default: 0] += 1 }
            return
        }
        let status: stat
        if let known {
            status = known
        } else {
            switch stream.status(of: name) {
            case .success(let found): status = found
            // Removed since the folder was listed.
            case .failure(let error) where error.code == ENOENT: return
            // Reading it fails, and names it.
            case .failure: status = stat()
            }
        }
        let path = folder.appending(name)
        let modified = Int64(status.st_mtim.tv_sec) * 1_000_000_000 + Int64(status.st_mtim.tv_nsec)
        let nameKey = FileNameOrder.key(of: name)
        images.append(
            Image(
                key: key.isEmpty ? nameKey : key + [UInt8(ascii: "/")] + nameKey,
                file: ImageScan.File(path: path, size: Int(status.st_size), modified: modified),
                folder: folders.count))
        found.images += 1
    }

    /// Looks where a link leads.
    private mutating func follow(
        _ name: FilePath, _ stream: borrowing FolderStream, _ found: inout Folder, folder: FilePath, key: [UInt8]
    ) throws {
        guard !isLeaving(name) else { return }
        let path = folder.appending(name)
        switch stream.status(of: name) {
        case .success(let status):
            switch status.st_mode & S_IFMT {
            case S_IFDIR: links.append(path)
            case S_IFREG: try add(name, stream, &found, folder: folder, key: key, status: status)
            default: if FileNames.isImage(name) { leftOut.specialFiles.append(path) }
            }
        case .failure(let error) where error.code == ENOENT || error.code == ENOTDIR:
            leftOut.brokenLinks.append(.init(path: path, target: stream.target(of: name)))
        case .failure(let error) where error.code == ELOOP:
            leftOut.brokenLinks.append(.init(path: path, target: nil))
        case .failure(let error):
            // An image whose reading fails by name; anything else may be a folder full of images.
            guard FileNames.isImage(name) else {
                throw FileFormatError.system("examine", file: root.appending(path).description, code: error.code)
            }
            try add(name, stream, &found, folder: folder, key: key, status: stat())
        }
    }

    /// Whether a folder holds a run of Ganglion: its pictures were drawn by a generator.
    private static func isRun(_ entries: [FolderStream.Entry], _ stream: borrowing FolderStream) -> Bool {
        let names = ["config.yaml", "checkpoints", "metrics.jsonl", "samples"].map(FilePath.init)
        var (hasConfiguration, hasSamples) = (false, false)
        var isWritten = false
        for entry in entries {
            switch entry.name {
            case names[0]: hasConfiguration = entry.type != .folder
            case names[1]: isWritten = isWritten || entry.type == .folder || entry.type == .link
            case names[2]: isWritten = isWritten || entry.type != .folder
            case names[3]: hasSamples = entry.type == .folder
            default: break
            }
        }
        guard hasConfiguration, !isWritten, hasSamples else { return hasConfiguration && isWritten }
        // Someone has thinned it out: samples/step-000100.png is left.
        let samples = (try? FolderStream(names[3], in: stream))?.names() ?? []
        return samples.contains { name in
            guard let text = name.text, text.hasPrefix("step-"), text.hasSuffix(".png") else { return false }
            let digits = text.dropFirst(5).dropLast(4)
            return digits.count >= 6 && digits.utf8.allSatisfy { (48...57).contains($0) }
        }
    }

    private static func ancestors(of root: FilePath) -> Set<Identity> {
        var found: Set<Identity> = []
        var (path, status) = (root, stat())
        guard root.withCString({ stat($0, &status) }) == 0 else { return [] }
        var last = Identity(status)
        // ".." of the top is the top.
        while found.count < 4096 {
            path = path.appending("..")
            guard path.withCString({ stat($0, &status) }) == 0, Identity(status) != last else { break }
            last = Identity(status)
            found.insert(last)
        }
        return found
    }
}
