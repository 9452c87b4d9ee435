import Coordination
import Foundation

private let trial = MessageTrial()

/// libFuzzer's entry: the first byte chooses the payload's size, and whether the prefix and the checksum of every header
/// are given or have to be found; the rest is a header. Built by `scripts/fuzz`.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzMessage(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    guard let data, count > 0 else { return 0 }
    let sizes: [Int?] = [nil, 0, 1, 44, 64, 1 << 20, .max, 128]
    let rest = Array(UnsafeBufferPointer(start: data + 1, count: count - 1))
    let header = data[0] < 0x80 ? WireProtocol.seal(rest) : rest
    do {
        _ = try header.withUnsafeBytes { try trial.take($0, payloadBytes: sizes[Int(data[0]) % sizes.count]) }
    } catch {
        fatalError("\(error)")
    }
    return 0
}
