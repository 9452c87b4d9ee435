import ArgumentParser
import RunConfiguration
import Runs
import UserErrors

/// What samples are written as.
enum SampleFormat: String, CaseIterable {
    /// One PNG: images side by side, points as a scatter plot.
    case grid
    /// A folder with a PNG for each image.
    case folder
    /// A tensor.
    case safetensors

    /// The format that is asked for by name, or else by how the output's name ends, in either case.
    /// - Throws: `ValidationError` that names the nearest one, or says what can be written where the output is named as a
    ///   file of another format.
    init(named name: String?, output: String) throws {
        guard let name else {
            switch Self.ending(of: output) {
            case "png": self = .grid
            case "safetensors": self = .safetensors
            default:
                if !output.hasSuffix("/") { try Self.checkIsWritten(output, expected: Self.everyName) }
                self = .folder
            }
            return
        }
        guard let format = SampleFormat(rawValue: name) else {
            let advice =
                name.lowercased() == "png"
                ? "did you mean 'grid'?" : NearestName.advice(name, among: Self.allCases.map(\.rawValue))
            let nearest = advice.map { "; \($0)" } ?? "."
            throw ValidationError(
                "--format: there is no format '\(name)'; expected grid, folder or safetensors\(nearest)")
        }
        try format.checkName(output)
        self = format
    }

    /// Refuses a name that ends as a file of another format does; a name without an ending, or with an unknown one, is the
    /// user's own choice, and a folder may have any.
    /// - Throws: `ValidationError` that says how the name should end.
    func checkName(_ output: String) throws {
        switch (self, Self.ending(of: output)) {
        case (.folder, _), (.grid, "png"), (.safetensors, "safetensors"): return
        case (.grid, "safetensors"), (.safetensors, "png"):
            throw ValidationError(
                "--out: \(output): --format \(rawValue) writes another format; expected a name that ends in "
                    + (self == .grid ? ".png" : ".safetensors"))
        case (.grid, _): try Self.checkIsWritten(output, expected: ".png")
        case (.safetensors, _): try Self.checkIsWritten(output, expected: ".safetensors")
        }
    }

    private static let everyName = ".png (a grid), .safetensors (a tensor) or a folder's name (a PNG for each sample)"

    private static func checkIsWritten(_ output: String, expected: String) throws {
        guard let format = formats[ending(of: output)] else { return }
        throw ValidationError("--out: \(output): \(format) is not written; expected \(expected)")
    }

    /// What stands behind the last dot of the name, in lower case.
    private static func ending(of output: String) -> String {
        let name = output.split(separator: "/").last ?? ""
        return name.lastIndex(of: ".").map { name[name.index(after: $0)...].lowercased() } ?? ""
    }

    /// Formats that names end in, but that no samples are written in.
    private static let formats: [String: String] = {
        let endings: [(String, [String])] = [
            ("JPEG", ["jpg", "jpeg", "jpe", "jfif"]), ("WebP", ["webp"]), ("GIF", ["gif"]), ("BMP", ["bmp", "dib"]),
            ("TIFF", ["tif", "tiff"]), ("HEIC", ["heic", "heif"]), ("AVIF", ["avif"]), ("JPEG XL", ["jxl"]),
            ("JPEG 2000", ["jp2", "j2k"]), ("APNG", ["apng"]), ("PNM", ["ppm", "pgm", "pbm", "pnm"]), ("SVG", ["svg"]),
            ("PDF", ["pdf"]), ("PostScript", ["ps", "eps"]), ("Targa", ["tga"]), ("an icon", ["ico"]),
            ("OpenEXR", ["exr"]), ("HDR", ["hdr"]), ("a Photoshop file", ["psd"]), ("NumPy's format", ["npy", "npz"]),
            ("PyTorch's format", ["pt", "pth", "ckpt"]), ("a pickle", ["pkl", "pickle"]), ("HDF5", ["h5", "hdf5"]),
            ("a MATLAB file", ["mat"]), ("ONNX", ["onnx"]), ("Parquet", ["parquet"]), ("CSV", ["csv", "tsv"]),
            ("JSON", ["json", "jsonl"]), ("YAML", ["yaml", "yml"]), ("a web page", ["html", "htm"]),
            ("text", ["txt", "md"]), ("an archive", ["zip", "tar", "tgz", "gz", "7z", "rar", "xz", "bz2"]),
            ("a video", ["mp4", "mkv", "webm", "mov", "avi"]),
        ]
        return Dictionary(uniqueKeysWithValues: endings.flatMap { name, endings in endings.map { ($0, name) } })
    }()

    /// The most samples of one file.
    var limit: Int { self == .grid ? 10_000 : 1_000_000 }
}
