import Datasets
import Foundation
import Testing

@Suite("Links in a folder of images")
struct ImageScanLinkTests {
    @Test("links to files are taken as they are, hard or symbolic, also two of one file")
    func files() throws {
        let tree = try FileTree("a.png")
        try tree.link("b.png", to: "a.png")
        try tree.link("c.png", to: tree.folder.file("a.png"))
        try #require(Foundation.link(tree.folder.file("a.png"), tree.folder.file("d.png")) == 0)
        #expect(try tree.taken() == ["a.png", "b.png", "c.png", "d.png"])
        #expect(try tree.scan().leftOut.isEmpty)
    }

    @Test("a link that leads nowhere is left out and named")
    func broken() throws {
        let tree = try FileTree("a.png")
        try tree.link("x.jpg", to: "gone.jpg")
        #expect(try tree.scan().leftOut == ["1 broken link (x.jpg: a link to gone.jpg, which is not there)"])
        try tree.link("folder", to: "/nowhere/at/all")
        try tree.link("self.png", to: "self.png")
        for number in 0..<3 { try tree.link("y\(number).png", to: "gone") }
        #expect(
            try tree.scan().leftOut == [
                "6 broken links (folder: a link to /nowhere/at/all, which is not there, self.png: a link that leads round in "
                    + "a circle, x.jpg: a link to gone.jpg, which is not there and 3 more)"
            ])
        #expect(try tree.taken() == ["a.png"])
    }

    @Test("a real folder wins over a link to it, and each is looked through once")
    func onlyOnce() throws {
        let outside = try FileTree("o.png")
        let tree = try FileTree("real/a.png")
        // By name, the link comes first.
        try tree.link("again", to: "real")
        try tree.link("real/up", to: "..")
        try tree.link("other", to: outside.path)
        try tree.link("other2", to: outside.path)
        let scan = try tree.scan()
        #expect(scan.files.map(\.path.description) == ["other/o.png", "real/a.png"])
        #expect(scan.leftOut == ["3 links to folders that are taken already or above (again, other2, real/up)"])
    }

    @Test("a link to a folder above the data does not bring in all that lies beside it")
    func above() throws {
        let tree = try FileTree("data/a.png", "beside/b.png")
        try tree.link("data/up", to: tree.path)
        #expect(try tree.scan(below: "data").files.count == 1)
    }

    @Test("the folder itself may be a link")
    func root() throws {
        let tree = try FileTree("real/a.png")
        try tree.link("linked", to: "real")
        let scan = try tree.scan(below: "linked")
        #expect(scan.files.count == 1 && scan.folder.description == tree.folder.file("linked"))
    }

    @Test("eight folders that are all linked to each other are eight folders, not 8! paths")
    func crowd() throws {
        let tree = try FileTree()
        for folder in 0..<8 { try tree.add("d\(folder)/\(folder).png") }
        for from in 0..<8 { for to in 0..<8 where from != to { try tree.link("d\(from)/l\(to)", to: "../d\(to)") } }
        let scan = try tree.scan()
        #expect(scan.files.map(\.path.description) == (0..<8).map { "d\($0)/\($0).png" })
        #expect(scan.omissions.repeatedFolders.count == 56)
    }

    @Test("links among folders outside are followed in the order of their names, each folder once")
    func chains() throws {
        let outside = try FileTree("x/x.png", "y/y.png")
        try outside.link("x/toY", to: "../y")
        try outside.link("y/toX", to: "../x")
        let tree = try FileTree("a.png")
        try tree.link("in", to: outside.folder.file("y"))
        #expect(try tree.taken() == ["a.png", "in/toX/x.png", "in/y.png"])
    }
}
