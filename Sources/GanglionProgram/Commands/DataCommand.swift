import ArgumentParser

struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data",
        abstract: "Fetches data sets, shows what is in them, and checks images.",
        discussion: """
            Bring a well-known data set from its mirrors, look at it, train with it:

              ganglion data fetch mnist --out data/mnist
              ganglion data grid --data mnist:data/mnist --out digits.png
              ganglion train --data mnist:data/mnist --run runs/mnist

            In words: ganglion inspect --data mnist:data/mnist

            Whether every image of your own folder can be read:

              ganglion data check photos
            """,
        subcommands: [DataFetchCommand.self, DataGridCommand.self, DataCheckCommand.self])
}
