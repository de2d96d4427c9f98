import ArgumentParser
import LiveTrading

/// `runner reload`: takes over what lies on the disk, in a session that runs.
struct Reload: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload",
        abstract: "Reloads the script or the limits of a session.",
        discussion: """
            EXAMPLES:
              runner reload
              runner reload ema_cross-20260131-235959 --verbose
              runner reload --limits
            """)

    @Argument(help: ArgumentHelp("Which session, where several run.", valueName: "session"))
    var session: String?

    @Flag(help: "Swap in the version that waits for a confirmation.")
    var confirm = false

    @Flag(help: "Show each intent that it changes.")
    var verbose = false

    @Flag(help: "Read the limits again, and leave the script as it is.")
    var limits = false

    func run() throws {
        guard !limits || !confirm && !verbose else {
            throw RunFailure(
                .usage, "--limits reads the limits alone: leave --confirm and --verbose out")
        }
        let folder = try chosen()
        var request = "reload"
        if confirm { request += " --confirm" }
        if verbose { request += " --verbose" }
        if limits { request += " --limits" }
        guard let answer = Control.send(request, to: folder) else {
            throw RunFailure(.failed, "the session \(folder.name) does not run any more")
        }
        for line in answer.lines { Console.print(line) }
        guard answer.code == 0 else { throw ArgumentParser.ExitCode(answer.code) }
    }

    private func chosen() throws -> RunFolder {
        do throws(RunFolder.Problem) {
            if let session { return try RunFolder.find(session) }
        } catch {
            throw RunFailure(.usage, error.description + nearestSession(to: session ?? ""))
        }
        let running = Control.running()
        guard let only = running.first else {
            throw RunFailure(.usage, "no session runs in \(RunFolder.home)")
        }
        guard running.count == 1 else {
            throw RunFailure(
                .usage,
                "\(running.count) sessions run, say which: runner reload NAME\n"
                    + running.map { "  " + $0.name }.joined(separator: "\n"))
        }
        return only
    }
}

/// `; did you mean …?` for a session that there is not; empty where none is near.
func nearestSession(to name: String) -> String {
    let near = nearestName(to: name, among: RunFolder.all().map(\.name))
    return near.map { "; did you mean `\($0)`?" } ?? ""
}
