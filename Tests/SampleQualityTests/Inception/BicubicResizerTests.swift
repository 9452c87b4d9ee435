import FileFormats
import Foundation
import SampleQuality
import TestSupport
import Testing

/// Resizing against Pillow's bicubic filter on float32 (scripts/make-inception-golden).
struct BicubicResizerTests {
    private func resized(_ height: Int, _ width: Int) -> [Float] {
        let plane = HashedNumbers.uniform(seed: 2000 + height, count: height * width).map { ($0 * 256).rounded(.down) }
        var output = [Float](repeating: 0, count: 299 * 299)
        BicubicResizer(height: height, width: width, outputHeight: 299, outputWidth: 299).resize(plane, into: &output)
        return output
    }

    @Test(
        "enlarging and antialiased reducing are Pillow's",
        arguments: [(28, 28), (32, 48), (64, 64), (299, 299), (600, 450), (1000, 13)])
    func pillow(height: Int, width: Int) throws {
        let golden = try SafetensorsFile(
            contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .appendingPathComponent("Golden/resizing.safetensors").path)
        let expected = try #require(golden.tensors["\(height)x\(width)"]).floats()
        let found = resized(height, width)
        for (place, value) in expected.enumerated() {
            #expect(abs(found[61 * place] - value) <= 1e-4, "value \(61 * place)")
        }
    }

    @Test("values that the filter swings over are cut off, and gray images become three equal channels")
    func prepared() {
        var image = [Float](repeating: 0, count: 64)
        for place in 0..<64 where place % 8 >= 4 { image[place] = 1 }
        var output = [Float](repeating: 0, count: 299 * 299 * 3)
        InceptionPreparation(height: 8, width: 8, channels: 1)(image, into: &output)
        #expect(output.min() == -1)
        #expect(output.max() == 127.0 / 128)
        for pixel in 0..<299 * 299 {
            #expect(output[3 * pixel] == output[3 * pixel + 1] && output[3 * pixel] == output[3 * pixel + 2])
        }
    }
}
