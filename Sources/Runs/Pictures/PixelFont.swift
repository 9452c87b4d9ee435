/// A font of 5 × 7 pixels for the labels of pictures: printable ASCII and the middle dot.
enum PixelFont {
    static let height = 7
    /// Pixels from one letter to the next.
    static let advance = 6

    /// Whether a letter has ink at a pixel; `column` 0…4 from the left, `row` 0…6 from the top.
    static func hasInk(_ letter: Unicode.Scalar, column: Int, row: Int) -> Bool {
        guard (0..<5).contains(column), (0..<height).contains(row) else { return false }
        return columns(letter) >> UInt64(8 * (4 - column) + row) & 1 == 1
    }

    /// Five columns of a byte each, the leftmost in the highest byte; bit 0 is the top row.
    private static func columns(_ letter: Unicode.Scalar) -> UInt64 {
        switch letter.value {
        case 0x20...0x7E: letters[Int(letter.value - 0x20)]
        case 0xB7: 0x00_00_08_00_00
        default: 0x02_01_51_09_06  // a question mark
        }
    }

    private static let letters: [UInt64] = [
        0x00_00_00_00_00, 0x00_00_5F_00_00, 0x00_07_00_07_00, 0x14_7F_14_7F_14,  // space ! " #
        0x24_2A_7F_2A_12, 0x23_13_08_64_62, 0x36_49_55_22_50, 0x00_00_07_00_00,  // $ % & '
        0x00_1C_22_41_00, 0x00_41_22_1C_00, 0x14_08_3E_08_14, 0x08_08_3E_08_08,  // ( ) * +
        0x00_50_30_00_00, 0x08_08_08_08_08, 0x00_60_60_00_00, 0x20_10_08_04_02,  // , - . /
        0x3E_51_49_45_3E, 0x00_42_7F_40_00, 0x42_61_51_49_46, 0x21_41_45_4B_31,  // 0 1 2 3
        0x18_14_12_7F_10, 0x27_45_45_45_39, 0x3C_4A_49_49_30, 0x01_71_09_05_03,  // 4 5 6 7
        0x36_49_49_49_36, 0x06_49_49_29_1E, 0x00_36_36_00_00, 0x00_56_36_00_00,  // 8 9 : ;
        0x08_14_22_41_00, 0x14_14_14_14_14, 0x00_41_22_14_08, 0x02_01_51_09_06,  // < = > ?
        0x32_49_79_41_3E, 0x7E_11_11_11_7E, 0x7F_49_49_49_36, 0x3E_41_41_41_22,  // @ A B C
        0x7F_41_41_22_1C, 0x7F_49_49_49_41, 0x7F_09_09_09_01, 0x3E_41_49_49_7A,  // D E F G
        0x7F_08_08_08_7F, 0x00_41_7F_41_00, 0x20_40_41_3F_01, 0x7F_08_14_22_41,  // H I J K
        0x7F_40_40_40_40, 0x7F_02_0C_02_7F, 0x7F_04_08_10_7F, 0x3E_41_41_41_3E,  // L M N O
        0x7F_09_09_09_06, 0x3E_41_51_21_5E, 0x7F_09_19_29_46, 0x46_49_49_49_31,  // P Q R S
        0x01_01_7F_01_01, 0x3F_40_40_40_3F, 0x1F_20_40_20_1F, 0x3F_40_38_40_3F,  // T U V W
        0x63_14_08_14_63, 0x07_08_70_08_07, 0x61_51_49_45_43, 0x00_7F_41_41_00,  // X Y Z [
        0x02_04_08_10_20, 0x00_41_41_7F_00, 0x04_02_01_02_04, 0x40_40_40_40_40,  // \ ] ^ _
        0x00_01_02_04_00, 0x20_54_54_54_78, 0x7F_48_44_44_38, 0x38_44_44_44_20,  // ` a b c
        0x38_44_44_48_7F, 0x38_54_54_54_18, 0x08_7E_09_01_02, 0x0C_52_52_52_3E,  // d e f g
        0x7F_08_04_04_78, 0x00_44_7D_40_00, 0x20_40_44_3D_00, 0x7F_10_28_44_00,  // h i j k
        0x00_41_7F_40_00, 0x7C_04_18_04_78, 0x7C_08_04_04_78, 0x38_44_44_44_38,  // l m n o
        0x7C_14_14_14_08, 0x08_14_14_18_7C, 0x7C_08_04_04_08, 0x48_54_54_54_20,  // p q r s
        0x04_3F_44_40_20, 0x3C_40_40_20_7C, 0x1C_20_40_20_1C, 0x3C_40_30_40_3C,  // t u v w
        0x44_28_10_28_44, 0x0C_50_50_50_3C, 0x44_64_54_4C_44, 0x00_08_36_41_00,  // x y z {
        0x00_00_7F_00_00, 0x00_41_36_08_00, 0x10_08_08_10_08,  // | } ~
    ]
}
