import ArgumentParser
import LiveTrading
import TradingModel
import VenueSessions

/// `runner resume`: lets an account be traded again that was halted.
struct Resume: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Lets an account be traded again after a kill.",
        discussion: """
            EXAMPLES:
              runner resume coinex
            """)

    @Argument(help: ArgumentHelp("Where, such as coinex.", valueName: "venue"))
    var name: String

    func run() throws {
        let venue = try Venue.trading(name)
        let keys = try VenueKeys.needed(of: venue, for: "knowing the account")
        let latch = AccountLatch(venue: venue.name, keyID: keys.id)
        guard let halt = latch.halt else {
            return Console.print("the account at \(venue.title) is not halted")
        }
        do throws(OrderIDProblem) {
            _ = try latch.clear()
        } catch {
            throw RunFailure(.failed, error.description)
        }
        Console.print("\(halt.inWords(at: venue)); it may be traded again")
    }
}

extension AccountLatch.Halt {
    func inWords(at venue: Venue) -> String {
        let when = time.map { " since \(UTCTime($0).iso)" } ?? ""
        return "the account at \(venue.title) was halted\(when) (\(reason))"
    }
}
