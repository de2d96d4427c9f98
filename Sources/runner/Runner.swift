import ArgumentParser
import CProcess
import Glibc
import ScriptHost

/// `runner`: the entry to everything.
@main
struct Runner: ParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "runner",
        abstract: "Runs trading strategies written in Lua.",
        usage: """
            runner strategy.lua [--watch] [--set name=value] [--speed 20] [--duration 10m]
                   runner backtest strategy.lua --data FILE…
                   runner check strategy.lua
                   runner new NAME, runner test NAME_test.lua
                   runner reload [session]
                   runner replay session, runner gap session
                   runner record SYMBOL… --out DIR
                   runner venues [NAME]
                   runner cancel-all coinex
                   runner journal [fills|orders|…] [VENUE]
                   runner kill [session], runner resume coinex
                   runner simulate-venue coinex
            """,
        discussion: """
            A strategy trades on paper until you stop it with Ctrl-C. Its options, and the
            parameters of your script: runner strategy.lua --help

            EXAMPLES:
              runner new demo && runner test demo_test.lua && runner demo.lua
              runner strategies/market_maker.lua
              runner strategies/ema_cross.lua --set fast=20 --speed 100 --seed 7
              runner backtest strategies/ema_cross.lua --data trades.csv.gz --json

            EXIT CODES: 0 done, 1 the run failed, 2 the call or the settings are wrong,
            3 trading was stopped.
            """,
        version: "runner \(version)",
        subcommands: [
            Paper.self, Backtest.self, Check.self, New.self, Test.self, Reload.self, Replay.self,
            Gap.self, Record.self, Venues.self, ReadJournal.self, CancelAll.self, Kill.self,
            Resume.self, SimulateVenue.self, Api.self,
        ],
        defaultSubcommand: Paper.self)

    static func main() {
        process_release_relocations()
        // A reader that went away must not kill a process that has orders to cancel.
        signal(SIGPIPE, SIG_IGN)
        // Nor must a file that has become as large as it may: writing it fails, and that is said.
        signal(SIGXFSZ, SIG_IGN)
        let arguments = LiveWords.read(Array(CommandLine.arguments.dropFirst()))
        guard !arguments.isEmpty else {
            Console.print(helpMessage())
            leave(ExitCode.usage.rawValue)
        }
        do {
            try checkFirstWord(arguments[0])
            var command = try direct(arguments) ?? parseAsRoot(arguments)
            try command.run()
            leave(ExitCode.done.rawValue)
        } catch let failure as RunFailure {
            Console.fail(failure.message)
            leave(failure.code.rawValue)
        } catch let code as ArgumentParser.ExitCode {
            leave(code.rawValue)
        } catch {
            finish(with: error, of: arguments)
        }
    }

    /// Ends the process; what is done and could not be printed has failed.
    private static func leave(_ code: Int32) -> Never {
        guard let problem = Console.outputFailure else { Glibc.exit(code) }
        Console.fail(problem)
        Glibc.exit(code == ExitCode.done.rawValue ? ExitCode.failed.rawValue : code)
    }

    /// Refuses a first word that is neither a command nor a script, with the nearest command.
    private static func checkFirstWord(_ word: String) throws(RunFailure) {
        guard !word.hasSuffix("_test.lua") else {
            throw RunFailure(
                .usage, "\(word) is a test file; run its tests with: runner test \(word)")
        }
        let commands = [
            "backtest", "cancel-all", "check", "gap", "journal", "kill", "new", "paper", "record",
            "reload", "replay", "resume", "simulate-venue", "test", "venues",
        ]
        guard !word.hasPrefix("-"), !word.hasSuffix(".lua"),
            !(commands + ["api", "help"]).contains(word),
            unsafe access(word, F_OK) != 0
        else { return }
        let near = nearestName(to: word, among: commands)
        throw RunFailure(
            .usage,
            "there is no command `\(word)`"
                + (near.map { "; did you mean `\($0)`?" }
                    ?? "; a strategy is a file such as strategies/ema_cross.lua, the commands are "
                    + commands.joined(separator: ", ")))
    }

    /// The command of a faultless call, found by its first word.
    ///
    /// The root looks into every command before it picks one, which takes a third of the start-up.
    /// It gets what is wrong, or asks for help, and says so in terms of the whole call.
    private static func direct(_ arguments: [String]) -> (any ParsableCommand)? {
        switch arguments[0] {
        case "backtest": try? Backtest.parse(Array(arguments.dropFirst()))
        case "check": try? Check.parse(Array(arguments.dropFirst()))
        case "new": try? New.parse(Array(arguments.dropFirst()))
        case "test": try? Test.parse(Array(arguments.dropFirst()))
        case "reload": try? Reload.parse(Array(arguments.dropFirst()))
        case "replay": try? Replay.parse(Array(arguments.dropFirst()))
        case "gap": try? Gap.parse(Array(arguments.dropFirst()))
        case "record": try? Record.parse(Array(arguments.dropFirst()))
        case "journal": try? ReadJournal.parse(Array(arguments.dropFirst()))
        case "cancel-all": try? CancelAll.parse(Array(arguments.dropFirst()))
        case "kill": try? Kill.parse(Array(arguments.dropFirst()))
        case "resume": try? Resume.parse(Array(arguments.dropFirst()))
        case "venues": try? Venues.parse(Array(arguments.dropFirst()))
        case "simulate-venue": try? SimulateVenue.parse(Array(arguments.dropFirst()))
        case let first where first.hasSuffix(".lua"): try? Paper.parse(arguments)
        default: nil
        }
    }

    /// Help and version go to standard output with code 0, a wrong call to standard error with 2.
    private static func finish(with error: any Error, of arguments: [String]) -> Never {
        let message = fullMessage(for: error)
        guard exitCode(for: error) != .success else {
            Console.print(message)
            if let script = ParameterHelp.script(in: arguments) { explain(script) }
            leave(ExitCode.done.rawValue)
        }
        let text = message.hasPrefix("Error: ") ? String(message.dropFirst(7)) : message
        Console.fail(text)
        leave(ExitCode.usage.rawValue)
    }

    /// Adds to the help what can be set in the script that the call names.
    private static func explain(_ script: String) {
        do throws(ScriptError) {
            Console.print(try ParameterHelp.text(of: script))
        } catch {
            Console.fail(error.description)
            leave(ExitCode.usage.rawValue)
        }
    }
}
