import ArgumentParser
import Runs

/// What samples are written as.
enum SampleFormat: String, CaseIterable {
    /// One PNG: images side by side, points as a scatter plot.
    case grid
    /// A folder with a PNG for each image.
    case folder
    /// A tensor.
    case safetensors

    /// The format that is asked for by name, or else by how the output's name ends.
    /// - Throws: `ValidationError` that names the nearest one.
    init(named name: String?, output: String) throws {
        guard let name else {
            self = output.hasSuffix(".png") ? .grid : output.hasSuffix(".safetensors") ? .safetensors : .folder
            return
        }
        guard let format = SampleFormat(rawValue: name) else {
            let nearest = NearestName.advice(name, among: Self.allCases.map(\.rawValue)).map { "; \($0)" } ?? "."
            throw ValidationError(
                "--format: there is no format '\(name)'; expected grid, folder or safetensors\(nearest)")
        }
        self = format
    }

    /// The most samples of one file.
    var limit: Int { self == .grid ? 10_000 : 1_000_000 }
}
