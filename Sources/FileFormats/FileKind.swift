/// What a file is by its first bytes, in words for a message: "a GIF image", "a web page (HTML)".
package enum FileKind {
    /// The most bytes that `name(of:)` looks at.
    package static let beginningSize = 1024

    /// The kind of the file that begins with `beginning`; nil where no signature matches.
    ///
    /// The first 16 bytes tell most kinds apart. A tar archive needs 262 bytes, and text is judged better by
    /// `beginningSize` of them.
    package static func name(of beginning: some Collection<UInt8>) -> String? {
        let bytes = Array(beginning.prefix(beginningSize))
        guard !bytes.isEmpty else { return "an empty file" }
        for signature in signatures where signature.matches(bytes) { return signature.name }
        return zip(bytes) ?? isoMedia(bytes) ?? riff(bytes) ?? pickle(bytes) ?? bitmap(bytes) ?? records(bytes)
            ?? idx(bytes) ?? zeros(bytes) ?? text(bytes)
    }

    private struct Signature {
        var bytes: [UInt8]
        var offset: Int
        var name: String

        init(_ bytes: [UInt8], at offset: Int = 0, _ name: String) {
            self.bytes = bytes
            self.offset = offset
            self.name = name
        }

        init(_ text: String, at offset: Int = 0, _ name: String) {
            self.init(Array(text.utf8), at: offset, name)
        }

        func matches(_ file: [UInt8]) -> Bool { file.dropFirst(offset).starts(with: bytes) }
    }

    private static let signatures = [
        // Images.
        Signature(PNGImage.signature, "a PNG image"),
        Signature(JPEGImage.signature, "a JPEG image"),
        Signature("GIF87a", "a GIF image"),
        Signature("GIF89a", "a GIF image"),
        Signature([0x49, 0x49, 0x2a, 0], "a TIFF image"),
        Signature([0x4d, 0x4d, 0, 0x2a], "a TIFF image"),
        Signature([0x49, 0x49, 0x2b, 0], "a TIFF image"),
        Signature([0x4d, 0x4d, 0, 0x2b], "a TIFF image"),
        Signature([0, 0, 0, 12, 0x4a, 0x58, 0x4c, 0x20, 0x0d, 0x0a, 0x87, 0x0a], "a JPEG XL image"),
        Signature([0xff, 0x0a], "a JPEG XL image"),
        Signature([0, 0, 0, 12, 0x6a, 0x50, 0x20, 0x20, 0x0d, 0x0a, 0x87, 0x0a], "a JPEG 2000 image"),
        Signature([0xff, 0x4f, 0xff, 0x51], "a JPEG 2000 image"),
        Signature("8BPS", "a Photoshop image (PSD)"),
        Signature([0, 0, 1, 0], "a Windows icon (ICO)"),
        Signature([0, 0, 2, 0], "a Windows cursor (CUR)"),
        Signature([0x76, 0x2f, 0x31, 0x01], "an OpenEXR image"),
        Signature("#?RADIANCE", "a Radiance HDR image"),
        Signature("DDS ", "a DirectDraw surface (DDS)"),
        Signature("qoif", "a QOI image"),
        Signature("gimp xcf ", "a GIMP image (XCF)"),
        Signature("DICM", at: 128, "a DICOM image"),
        Signature("SIMPLE  =", "a FITS image"),

        // Archives and compressed files.
        Signature("ustar", at: 257, "a tar archive"),
        Signature([0x1f, 0x8b], "a gzip file"),
        Signature([0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c], "a 7z archive"),
        Signature([0x52, 0x61, 0x72, 0x21, 0x1a, 0x07], "a RAR archive"),
        Signature([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], "an xz file"),
        Signature("BZh", "a bzip2 file"),
        Signature([0x28, 0xb5, 0x2f, 0xfd], "a Zstandard file"),
        Signature([0x04, 0x22, 0x4d, 0x18], "an LZ4 file"),

        // Data sets.
        Signature([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59], "a NumPy array (.npy)"),
        Signature([0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a], "an HDF5 file"),
        Signature("PAR1", "a Parquet file"),
        Signature("ARROW1", "an Arrow file"),
        Signature("MATLAB 5.0 MAT-file", "a MATLAB file (.mat)"),
        Signature("SQLite format 3\0", "an SQLite database"),
        Signature([0xde, 0xc0, 0xef, 0xbe], at: 16, "an LMDB database"),
        Signature("{\"", at: 8, "a safetensors file"),

        // Documents, sound and video.
        Signature("%PDF-", "a PDF document"),
        Signature("%!PS", "a PostScript document"),
        Signature([0x1a, 0x45, 0xdf, 0xa3], "a Matroska or WebM video"),
        Signature("OggS", "an Ogg file"),
        Signature("ID3", "an MP3 file"),

        // What systems and tools leave behind.
        Signature("version https://git-lfs", "a Git LFS pointer (the file itself was not fetched; run git lfs pull)"),
        Signature([0, 0x05, 0x16, 0x07], "an AppleDouble resource file (._)"),
        Signature([0, 0x05, 0x16, 0], "an AppleSingle file"),
        Signature([0, 0, 0, 1, 0x42, 0x75, 0x64, 0x31], "a folder's settings by macOS (.DS_Store)"),
        Signature(
            [0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1], "an OLE file (Thumbs.db or an old Office document)"),
        Signature([0x4c, 0, 0, 0, 0x01, 0x14, 0x02, 0], "a Windows shortcut (.lnk)"),
        Signature([0x7f, 0x45, 0x4c, 0x46], "a program (ELF)"),
        Signature([0xef, 0xbf, 0xbd], "binary data that was damaged by treating it as text"),
        Signature([0x89, 0x50, 0x4e, 0x47, 0x0a], "a PNG image that was damaged by treating it as text"),
    ]

    /// A ZIP archive (PKWARE's APPNOTE, 4.3): the first entry's name tells what the archive is for.
    private static func zip(_ bytes: [UInt8]) -> String? {
        guard bytes.starts(with: [0x50, 0x4b]), bytes.count >= 4 else { return nil }
        switch (bytes[2], bytes[3]) {
        case (3, 4):
            let length = bytes.count >= 30 ? Int(bytes[26]) | Int(bytes[27]) << 8 : 0
            let entry = bytes.dropFirst(30).prefix(length)
            if entry.suffix(4).elementsEqual(".npy".utf8) { return "a NumPy archive (.npz)" }
            if entry.suffix(9).elementsEqual("/data.pkl".utf8) { return "a PyTorch file" }
            return "a ZIP archive"
        case (5, 6), (7, 8): return "a ZIP archive"
        default: return nil
        }
    }

    /// A file of the ISO base media format (ISO/IEC 14496-12): its brands tell images from videos.
    private static func isoMedia(_ bytes: [UInt8]) -> String? {
        guard bytes.count >= 12 else { return nil }
        let type = String(decoding: bytes[4..<8], as: UTF8.self)
        if type == "moov" || type == "mdat" || type == "wide" { return "a QuickTime video" }
        guard type == "ftyp" else { return nil }
        let size = bytes[..<4].reduce(0) { $0 << 8 | Int($1) }
        // The major brand, its version, then the compatible brands.
        let brands = stride(from: 8, to: min(size, bytes.count) - 3, by: 4).filter { $0 != 12 }
            .map { String(decoding: bytes[$0..<$0 + 4], as: UTF8.self) }
        let major = String(decoding: bytes[8..<12], as: UTF8.self)
        let all = Set(brands + [major])
        if !all.isDisjoint(with: ["avif", "avis"]) { return "an AVIF image" }
        if !all.isDisjoint(with: ["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"]) {
            return "a HEIC image"
        }
        if major == "crx " { return "a camera's raw image (CR3)" }
        return major == "qt  " ? "a QuickTime video" : "an MP4 video"
    }

    private static func riff(_ bytes: [UInt8]) -> String? {
        guard bytes.starts(with: "RIFF".utf8), bytes.count >= 12 else { return nil }
        switch String(decoding: bytes[8..<12], as: UTF8.self) {
        case "WEBP": return "a WebP image"
        case "AVI ": return "an AVI video"
        case "WAVE": return "a WAVE sound"
        default: return "a RIFF file"
        }
    }

    /// Python's pickle: PROTO with a version from 2 on and a first opcode, or one of protocol 0's usual beginnings.
    private static func pickle(_ bytes: [UInt8]) -> String? {
        if bytes.starts(with: [0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46]) { return "a PyTorch file" }
        if bytes.count >= 3, bytes[0] == 0x80, (2...5).contains(bytes[1]) {
            // FRAME, or what an object begins with: } ] ( ) c X U N J K M G.
            let opcodes: [UInt8] = [
                0x95, 0x7d, 0x5d, 0x28, 0x29, 0x63, 0x58, 0x55, 0x4e, 0x4a, 0x4b, 0x4d, 0x47, 0x8c,
            ]
            if opcodes.contains(bytes[2]) { return "a Python pickle" }
        }
        let beginnings = ["(dp", "(lp", "ccopy_reg\n", "cnumpy"]
        return beginnings.contains { bytes.starts(with: $0.utf8) } ? "a Python pickle" : nil
    }

    /// BMP's "BM", which text may begin with too, and a header of a size that is in use; "P6" and its like.
    private static func bitmap(_ bytes: [UInt8]) -> String? {
        guard bytes.count >= 3 else { return nil }
        if bytes.starts(with: "BM".utf8), bytes.count >= 18, bytes[15...17].allSatisfy({ $0 == 0 }),
            [12, 16, 40, 52, 56, 64, 108, 124].contains(bytes[14])
        {
            return "a BMP image"
        }
        let isSpace = bytes[2] == 0x0a || bytes[2] == 0x20 || bytes[2] == 0x0d || bytes[2] == 0x09
        return bytes[0] == 0x50 && (0x31...0x37).contains(bytes[1]) && isSpace ? "a PNM image (PBM, PGM, PPM)" : nil
    }

    /// TFRecord: the length of the first record in 8 bytes, and their masked CRC-32C.
    private static func records(_ bytes: [UInt8]) -> String? {
        guard bytes.count >= 12 else { return nil }
        var register = UInt32.max
        for byte in bytes[..<8] {
            register ^= UInt32(byte)
            for _ in 0..<8 { register = register >> 1 ^ (register & 1 == 0 ? 0 : 0x82f6_3b78) }
        }
        let checksum = ~register
        let masked = (checksum >> 15 | checksum << 17) &+ 0xa282_ead8
        let found = bytes[8..<12].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        return found == masked ? "a TFRecord file" : nil
    }

    /// IDX, MNIST's format: two zeros, the type, the number of dimensions.
    private static func idx(_ bytes: [UInt8]) -> String? {
        guard bytes.count >= 8, bytes[0] == 0, bytes[1] == 0, [8, 9, 11, 12, 13, 14].contains(bytes[2]) else {
            return nil
        }
        return (1...4).contains(bytes[3]) ? "an IDX file (MNIST's format)" : nil
    }

    /// What an interrupted download or copy may leave.
    private static func zeros(_ bytes: [UInt8]) -> String? {
        bytes.allSatisfy { $0 == 0 } ? "nothing but zero bytes" : nil
    }
}
