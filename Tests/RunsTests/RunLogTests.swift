import Foundation
import RunConfiguration
import Runs
import TestSupport
import Testing

struct RunLogTests {
    @Test func linesHaveTheirTimeAndAreAppended() throws {
        let path = temporaryPath()
        defer { try? FileManager.default.removeItem(atPath: path) }
        try RunLog(path: path).write("worker 1 joined", at: Date(timeIntervalSince1970: 0))
        try RunLog(path: path).write("two\nlines", at: Date(timeIntervalSince1970: 1))
        #expect(
            try String(contentsOfFile: path, encoding: .utf8)
                == "1970-01-01T00:00:00Z worker 1 joined\n1970-01-01T00:00:01Z two lines\n")
        #expect(throws: RunError.self) { _ = try RunLog(path: "/nonexistent/log.txt") }
    }
}
