import ArgumentParser
import UserErrors

struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data",
        abstract: "Fetches data sets, shows what is in them, and checks images.",
        discussion: """
            Bring a well-known data set from its mirrors, look at it, train with it:

              \(ProgramName.current) data fetch mnist --out data/mnist
              \(ProgramName.current) data grid --data mnist:data/mnist --out digits.png
              \(ProgramName.current) train --data mnist:data/mnist --run runs/mnist

            In words: \(ProgramName.current) inspect --data mnist:data/mnist

            Whether every image of your own folder can be read:

              \(ProgramName.current) data check photos
            """,
        subcommands: [DataFetchCommand.self, DataGridCommand.self, DataCheckCommand.self])
}
