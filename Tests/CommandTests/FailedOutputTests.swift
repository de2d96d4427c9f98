import Foundation
import Testing

/// Results that cannot be printed.
@Suite struct `A result that nobody gets` {
    /// Runs `runner` with its output sent somewhere by a shell.
    private func shell(_ call: String, in folder: TemporaryFolder) throws -> Runner {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", call]
        process.currentDirectoryURL = folder.url
        process.environment = [
            "PATH": "/usr/bin:/bin", "RUNNER": Runner.program.path,
            "MOONRUNNER_HOME": folder.url.path,
        ]
        let errors = try folder.newFile("errors")
        process.standardInput = FileHandle.nullDevice
        process.standardError = errors
        try process.start()
        process.waitForExit()
        return Runner(
            code: process.terminationStatus, output: "", errors: try folder.text("errors"))
    }

    @Test(arguments: [
        "s.lua --duration 1s --speed 1000", "s.lua --duration 1s --speed 1000 --json",
        "backtest s.lua --data trades.csv", "check s.lua", "venues sim", "venues sim --json",
        "new other", "--help", "--version", "test s_test.lua", "api --luals",
        "simulate-venue coinex --port 0 --duration 0.1s",
    ])
    func `is exit code 1 on a full disk, and quiet where the reader went away`(
        call: String
    ) throws {
        let folder = try TemporaryFolder()
        _ = try folder.write(
            "s.lua", "subscribe(\"sim:BTC/USDT\", \"trades\")\nfunction on_trade() end\n")
        _ = try folder.write("s_test.lua", "test(\"counts\", function() expect(1).equals(1) end)")
        _ = try folder.write("trades.csv", `The backtest command`.trades)
        let full = try shell("\"$RUNNER\" \(call) > /dev/full", in: folder)
        #expect(full.code == 1, "\(full.errors)")
        #expect(full.errors.contains("error: standard output: No space left"), "\(full.errors)")
        let gone = try shell(
            "rm -f other*; ( \"$RUNNER\" \(call); echo $? > code ) | true; exit $(cat code)",
            in: folder)
        #expect(gone.code == 0, "\(gone.errors)")
        #expect(!gone.errors.contains("standard output"), "\(gone.errors)")
    }
}
