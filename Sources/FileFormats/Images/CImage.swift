import CImages

/// Calls of the decoders in C.
enum CImage {
    /// Calls a decoder with room for a message.
    ///
    /// - Throws: what `error` makes of the status and the message when the call fails.
    static func check(
        _ call: (UnsafeMutablePointer<CChar>?) -> Int32, error: (cim_status, String) -> FileFormatError
    ) throws {
        try withUnsafeTemporaryAllocation(of: CChar.self, capacity: Int(CIM_MESSAGE_SIZE)) { message in
            message.initialize(repeating: 0)
            let status = call(message.baseAddress)
            if status != 0 {
                // Libraries quote the file's bytes: only what can be shown in one line.
                let text = String(cString: message.baseAddress!).filter { $0.isASCII && !$0.isNewline }
                throw error(cim_status(UInt32(status)), text)
            }
        }
    }

    static func outOfMemory(_ file: String) -> FileFormatError {
        FileFormatError(
            .data, file: file, "there is not enough memory to decode the image", advice: "shrink it or remove it")
    }
}
