import Datasets
import FileFormats
import RunConfiguration
import Testing
import UserErrors

/// The exit codes of <sysexits.h> (4.3BSD), and that an error keeps its category on its way up.
@Suite struct ErrorCategoryTests {
    @Test(
        arguments: [
            (ErrorCategory.usage, 64), (.data, 65), (.missing, 66), (.software, 70), (.system, 71), (.cannotCreate, 73),
            (.inputOutput, 74), (.tryAgain, 75), (.protocolViolation, 76), (.permission, 77), (.configuration, 78),
        ] as [(ErrorCategory, Int32)])
    func exitCodes(category: ErrorCategory, code: Int32) {
        #expect(category.exitCode == code)
        #expect(RunError(category, at: "here", "it is wrong").exitCode == code)
    }

    @Test(arguments: ErrorCategory.allCases)
    func aFilesErrorKeepsItsCategoryAndItsSentence(category: ErrorCategory) {
        let error = FileFormatError(category, file: "f", byte: 3, "it is wrong", expected: "a", found: "b", advice: "c")
        #expect(RunError(error).category == category)
        #expect(RunError(error).description == error.description)
        #expect(DatasetError(error).description == error.description)
        // A disk that fails may work another time: a data set is read again.
        #expect(DatasetError(error).category == (category == .inputOutput ? .tryAgain : category))
    }
}
