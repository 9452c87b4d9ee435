import FileFormats
import Foundation

extension DatasetSpecification {
    /// What was meant by a text that names no data set, or one without its folder: "photos is a folder; did you mean
    /// images:photos?". Looks at what is there by that name; nil where nothing is.
    package static func suggestion(for text: String) -> String? {
        let lowered = text.lowercased()
        if lowered.hasPrefix("http://") || lowered.hasPrefix("https://") || lowered.hasPrefix("s3://") {
            return "data are read from this machine's disk: download them first"
        }
        let kinds = forms.filter { $0.contains(":") }.map { String($0.prefix { $0 != ":" }) }
        let written = lowered.hasPrefix("file://") ? String(text.dropFirst("file://".count)) : text
        let shown = written.count > 1 && written.hasSuffix("/") ? String(written.dropLast()) : written
        let path = (try? HomePath.expanding(shown)) ?? shown
        var isFolder: ObjCBool = false
        guard !path.isEmpty, FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            let isPath = shown.contains("/") || shown.hasPrefix(".") || shown.hasPrefix("~")
            return isPath ? "there is no folder \(shown); a folder of images is given as images:DIR" : nil
        }
        guard isFolder.boolValue else {
            if let archive = Archive(path, shown: shown) {
                return "\(shown) is \(archive.kind); unpack it first: \(archive.command), "
                    + "then take images:\(archive.folder)"
            }
            let parent = (shown as NSString).deletingLastPathComponent
            return "\(shown) is a file; name the folder that it lies in: images:\(parent.isEmpty ? "." : parent)"
        }
        let isNamed = kinds.contains(shown) ? shown : nil
        return "\(shown) is a folder; did you mean \(isNamed ?? kind(of: path)):\(shown)?"
    }

    /// By what lies in a folder.
    private static func kind(of path: String) -> String {
        guard let listing = try? FolderListing(path) else { return "images" }
        if listing.files.contains(where: { CIFAR10Files.isBatch($0.name) }) { return "cifar10" }
        let idx = listing.files.filter { IDXFileName($0.name)?.role == .images }
        guard !idx.isEmpty else { return "images" }
        let isFashion =
            path.lowercased().contains("fashion") || idx.allSatisfy { $0.path.lowercased().contains("fashion") }
        return isFashion ? "fashion-mnist" : "mnist"
    }
}
