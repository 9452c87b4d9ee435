import TensorCore
import Testing

/// The fixed work by which machines are compared.
@Suite struct ArithmeticProbeTests {
    /// A form that it left out could differ without a word.
    @Test func everyFormOfConvolutionIsInIt() {
        prepareComputeThread()
        var digest = NumericDigest()
        let profile = InstructionProfile()
        ArithmeticProbe.addConvolutions(to: &digest, profile: profile)
        let labels = profile.entries.map(\.label)
        for form in [
            "ConvolutionForward", "ConvolutionImageGradient", "ConvolutionFilterGradient", "WinogradForward",
            "WinogradImageGradient", "WinogradFilterGradient", "PlaneConvolution forward",
            "PlaneConvolution imageGradient", "PlaneConvolution filterGradient", "InterleavedConvolution forward",
            "InterleavedConvolution imageGradient", "GroupedConvolution forward", "GroupedConvolution imageGradient",
            "GroupedConvolution filterGradient",
        ] {
            #expect(labels.contains { $0.hasPrefix(form) }, "\(form) is not among \(labels)")
        }
    }

    @Test func theSameWorkGivesTheSameDigest() {
        prepareComputeThread()
        let digests = (0..<2).map { _ in
            var digest = NumericDigest()
            ArithmeticProbe.addProducts(to: &digest)
            ArithmeticProbe.addConvolutions(to: &digest)
            return digest.text
        }
        #expect(digests[0] == digests[1])
    }

    /// FNV-1a's published 64-bit test vectors for "", "a" and "foobar" (Fowler, Noll and Vo).
    @Test(arguments: [("", "cbf29ce484222325"), ("a", "af63dc4c8601ec8c"), ("foobar", "85944171f73967e8")])
    func theDigestIsFNV1a(text: String, expected: String) {
        var digest = NumericDigest()
        digest.add(Array(text.utf8))
        #expect(digest.text == expected)
    }
}
