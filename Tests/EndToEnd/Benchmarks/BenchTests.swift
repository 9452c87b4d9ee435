import Foundation
import Testing

/// `ganglion bench` prints one JSON object, and what it was asked to explain beside it.
@Suite struct BenchTests {
    private func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test(arguments: [[], ["--processes"], ["--workers", "2"]]) func steps(_ flags: [String]) throws {
        let bench = try Sandbox().complete(
            ["bench", "--preset", "ring-2d", "--batch", "8", "--steps", "3", "--verbose"] + flags)
        let result = try object(bench.standardOutput)
        let workers = flags.contains("2") ? 2 : 1
        #expect(result["world"] as? Int == workers && result["shards"] as? Int == workers)
        let seconds = try #require(result["median_s"] as? Double)
        let rate = try #require(result["images_per_s"] as? Double)
        #expect(seconds > 0 && rate > 0)
        // No process of ours fits into a megabyte, and a small preset into a gigabyte.
        #expect((1...1000).contains(try #require(result["peak_rss_mb"] as? Double)))
        #expect(bench.standardError.contains("MatrixProduct"))
        // Two rounds a step, the warm-up left out.
        #expect(bench.standardError.contains("each of 6 rounds") == !flags.isEmpty, "\(bench)")
    }

    @Test func kernels() throws {
        let bench = try Sandbox().complete(["bench", "kernels", "--preset", "ring-2d", "--json"])
        let report = try object(bench.standardOutput)
        let peak = try #require(report["peak_gigaflops"] as? Double)
        let kernels = try #require(report["kernels"] as? [[String: Any]])
        let products = kernels.filter { $0["gigaflops"] != nil }
        #expect(products.contains { $0["group"] as? String == "ring-2d" })
        for product in products {
            let gigaflops = try #require(product["gigaflops"] as? Double)
            let percent = try #require(product["percent_of_peak"] as? Double)
            #expect(abs(percent - 100 * gigaflops / peak) < 1e-6)
        }
        #expect(kernels.contains { $0["group"] as? String == "vectors" && $0["gigabytes_per_second"] != nil })
    }
}
