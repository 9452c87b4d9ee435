import Datasets
import Testing

@Suite("Folders without images")
struct NoImagesTests {
    private static let expected =
        "there is no image; expected files that end in .png, .jpg, .jpeg, .jpe, .jfif or .webp, got "

    @Test func empty() throws {
        let tree = try FileTree()
        #expect(tree.refusal() == "ROOT: \(Self.expected)an empty folder")
        try tree.add("a/")
        try tree.add("b/c/")
        #expect(tree.refusal() == "ROOT: \(Self.expected)3 empty folders")
        try tree.add(".hidden.png")
        #expect(tree.refusal() == "ROOT: \(Self.expected)1 hidden file or folder, which is left out")
    }

    @Test func otherFormats() throws {
        let tree = try FileTree("1.heic", "2.heic", "3.gif")
        #expect(
            tree.refusal()
                == "ROOT: \(Self.expected)3 files of other formats (.heic 2, .gif 1); convert them to PNG or JPEG, for instance "
                + "with ImageMagick: mogrify -format jpg ROOT/*.heic")
    }

    @Test(
        arguments: [
            ("photos.zip", "unpack the .zip file first, for instance with: unzip"),
            ("photos.tar.gz", "unpack the .gz file first, for instance with: tar xf"),
            ("film.MP4", "take pictures out of the film, for instance with: ffmpeg -i FILM.mp4 %06d.png"),
            ("data.npy", "write the images in the .npy file as PNG files"),
            ("0a1b2c", "if these are images, give them names that end in .png, .jpg or .webp"),
        ])
    func hints(name: String, advice: String) throws {
        let refusal = try FileTree(name, "readme.md").refusal()
        #expect(refusal?.hasSuffix("; \(advice)") == true, "\(refusal ?? "")")
    }

    @Test func onlyLeftOut() throws {
        let tree = try FileTree("@eaDir/a.jpg", "runs/one/config.yaml", "runs/one/checkpoints/")
        try tree.link("x.png", to: "gone")
        #expect(
            tree.refusal()
                == "ROOT: \(Self.expected)what desktops and file servers leave (@eaDir 1), 1 broken link (x.png: a link to gone, "
                + "which is not there), 1 folder that holds a run (runs/one): its pictures are no data")
    }
}
