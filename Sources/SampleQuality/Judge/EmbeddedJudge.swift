import Datasets
import Foundation

/// The judge that is compiled into the program: MNIST's, as `ganglion judge train` makes it with its defaults (scripts/make-mnist-judge).
/// It serves for the embedded glyphs too, which are digits of the same size.
package enum EmbeddedJudge {
    /// MNIST's.
    package static let mnist: Judge = {
        guard let data = Data(base64Encoded: mnistJudgeBase64, options: .ignoreUnknownCharacters),
            let judge = try? Judge(bytes: Array(data), path: "the embedded judge of MNIST")
        else { preconditionFailure("the embedded judge cannot be read") }
        return judge
    }()

    /// The embedded judge where it is that of a data set.
    package static func serving(_ source: any SampleSource) -> Judge? {
        guard source.shape == .image(height: 28, width: 28, channels: 1),
            source.classes?.names == MNISTSource.digits
        else { return nil }
        let isMNIST = source.fingerprint.description == mnist.provenance.dataFingerprint
        return isMNIST || source is GlyphSource ? mnist : nil
    }
}
