/// Cuts one direction of a ZeroMQ connection into its parts (ZMTP 3, https://rfc.zeromq.org/spec/23).
struct ZMTPStream {
    enum Part {
        /// The greeting, commands: what the two ends settle between themselves.
        case handshake([UInt8])
        /// All frames of one message, as they stand on the wire.
        case message(raw: [UInt8], frames: [ArraySlice<UInt8>])
    }

    private static let greetingLength = 64
    private var buffer: [UInt8] = []
    private var greetingLeft = greetingLength

    mutating func append(_ bytes: some Sequence<UInt8>) { buffer += bytes }

    /// The next part that is here whole. Of the greeting, whatever is here: each end waits for the other's first bytes.
    mutating func next() -> Part? {
        if greetingLeft > 0 {
            guard !buffer.isEmpty else { return nil }
            let count = min(greetingLeft, buffer.count)
            greetingLeft -= count
            return .handshake(take(count))
        }
        var frames: [Range<Int>] = []
        var position = 0
        while let frame = frame(at: position) {
            position = frame.content.upperBound
            if frame.isCommand { return frames.isEmpty ? .handshake(take(position)) : nil }
            frames.append(frame.content)
            if !frame.hasMore {
                let raw = take(position)
                return .message(raw: raw, frames: frames.map { raw[$0] })
            }
        }
        return nil
    }

    /// A message as it stands on the wire.
    static func message(frames: [[UInt8]]) -> [UInt8] {
        frames.enumerated().flatMap { index, frame in
            let more: UInt8 = index < frames.count - 1 ? 1 : 0
            guard frame.count > 255 else { return [more, UInt8(frame.count)] + frame }
            return [more | 2] + (0..<8).map { UInt8(truncatingIfNeeded: frame.count >> (56 - 8 * $0)) } + frame
        }
    }

    private mutating func take(_ count: Int) -> [UInt8] {
        defer { buffer.removeFirst(count) }
        return Array(buffer.prefix(count))
    }

    /// Flags (1: more, 2: long, 4: command), a size of one byte or of eight, and the content.
    private func frame(at position: Int) -> (content: Range<Int>, hasMore: Bool, isCommand: Bool)? {
        guard buffer.count > position + 1 else { return nil }
        let flags = buffer[position]
        let sizeBytes = flags & 2 != 0 ? 8 : 1
        let start = position + 1 + sizeBytes
        guard buffer.count >= start else { return nil }
        let size = buffer[position + 1..<start].reduce(0) { $0 << 8 | Int($1) }
        guard buffer.count >= start + size else { return nil }
        return (start..<start + size, flags & 1 != 0, flags & 4 != 0)
    }
}
