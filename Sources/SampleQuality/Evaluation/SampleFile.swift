import Datasets
import FileFormats
import Foundation
import RunConfiguration

/// Samples that others drew: a folder of images, or a safetensors file with a tensor `samples`, as `ganglion sample` writes it.
package struct SampleFile {
    package let path: String
    private let content: Content

    private enum Content {
        case folder
        /// [count, channels, height, width], or [count, height, width, channels].
        case tensor(values: [Float], count: Int, shape: SampleShape, channelsFirst: Bool)
        /// [count, dimensions]
        case points(values: [Float], dimensions: Int)
    }

    /// - Throws: `RunError` (missing, data) for what is neither.
    package init(path: String) throws {
        self.path = path
        guard let kind = try RunError.rethrowing({ try PathKind.at(path) }) else {
            throw RunError(
                .missing, at: "--samples", "there is no \(path)",
                expected: "a folder of images, or a safetensors file with a tensor 'samples'")
        }
        guard kind != .folder else {
            content = .folder
            return
        }
        let lowered = path.lowercased()
        if let ending = [".npz", ".npy", ".pt", ".pth", ".png", ".jpg", ".jpeg", ".webp", ".zip", ".tar"].first(
            where: lowered.hasSuffix)
        {
            throw RunError(
                .data, at: path, "holds no samples that can be read",
                expected: "a folder of images, or a safetensors file with a tensor 'samples'",
                found: "a \(ending) file",
                advice: "write [count, channels, height, width] with safetensors.numpy.save_file({'samples': …}, path)")
        }
        let file = try RunError.rethrowing { try SafetensorsFile(contentsOf: path) }
        guard let tensor = file.tensors["samples"] else {
            throw RunError(
                .data, at: path, "has no tensor 'samples'",
                found: file.tensors.isEmpty ? "no tensor" : file.tensors.keys.sorted().prefix(4).joined(separator: ", ")
            )
        }
        content = try SampleFile.content(of: tensor, path: path)
    }

    private static func content(of tensor: SafetensorsFile.Tensor, path: String) throws -> Content {
        func wrong(_ problem: String, expected: String, found: String) -> RunError {
            RunError(.data, at: "\(path): samples", problem, expected: expected, found: found)
        }
        let shape = tensor.shape
        let layouts = "[count, channels, height, width] with 1 or 3 channels, or [count, 2]"
        let isBytes = tensor.dataType == .uint8
        guard isBytes || tensor.dataType == .float32 || tensor.dataType == .float64 else {
            throw wrong("has numbers of another kind", expected: "F32, F64 or U8", found: tensor.dataType.rawValue)
        }
        guard tensor.count > 0 else { throw wrong("is empty", expected: layouts, found: "\(shape)") }
        let values = isBytes ? tensor.bytes.map { Float($0) / 255 } : try RunError.rethrowing { try tensor.floats() }
        guard values.allSatisfy(\.isFinite) else {
            throw wrong("holds what is no number", expected: "finite numbers", found: "NaN or infinity")
        }
        if shape.count == 2 { return .points(values: values, dimensions: shape[1]) }
        let isFirst = shape.count == 4 && [1, 3].contains(shape[1])
        guard shape.count == 4, isFirst || [1, 3].contains(shape[3]) else {
            throw wrong("has another shape", expected: layouts, found: "\(shape)")
        }
        let pixels = try pixels(values, path: path)
        let image: SampleShape =
            isFirst
            ? .image(height: shape[2], width: shape[3], channels: shape[1])
            : .image(height: shape[1], width: shape[2], channels: shape[3])
        return .tensor(values: pixels, count: shape[0], shape: image, channelsFirst: isFirst)
    }

    /// Pixels from 0 to 1 of what is in that range, or from −1 to 1 as `ganglion sample` and most programs write it: where a value
    /// is negative.
    private static func pixels(_ values: [Float], path: String) throws -> [Float] {
        // What rounding adds to either end.
        let slack: Float = 1e-3
        let (least, most) = (values.min() ?? 0, values.max() ?? 0)
        guard least >= -1 - slack, most <= 1 + slack else {
            throw RunError(
                .data, at: "\(path): samples", "has pixels of another range", expected: "-1 to 1, 0 to 1, or bytes",
                found: "\(least) to \(most)")
        }
        return least < -slack
            ? values.map { min(1, max(0, ($0 + 1) / 2)) } : values.map { min(1, max(0, $0)) }
    }

    /// The shape of the samples, where they have one of their own.
    package var shape: SampleShape? {
        switch content {
        case .folder: nil
        case .tensor(_, _, let shape, _): shape
        case .points(_, let dimensions): .vector(dimensions)
        }
    }

    /// The samples, to be compared with data of a shape. Images of a folder are resized to it.
    ///
    /// - Throws: `RunError`, `DatasetError` where they have another shape, or the folder holds no image.
    package func samples(as shape: SampleShape, images settings: ImageSettings) throws -> ImageList {
        switch content {
        case .folder:
            guard case .image(let height, let width, let channels) = shape else {
                throw RunError(
                    .data, at: "--samples", "\(path) is a folder of images", expected: "\(shape)",
                    advice: "give a safetensors file with a tensor 'samples' of shape [count, 2]")
            }
            let source = try ImageFolderSource(
                folder: Configuration.absolutePath(path), height: height, width: width, channels: channels,
                settings: settings)
            return ImageList(source, count: source.count) { $0 }
        case .points(let values, let dimensions):
            try expect(shape)
            return ImageList(name: path, count: values.count / dimensions) { range in
                Array(values[range.lowerBound * dimensions..<range.upperBound * dimensions])
            }
        case .tensor(let values, let count, let own, let isFirst):
            try expect(shape)
            let size = own.elementCount
            return ImageList(name: path, count: count) { range in
                let part = Array(values[range.lowerBound * size..<range.upperBound * size])
                return isFirst ? SampleFile.channelsLast(part, shape: own) : part
            }
        }
    }

    private func expect(_ shape: SampleShape) throws {
        guard let own = self.shape, own != shape else { return }
        throw RunError(
            .data, at: path, "the samples have another shape than the data", expected: "\(shape)", found: "\(own)",
            advice: "give data of that shape, or samples of the data's")
    }

    /// [count, channels, height, width] → [count, height, width, channels].
    private static func channelsLast(_ values: [Float], shape: SampleShape) -> [Float] {
        let channels = shape.channelCount
        guard channels > 1 else { return values }
        let (size, plane) = (shape.elementCount, shape.elementCount / channels)
        var result = values
        for place in values.indices {
            let (sample, channel, pixel) = (place / size, place % size / plane, place % plane)
            result[sample * size + pixel * channels + channel] = values[place]
        }
        return result
    }
}
