import FileFormats
import Foundation
import Testing

/// `ganglion data check`: a folder of images in which some are broken, looked through and tidied up.
@Suite struct DataCheckTests {
    private let sandbox: Sandbox
    private let folder: String
    private static let good = BadImageTests.good

    init() throws {
        sandbox = try Sandbox()
        folder = try sandbox.folder("photos")
        _ = try sandbox.folder("photos/sub")
        for name in ["a", "sub/b", "sub/c"] { _ = try sandbox.file("photos/\(name).png", holding: Self.good) }
    }

    private func addBroken() throws {
        _ = try sandbox.file("photos/sub/cut.png", holding: Array(Self.good.prefix(Self.good.count / 2)))
        _ = try sandbox.file("photos/page.jpg", holding: Array("<!DOCTYPE html><html></html>".utf8))
        for number in 0..<20 { _ = try sandbox.file("photos/empty\(number).png", holding: []) }
    }

    private func check(_ arguments: String...) throws -> (status: GanglionProcess.Exit, process: GanglionProcess) {
        let process = try sandbox.start(["data", "check"] + arguments)
        return (try process.wait(), process)
    }

    @Test func aGoodFolderIsSuccess() throws {
        for data in [folder, "images:\(folder)"] {
            let (status, process) = try check(data)
            #expect(status == .status(0), "\(process)")
            #expect(process.standardOutput.contains("3 images, all readable"), "\(process)")
            #expect(process.standardOutput.contains("32×32") && process.standardError.isEmpty, "\(process)")
        }
    }

    @Test func brokenImagesAreCountedByKindAndTheFirstTenNamed() throws {
        try addBroken()
        let (status, process) = try check(folder)
        #expect(status == .status(65), "\(process)")
        let output = process.standardOutput
        #expect(output.contains("25 images, 3 readable, 22 not"), "\(process)")
        #expect(output.contains("20 empty files, 1 broken PNG image, 1 web page (HTML)"), "\(process)")
        #expect(output.contains("empty9.png: an empty file") == false && output.contains("and 12 more"), "\(process)")
        #expect(
            process.standardError.hasPrefix("ganglion: error: \(folder): 22 of 25 images cannot be read"), "\(process)")
        #expect(process.standardError.contains("ganglion data check \(folder) --move-broken-to broken"), "\(process)")
        let all = try check(folder, "--all").process.standardOutput
        #expect(all.contains("empty9.png: an empty file") && all.contains("page.jpg: a web page"))
    }

    @Test func jsonIsOneLine() throws {
        try addBroken()
        let (status, process) = try check(folder, "--json")
        #expect(status == .status(65))
        let lines = process.standardOutput.split(separator: "\n")
        try #require(lines.count == 1)
        let object = try JSONSerialization.jsonObject(with: Data(lines[0].utf8)) as? [String: Any]
        #expect(object?["images"] as? Int == 25 && object?["broken"] as? Int == 22)
        #expect((object?["kinds"] as? [String: Int])?["empty file"] == 20)
        #expect((object?["first"] as? [[String: String]])?.count == 10)
    }

    @Test func brokenImagesAreMovedWithTheirFolders() throws {
        try addBroken()
        let target = try sandbox.folder("broken")
        _ = try sandbox.file("broken/page.jpg", holding: [1])
        let (status, process) = try check(folder, "--move-broken-to", target)
        #expect(status == .status(0), "\(process)")
        #expect(process.standardOutput.contains("22 to \(target)"), "\(process)")
        #expect(process.standardOutput.contains("page.jpg: now \(target)/page-1.jpg"), "\(process)")
        #expect(FileManager.default.fileExists(atPath: "\(target)/sub/cut.png"))
        #expect(try InputFile.bytes(of: "\(target)/page.jpg", limit: 9) == [1])
        #expect(FileManager.default.contents(atPath: "\(target)/empty0.png")?.isEmpty == true)
        let (after, again) = try check(folder)
        #expect(after == .status(0) && again.standardOutput.contains("3 images, all readable"), "\(again)")
    }

    @Test func brokenImagesDoNotBecomeDataAgain() throws {
        try addBroken()
        for target in [folder, "\(folder)/broken", "\(folder)/sub/../new"] {
            let refusal = Refusal(
                target, ["data", "check", folder, "--move-broken-to", target], 64, "--move-broken-to", "data again",
                "dot")
            try refusal.check(in: sandbox)
        }
        let (status, process) = try check(folder, "--move-broken-to", "\(folder)/.broken")
        #expect(status == .status(0), "\(process)")
        #expect(try check(folder).status == .status(0))
    }

    @Test func whatIsNoFolderOfImagesIsRefused() throws {
        _ = try sandbox.folder("none")
        let file = try sandbox.file("photos.zip", holding: [0x50, 0x4b])
        let cases = [
            Refusal("missing", ["data", "check", sandbox.file("nowhere")], 66, "nowhere", "no such file or folder"),
            Refusal("a file", ["data", "check", file], 66, "photos.zip", "it is a file"),
            Refusal("empty", ["data", "check", sandbox.file("none")], 65, "there is no image", "an empty folder"),
            Refusal(
                "a file to move to", ["data", "check", folder, "--move-broken-to", file], 73, "photos.zip",
                "it is a file"),
            Refusal(
                "points", ["data", "check", "glyphs", "--move-broken-to", "x"], 64, "glyphs is no folder of images"),
            Refusal(
                "empty flag", ["data", "check", folder, "--move-broken-to", ""], 64, "--move-broken-to", "is empty"),
        ]
        for refusal in cases { try refusal.check(in: sandbox) }
    }

    @Test func inspectNamesClassesAndWhatIsLeftOut() throws {
        for name in ["cats/1.png", "cats/2.png", "dogs/1.png", "dogs/1.heic", "dogs/@eaDir/1.png"] {
            _ = try sandbox.folder(("set/" + name as NSString).deletingLastPathComponent)
            _ = try sandbox.file("set/\(name)", holding: Self.good)
        }
        let cut = try sandbox.file("set/dogs/cut.png", holding: Array(Self.good.prefix(Self.good.count / 2)))
        let output = try sandbox.complete(["inspect", "--data", "images:\(sandbox.file("set"))"]).standardOutput
        #expect(output.contains("4 samples"), "\(output)")
        #expect(output.contains("1 file of another format (.heic 1)"), "\(output)")
        #expect(output.contains("what desktops and file servers leave (@eaDir 1)"), "\(output)")
        #expect(
            output.contains("1 of 4 images cannot be read: dogs/\((cut as NSString).lastPathComponent)"), "\(output)")
        #expect(output.contains("cats  2") && output.contains("dogs  2"), "\(output)")
        let grid = try sandbox.complete([
            "data", "grid", "--data", "images:\(sandbox.file("set"))", "--out", sandbox.file("grid.png"),
        ]).standardOutput
        #expect(grid.contains("3 samples of") && grid.contains("left out: 1 file of another format"), "\(grid)")
        #expect(grid.contains("not readable: 1 of 4 images cannot be read: dogs/cut.png"), "\(grid)")
    }
}
