import FileFormats
import Foundation
import TestSupport
import Testing

/// The matrix of images against Pillow: every colour type, depth, kind of transparency and interlacing of PNG; sampling,
/// coding and colour space of JPEG; WebP; every Exif orientation in each; over white, black and a coloured ground.
@Suite("Images against Pillow")
struct GoldenImageTests {
    /// Levels: decoders of JPEG may round differently, all else is exact up to the rounding of a blend.
    private static let tolerances = ["png": 1, "webp": 1, "jpeg": 2]

    @Test("all pixels are Pillow's", arguments: ["png", "jpeg", "webp"])
    func matrix(format: String) throws {
        let cases = try GoldenImages.cases().filter { $0.file == format }
        #expect(cases.count > 20)
        let tolerance = try #require(Self.tolerances[format])
        for image in cases {
            let ground = try #require(RGBColour(parsing: image.ground))
            let decoded = try ImageFile.decode(
                try GoldenImages.bytes(image.name), file: image.name, ground: ground)
            let reference = try #require(try GoldenImages.reference(image))
            let difference = try #require(
                decoded.largestDifference(from: reference),
                "\(image.name): \(decoded.width) × \(decoded.height) × \(decoded.channels)")
            #expect(difference <= tolerance, "\(image.name)")
        }
    }

    @Test("the matrix has every PNG colour type, depth and interlacing, and each orientation in each format")
    func isComplete() throws {
        let names = Set(try GoldenImages.cases().map(\.name))
        for kind in ["0-1", "0-2", "0-4", "0-8", "2-8", "2-16", "3-1", "3-2", "3-4", "3-8"] {
            for variant in ["", "-adam7", "-key", "-key-adam7"] {
                #expect(names.contains("png/\(kind)\(variant)-ffffff"))
            }
        }
        for kind in ["4-8", "4-16", "6-8", "6-16"] {
            for variant in ["", "-adam7"] {
                for ground in ["ffffff", "000000", "10a0e0"] {
                    #expect(names.contains("png/\(kind)\(variant)-\(ground)"))
                }
            }
        }
        for format in ["png", "jpeg", "webp"] {
            for orientation in 0...9 { #expect(names.contains("\(format)/exif-\(orientation)")) }
        }
    }

    @Test("a gray image with alpha stays gray over a gray ground, and takes a coloured one's colour")
    func grayWithAlpha() throws {
        let file = try GoldenImages.bytes("png/4-8-ffffff")
        #expect(try ImageFile.decode(file, file: "x").channels == 1)
        #expect(try ImageFile.decode(file, file: "x", ground: .gray).channels == 1)
        let red = RGBColour(red: 255, green: 0, blue: 0)
        #expect(try ImageFile.decode(file, file: "x", ground: red).channels == 3)
        // Without transparency, the ground changes nothing.
        #expect(try ImageFile.decode(try GoldenImages.bytes("png/0-8-ffffff"), file: "x", ground: red).channels == 1)
    }

    /// Black of alpha 128 over white is 127, as in viewers: not 188, which blending light would give.
    @Test("transparency is blended in sRGB values")
    func blending() throws {
        let file = PNGBytes.file(width: 2, height: 1, depth: 8, colourType: 6, rows: [0, 0, 0, 0, 128, 255, 0, 0, 0])
        #expect(try ImageFile.decode(file, file: "x").pixels == [127, 127, 127, 255, 255, 255])
        #expect(try ImageFile.decode(file, file: "x", ground: .black).pixels == [0, 0, 0, 0, 0, 0])
        let blue = RGBColour(red: 0, green: 0, blue: 255)
        #expect(try ImageFile.decode(file, file: "x", ground: blue).pixels == [0, 0, 127, 0, 0, 255])
    }

    /// By the PNG standard, all 16 bits of the key count.
    @Test("a transparent 16-bit gray is transparent, its neighbours are not")
    func deepGrayKey() throws {
        let file = PNGBytes.file(
            width: 3, height: 1, depth: 16, colourType: 0, rows: [0, 0x40, 1, 0x40, 2, 0x90, 0],
            before: PNGBytes.chunk("tRNS", [0x40, 1]))
        #expect(try ImageFile.decode(file, file: "x").pixels == [255, 0x40, 0x90])
    }

    @Test("a JPEG of 72 million pixels is decoded at half its size, as Pillow's draft mode does")
    func largeJPEG() throws {
        let folder = try TemporaryFolder()
        let archive = try #require(try GoldenImages.tensor("large/file.gz"))
        let path = try folder.file("large.gz", holding: archive)
        let bytes = try Gzip.contents(of: path, limit: 1 << 26)
        let image = try ImageFile.decode(bytes, file: "x", smallest: (64, 64))
        #expect(image.width == 4500 && image.height == 4000 && image.channels == 1)
        let row = try #require(try GoldenImages.tensor("large/row"))
        for y in [0, 1, 1999, 3999] {
            let start = y * 4500
            let differences = zip(image.pixels[start..<start + 4500], row).map { abs(Int($0) - Int($1)) }
            let difference = differences.max() ?? 0
            #expect(difference <= 2, "row \(y)")
        }
        let refused = #expect(throws: FileFormatError.self) { try ImageFile.decode(bytes, file: "x") }
        #expect(refused?.problem == "the image is too large")
        // No reduction leaves 5,000 × 5,000: every pixel is kept.
        #expect(try ImageFile.decode(bytes, file: "x", smallest: (5000, 5000)).width == 9000)
    }
}
