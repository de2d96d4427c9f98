internal import Glibc
internal import ScriptHost
internal import Threads
internal import TradingCore
internal import TradingModel

/// A version that has been rehearsed and waits for its swap.
///
/// `@unchecked Sendable`: the thread that made it gives it away, see ``ReloadAttempt``.
final class PreparedVersion: @unchecked Sendable {
    let rehearsal: Rehearsal
    let files: [ScriptFile]
    let hash: String
    let parameters: [Parameter]
    let changes: [String]
    let warnings: [Diagnostic]
    /// Where the rehearsal began to look at the run: a run again begins there too.
    let begun: Timestamp
    private(set) var nanoseconds: Int64
    private let desk: EngineDesk
    private let isWanted: () -> Bool

    /// A rest that is rehearsed within the swap itself: less than 1 ms of any strategy seen yet.
    private static let smallRest = 500
    /// Rounds of catching up before the swap has to take what is left.
    private static let mostRounds = 50
    /// A rehearsal that takes longer is given up: 60 s, a hundred times a usual one.
    private static let longestRehearsal: Int64 = 60_000_000_000

    /// How often data that changes too fast is carried over anew.
    private static let mostCarries = 20
    /// Before it is asked again whether data can be read: 2 ms.
    private static let pause: UInt32 = 2_000

    /// Why there is no prepared version.
    struct Failure: Error {
        let text: String
        /// Whether the run has ended, or a newer version has come.
        var isClosed = false

        static let ended = Failure(text: "the run has ended", isClosed: true)
    }

    /// Loads and rehearses the script as it lies on the disk, for as long as `isWanted` says so.
    init(
        _ origin: ScriptOrigin, _ desk: EngineDesk, running: [Parameter], symbols: [Symbol],
        isWanted: @escaping () -> Bool
    ) throws(Failure) {
        if let mistake = origin.firstMistake() { throw Failure(text: mistake) }
        guard case .material(let found, let place) = desk.ask(.material, if: isWanted) else {
            throw .ended
        }
        guard let material = found else {
            throw Failure(text: "the run has not begun: nothing can be rehearsed yet")
        }
        let began = monotonicNanoseconds()
        self.isWanted = isWanted
        let goesOn = { isWanted() && monotonicNanoseconds() - began < Self.longestRehearsal }
        let strategy: LuaStrategy
        do throws(ScriptError) {
            strategy = try LuaStrategy.version(startingWith: material.strategyState) {
                (state) throws(ScriptError) in
                try origin.load(state: state)
            }
        } catch {
            throw Failure(text: ReloadText.withCaret(error.description))
        }
        try Self.check(strategy, symbols: symbols)
        files = strategy.sources
        hash = origin.hash(of: files)
        parameters = strategy.parameters
        changes = ReloadText.changes(from: running, to: parameters)
        warnings = strategy.warnings
        begun = place
        self.desk = desk
        do throws(ReloadRefusal) {
            rehearsal = try Rehearsal(of: strategy, with: material, while: goesOn)
        } catch {
            throw Failure(text: ReloadText.withCaret(error.reason))
        }
        nanoseconds = monotonicNanoseconds() - began
        try catchUp()
    }

    private static func check(_ strategy: LuaStrategy, symbols: [Symbol]) throws(Failure) {
        let known = symbols.map(\.description)
        if strategy.symbols.isEmpty {
            throw Failure(text: "the new version subscribes to nothing")
        }
        for symbol in strategy.symbols where !known.contains(symbol.description) {
            throw Failure(
                text: "the new version subscribes to \(symbol), which this run does not trade (it "
                    + "trades \(known.joined(separator: ", "))): stop the runner and start it "
                    + "again to add a symbol")
        }
    }

    /// Takes in what has happened meanwhile, until little is left.
    func catchUp() throws(Failure) {
        let began = monotonicNanoseconds()
        defer { nanoseconds += monotonicNanoseconds() - began }
        for _ in 0..<Self.mostRounds {
            if let failure = rehearsal.failure {
                throw Failure(text: "in the rehearsal: " + ReloadText.withCaret(failure))
            }
            switch desk.ask(.rest(from: rehearsal.position), if: isWanted) {
            case .rest(let rest?):
                rehearsal.replay(rest)
                if rest.count <= Self.smallRest { return }
            case .rest(nil):
                throw Failure(text: "the market is faster than the rehearsal")
            default: throw .ended
            }
        }
    }

    /// Lets it take over; data that is too much for one moment is carried over before.
    func swapIn() throws(Failure) -> SwapOutcome {
        var refusal = ReloadRefusal("")
        for _ in 0..<Self.mostCarries {
            let carry = try carryOver()
            // It is freed here, and not by the engine's thread.
            let answer = withExtendedLifetime(carry) {
                desk.ask(.swap(rehearsal), if: isWanted)
            }
            switch answer {
            case .swapped(let outcome): return outcome
            case .refused(let reason):
                abandon(carry)
                guard reason.mayBeTriedAgain else {
                    throw Failure(text: ReloadText.withCaret(reason.reason))
                }
                refusal = reason
            default: throw ended(carry)
            }
        }
        throw Failure(text: refusal.reason)
    }

    /// Carries the data over but for what changes until the swap; nil: there is little.
    private func carryOver() throws(Failure) -> (any StateCarry)? {
        while true {
            switch desk.ask(.carry(rehearsal), if: isWanted) {
            case .carry(.notNeeded): return nil
            case .carry(.notNow): usleep(Self.pause)
            case .carry(.needed(let carry)):
                carry.arm()
                guard case .rest = desk.ask(.begin(carry), if: isWanted) else { throw ended(carry) }
                do throws(ReloadRefusal) {
                    try carry.copy()
                } catch {
                    abandon(carry)
                    throw Failure(text: ReloadText.withCaret(error.reason))
                }
                do throws(Failure) {
                    try catchUp()
                } catch {
                    abandon(carry)
                    throw error
                }
                carry.rearm()
                rehearsal.carry = carry
                return carry
            default: throw ended(nil)
            }
        }
    }

    private func abandon(_ carry: (any StateCarry)?) {
        rehearsal.carry = nil
        guard let carry else { return }
        // Once the run has ended its thread does nothing with it any more.
        if case .closed = desk.ask(.abandon(carry)) { carry.abandon() }
    }

    private func ended(_ carry: (any StateCarry)?) -> Failure {
        abandon(carry)
        return .ended
    }
}
