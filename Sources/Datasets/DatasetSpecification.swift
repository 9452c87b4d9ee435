import FileFormats
import Foundation

/// Which data set, as it is written on the command line and in the configuration: `glyphs`, `ring-2d`, `grid-2d`, `mnist:DIR`,
/// `fashion-mnist:DIR`, `stacked-mnist:DIR`, `cifar10:DIR` or `images:DIR`.
package enum DatasetSpecification: Hashable, Sendable, CustomStringConvertible {
    case glyphs
    case ring2D
    case grid2D
    case mnist(folder: String)
    case fashionMNIST(folder: String)
    /// Of MNIST's folder.
    case stackedMNIST(folder: String)
    case cifar10(folder: String)
    case images(folder: String)

    /// Every form, for help and messages.
    package static let forms = [
        "glyphs", "ring-2d", "grid-2d", "mnist:DIR", "fashion-mnist:DIR", "stacked-mnist:DIR", "cifar10:DIR",
        "images:DIR",
    ]

    /// `~/` at the beginning of the folder is the home folder.
    ///
    /// - Throws: `DatasetError` (usage) with the nearest form when the text is none of them, (missing) for the home folder of
    ///   a user that there is not.
    package init(parsing text: String) throws {
        let parts = text.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        let kind = String(parts[0])
        guard let form = DatasetSpecification.forms.first(where: { $0.prefix { $0 != ":" } == kind }) else {
            throw DatasetError(
                .usage,
                "--data: there is no data set \"\(text)\"; expected one of "
                    + DatasetSpecification.forms.joined(separator: ", ")
                    + "; \(DatasetSpecification.suggestion(for: text) ?? DatasetSpecification.nearest(to: kind))")
        }
        let takesFolder = form.contains(":")
        let folder = try DatasetError.wrapping { try HomePath.expanding(parts.count == 2 ? String(parts[1]) : "") }
        guard takesFolder == (parts.count == 2), takesFolder == !folder.isEmpty else {
            throw DatasetError(
                .usage,
                takesFolder
                    ? "--data: \(kind) needs a folder; expected \(form), got \"\(text)\""
                        + (DatasetSpecification.suggestion(for: kind).map { "; \($0)" } ?? "")
                    : "--data: \(kind) takes no folder; expected \(form), got \"\(text)\"")
        }
        switch kind {
        case "glyphs": self = .glyphs
        case "ring-2d": self = .ring2D
        case "grid-2d": self = .grid2D
        case "mnist": self = .mnist(folder: folder)
        case "fashion-mnist": self = .fashionMNIST(folder: folder)
        case "stacked-mnist": self = .stackedMNIST(folder: folder)
        case "cifar10": self = .cifar10(folder: folder)
        default: self = .images(folder: folder)
        }
    }

    /// The text that is parsed to this.
    package var description: String {
        switch self {
        case .glyphs: "glyphs"
        case .ring2D: "ring-2d"
        case .grid2D: "grid-2d"
        case .mnist(let folder): "mnist:\(folder)"
        case .fashionMNIST(let folder): "fashion-mnist:\(folder)"
        case .stackedMNIST(let folder): "stacked-mnist:\(folder)"
        case .cifar10(let folder): "cifar10:\(folder)"
        case .images(let folder): "images:\(folder)"
        }
    }

    /// The folder, where there is one.
    package var folder: String? {
        switch self {
        case .glyphs, .ring2D, .grid2D: nil
        case .mnist(let folder), .fashionMNIST(let folder), .stackedMNIST(let folder), .cifar10(let folder),
            .images(let folder):
            folder
        }
    }

    /// The shape that the data set's samples have of their own, the default of what is trained on it; nil for a folder, whose
    /// images may have any, and for glyphs, which every preset can be tried on.
    package var naturalShape: SampleShape? {
        switch self {
        case .mnist, .fashionMNIST: .image(height: 28, width: 28, channels: 1)
        case .stackedMNIST: .image(height: 28, width: 28, channels: 3)
        case .cifar10: .image(height: 32, width: 32, channels: 3)
        case .ring2D, .grid2D: .vector(2)
        case .glyphs, .images: nil
        }
    }

    /// The same with its folder as an absolute path, so that it means the same from anywhere.
    package func absolute(from current: String = FileManager.default.currentDirectoryPath) -> DatasetSpecification {
        guard let folder else { return self }
        let path = folder.hasPrefix("/") ? folder : "\(current)/\(folder)"
        let standard = URL(fileURLWithPath: path).standardizedFileURL.path
        return switch self {
        case .glyphs, .ring2D, .grid2D: self
        case .mnist: .mnist(folder: standard)
        case .fashionMNIST: .fashionMNIST(folder: standard)
        case .stackedMNIST: .stackedMNIST(folder: standard)
        case .cifar10: .cifar10(folder: standard)
        case .images: .images(folder: standard)
        }
    }

    /// The form that a mistyped kind was likely meant to be.
    private static func nearest(to kind: String) -> String {
        let kinds = forms.map { form in (form: form, distance: editDistance(kind, String(form.prefix { $0 != ":" }))) }
        if let best = kinds.min(by: { $0.distance < $1.distance }), best.distance <= max(2, kind.count / 3) {
            return "did you mean \(best.form)?"
        }
        if kind.count > 2, let form = forms.first(where: { $0.hasPrefix(kind.lowercased()) }) {
            return "did you mean \(form)?"
        }
        return "a folder of images is images:DIR"
    }

    /// Levenshtein's distance, without regard to case.
    private static func editDistance(_ left: String, _ right: String) -> Int {
        let (left, right) = (Array(left.lowercased()), Array(right.lowercased()))
        var row = Array(0...right.count)
        for (i, a) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, b) in right.enumerated() {
                let substituted = diagonal + (a == b ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(substituted, row[j] + 1, diagonal + 1)
            }
        }
        return row[right.count]
    }
}
