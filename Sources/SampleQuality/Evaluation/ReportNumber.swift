import Foundation

/// Numbers as reports write them.
package enum ReportNumber {
    package static func fixed(_ number: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", number) }

    /// nil for what JSON cannot hold.
    package static func finite(_ number: Double?) -> Double? { number.flatMap { $0.isFinite ? $0 : nil } }
}
