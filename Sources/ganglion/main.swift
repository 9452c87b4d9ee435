import GanglionProgram

CommandLineProgram.main()
