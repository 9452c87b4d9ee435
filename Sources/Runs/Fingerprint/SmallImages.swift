import Foundation

/// Images of 11 to 21 pixels a side, with noise on gradients of colour, to try the image libraries with (made with Pillow).
package enum SmallImages {
    /// 21×19, colour at half the resolution, quality 60.
    package static let jpeg = bytes(
        """
        /9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxO
        UlNSMj5aYVpQYEpRUk//2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09P
        T09PT09PT0//wAARCAATABUDASIAAhEBAxEB/8QAFwABAQEBAAAAAAAAAAAAAAAAAAUGA//EACcQAAEDAgUDBQEAAAAAAAAAAAEA
        AhEEEgMhMUFhBSJREyNxgZHw/8QAGQEAAgMBAAAAAAAAAAAAAAAABAYAAQUH/8QAIBEAAQQCAQUAAAAAAAAAAAAAAQACAwQSIRET
        MVFh8P/aAAwDAQACEQMRAD8AxNPQHtgEnwRpuqdN04kNDiWkb6qnS0J9ZtzWyBMweDp9eclYpOmm4AB5s4j9zQsZ6ilG/vRUbB6Z
        IdcbiDENAy+UWsdQ4Ia1rgyRxOwRW51Vhxc4chMsd9xaDypgAww60CBGRzH9ktFS4bPdNo7C23iQERC1SRGSPC5zRJy+9Lu/CZDe
        0aboiLGjccRtMzey/9k=
        """)

    /// 11×9, with transparency.
    package static let png = bytes(
        """
        iVBORw0KGgoAAAANSUhEUgAAAAsAAAAJCAYAAADkZNYtAAABXElEQVR42gXBW2/ScACH4ZcW9qMc/oWKogU7F5KJMERvnIdLExPv
        TIyJ8et6bTQmLLqDENTpNlAQWikr1efJAHjYxq/lzXQSGgMmFqZlY6LINS3mpl13za+z0FgV4I+9YV0KsXz4UYRWDFXAeuAx5Bqf
        ozKOk2A5WUg2cDiGi6RO4zqkLXjnODw8qPDTnJNJZmznu9jLPYOflxpBU9ncVz2ZuFqFtm5VUp0mc/WDtpzE1WV7KbtQjUGxCt5v
        ba0CXXTOFa3zSruR3NO1FpOikis53QuPZEUFCJ/DyL6JOmOmi6t0Nz5Wpszw2R3GT6dUGyNW7mtsnF1qo6mKxbVK2b62et91/HEu
        vx+qdrArz9tX5Z+vtPhWVu/lIcsu3E87fOgNGMwC9OYvN3KvWD0+Y6c0YxhcEhR62NO7ddqLHQ2ac5XHt1U/fq9t94U+ffuiR3uu
        TqKWmstEsbev/x1oe0RXacZ2AAAAAElFTkSuQmCC
        """)

    /// 21×19, lossy, quality 50.
    package static let webP = bytes(
        """
        UklGRuQAAABXRUJQVlA4INgAAADwBQCdASoVABMAPtFao02oJSMiKA1RABoJbACdMuN+JoM68FqgEDe6ZPfNoTnG5MY0ihjLO+Qa
        YAD+9dqyxxrJztLaHNVTP0WWpT7DF+xayDkNPhwraX8zxzaKr41HEyNtA9Y88ogV+HQqv/fKP7DI9OrhbcT+SVNC8GvZuUVccgkX
        IIEVr/XJbj9cxgJ+n+ILVY0kuxdtESYB6YbPThwypo789Ndz29c9caNT+UTa+f2b1okMqwXtcw9T7u6g6d67CpFJr+NLgKI/uIKN
        fWwYTgRV70uYAAA=
        """)

    private static func bytes(_ base64: String) -> [UInt8] {
        guard let data = Data(base64Encoded: base64, options: .ignoreUnknownCharacters) else {
            preconditionFailure("an image of this program is no Base64")
        }
        return [UInt8](data)
    }
}
