import Adversarial
import Coordination
import Foundation
import TestSupport
import Testing

/// Valid messages of every type, made wrong in every way that a seed finds: no crash, an error for what is invalid, and
/// no allocation that the message does not pay for.
struct MessageFuzzTests {
    /// Seconds to go on for: `GANGLION_FUZZ_SECONDS`, else a few.
    private static let seconds = ProcessInfo.processInfo.environment["GANGLION_FUZZ_SECONDS"].flatMap(Double.init) ?? 3

    private static let extremes: [UInt64] = [
        0, 1, 127, 128, 255, 256, 1 << 16, 1 << 24, (1 << 31) - 1, 1 << 31, (1 << 32) - 1, 1 << 32, 1 << 36,
        (1 << 36) + 1, (1 << 63) - 1, 1 << 63, .max - 1, .max,
    ]

    @Test func whateverAPeerSends() throws {
        let trial = MessageTrial()
        let headers = try MessageSamples.headers()
        let before = try Self.peakAddressSpace()
        let limit = ContinuousClock.now + .seconds(Self.seconds)
        var (seed, valid) = (UInt64(0), 0)
        while ContinuousClock.now < limit {
            var random = SeededRandom(seed: seed)
            let bytes = Self.mutated(headers, &random)
            let payloadBytes = [nil, 0, 1, 44, 64, 1 << 20, .max].randomElement(using: &random)!
            do {
                if try bytes.withUnsafeBytes({ try trial.take($0, payloadBytes: payloadBytes) }).isValid { valid += 1 }
            } catch {
                Issue.record("seed \(seed): \(error): \(bytes)")
                break
            }
            seed += 1
        }
        // Some are harmless, most are not; and it was worth the time.
        #expect(seed > 1000)
        #expect(valid > 0 && valid < Int(seed))
        let growth = try Self.peakAddressSpace() - before
        #expect(growth < 1 << 30, "\(growth >> 20) MiB for messages of a few hundred bytes")
        print("fuzzed \(seed) messages, of which \(valid) were valid")
    }

    /// What must be an error, and for which messages: by a rule of the format, not by the decoder's own word.
    @Test func whatIsInvalidIsAnError() throws {
        let trial = MessageTrial()
        func isValid(_ bytes: [UInt8]) throws -> Bool {
            try bytes.withUnsafeBytes { try trial.take($0, payloadBytes: nil) }.isValid
        }
        for header in try MessageSamples.headers() {
            #expect(try isValid(header))
            // Cut anywhere, it has no body any more or one that is shorter than it says.
            for count in 0..<header.count { #expect(try !isValid(Array(header.prefix(count))), "\(count): \(header)") }
            let content = Array(header.dropFirst(WireProtocol.sealLength))
            for count in content.indices {
                #expect(try !isValid(WireProtocol.seal(Array(content.prefix(count)))), "\(count): \(header)")
            }
            for place in WireProtocol.prefix.indices {
                var other = header
                other[place] ^= 0x20
                #expect(try !isValid(other))
            }
            for excess in [1, 1 << 20, 1 << 31, 1 << 62, -1 << 62] as [Int64] {
                var fields = HeaderFields(header)
                fields.excessLength = excess
                #expect(try !isValid(fields.bytes), "\(excess): \(header)")
            }
            var nobody = HeaderFields(header)
            nobody.body.number = 30
            #expect(try !isValid(nobody.bytes))
        }
    }

    /// Numbers that no run has.
    @Test(
        arguments: [
            (3, 6, [(1 << 36) + 1, .max]), (4, 1, [0, 3, 256, 1 << 31]), (7, 4, [0, (1 << 20) + 1]),
            (7, 5, [0, 999_999, 86_400_000_000_001, .max]), (7, 6, [0, (1 << 24) + 1]), (12, 4, [0, 4, 1 << 31]),
            (13, 1, [0, 3, 1 << 31]), (13, 4, [(1 << 36) + 1, .max]),
        ] as [(Int, UInt64, [UInt64])])
    func numbersOutOfRangeAreErrors(message: Int, field: UInt64, values: [UInt64]) throws {
        let header = try MessageSamples.headers()[message]
        for value in values {
            var fields = HeaderFields(header)
            fields.body.fields.removeAll { $0.number == field }
            fields.body.fields.append(.init(number: field, type: 0, bytes: HeaderFields.varint(value)))
            let outcome = try fields.bytes.withUnsafeBytes { try MessageTrial().take($0, payloadBytes: nil) }
            #expect(!outcome.isValid, "field \(field) is \(value): \(outcome)")
        }
    }

    /// A message of a seed: bits flipped, bytes inserted, cut, joined with another; or its fields dropped, doubled,
    /// shuffled, given extreme numbers, other types and lengths.
    private static func mutated(_ headers: [[UInt8]], _ random: inout SeededRandom) -> [UInt8] {
        var header = headers.randomElement(using: &random)!
        if random.chance(0.6) {
            var fields = HeaderFields(header)
            for _ in 0..<Int.random(in: 1...3, using: &random) { mutate(&fields, &random) }
            header = fields.bytes
        }
        guard random.chance(0.5) else { return header }
        for _ in 0..<Int.random(in: 1...4, using: &random) where !header.isEmpty {
            let place = Int.random(in: 0..<header.count, using: &random)
            switch Int.random(in: 0..<5, using: &random) {
            case 0: header[place] ^= 1 << UInt8.random(in: 0..<8, using: &random)
            case 1: header[place] = .random(in: 0 ... .max, using: &random)
            case 2: header.removeLast(header.count - place)
            case 3: header.insert(.random(in: 0 ... .max, using: &random), at: place)
            default: header += headers.randomElement(using: &random)!.dropFirst(WireProtocol.sealLength)
            }
        }
        // Mostly with the checksum made right again: else nothing would come to the decoder.
        guard random.chance(0.8), header.count >= WireProtocol.sealLength else { return header }
        return WireProtocol.seal(Array(header.dropFirst(WireProtocol.sealLength)))
    }

    private static func mutate(_ fields: inout HeaderFields, _ random: inout SeededRandom) {
        let extreme = extremes.randomElement(using: &random)!
        guard let place = fields.body.fields.indices.randomElement(using: &random) else {
            fields.body.fields.append(.init(number: 1 + extreme % 9, type: 0, bytes: HeaderFields.varint(extreme)))
            return
        }
        switch Int.random(in: 0..<9, using: &random) {
        case 0: fields.body.fields.remove(at: place)
        case 1: fields.body.fields.append(fields.body.fields[place])
        case 2: fields.body.fields.shuffle(using: &random)
        case 3: fields.body.fields[place].type = .random(in: 0..<8, using: &random)
        case 4: fields.body.fields[place].number = .random(in: 0..<20, using: &random)
        case 5: fields.body.number = .random(in: 1..<24, using: &random)
        case 6: fields.excessLength = Int64(truncatingIfNeeded: extreme)
        case 7: fields.incarnation = []
        default:
            fields.body.fields[place].type = fields.body.fields[place].type == 2 ? 2 : 0
            // A number, or the length of a text.
            fields.body.fields[place].bytes = HeaderFields.varint(extreme)
        }
    }

    /// The most address space that this process has had, bytes.
    private static func peakAddressSpace() throws -> Int {
        #if os(Linux)
            let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
            let line = status.split(separator: "\n").first { $0.hasPrefix("VmPeak:") }
            return (line?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0) << 10
        #else
            return 0
        #endif
    }
}
