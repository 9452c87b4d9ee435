import GanglionProgram

CommandLineProgram.main(models: [.mini])
