public import RunInputs
public import ScriptHost
internal import TradingCore
public import TradingModel

/// Makes a run again from its recording, and holds what comes of each input against what came of it then.
public final class InputReplay<Run: VenueRun> {
    /// The first input where the two part.
    public struct Difference: Sendable {
        /// From 1.
        public var input: Int
        public var call: RunCall
        public var recorded: [RunOutcome]
        public var replayed: [RunOutcome]
    }

    /// Why it cannot go on.
    public enum Stop: Error, Sendable {
        case difference(Difference)
        /// The text of a version that took over was not written down any more: the process was killed.
        case missingVersion(Int)
        /// A version cannot take over, or not with the same data.
        case reload(String)
    }

    public private(set) var run: Run
    /// Inputs that were made again.
    public private(set) var inputCount = 0
    public private(set) var outcomeCount = 0
    /// The time that was reached.
    public private(set) var reached = Timestamp.distantPast
    /// How many versions have taken over.
    public private(set) var swapCount = 0
    /// Called before an input is made, with its number.
    public var whenCalled: ((RunCall, Int) -> Void)?
    /// Called behind an input with what came of it, the same in both.
    public var whenSettled: ((RunCall, Int, [RunOutcome]) -> Void)?

    private let reloads: [RecordedReload]
    private let load: (RecordedReload, String?) throws(ScriptError) -> LuaStrategy
    private let replayed = Outcomes()
    private var recorded: [RunOutcome] = []
    private var current: RunCall?
    private var pending: (reload: RecordedReload, rehearsal: Rehearsal)?
    private var sinceCaughtUp = 0

    /// A rehearsal follows the run this often, in inputs: the past that it needs is kept for so long.
    private static var catchUpPeriod: Int { 512 }

    private final class Outcomes {
        var list: [RunOutcome] = []
    }

    /// - Parameters:
    ///   - run: as the recorded one was when it was made.
    ///   - reloads: the versions that took over.
    ///   - load: loads one, with the data of the version before it.
    public init(
        _ run: Run, reloads: [RecordedReload],
        load: @escaping (RecordedReload, String?) throws(ScriptError) -> LuaStrategy
    ) {
        self.run = run
        self.reloads = reloads
        self.load = load
        let replayed = replayed
        self.run.addListener { command, _ in
            if let outcome = RunOutcome(command) { replayed.list.append(outcome) }
        }
    }

    public func play(_ item: RecordedItem) throws(Stop) {
        switch item {
        case .outcome(let outcome): recorded.append(outcome)
        case .call(let call):
            try settle()
            current = call
            inputCount += 1
            reached = call.time
            whenCalled?(call, inputCount)
            try perform(call)
            try catchUp()
        }
    }

    /// Compares what came of the last input.
    ///
    /// - Parameter isWhole: whether the recording has all of that; otherwise what it has must be the same.
    public func finish(isWhole: Bool) throws(Stop) {
        if !isWhole {
            run.writeDown()
            if replayed.list.count > recorded.count, replayed.list.starts(with: recorded) {
                recorded = replayed.list
            }
        }
        try settle()
    }

    private func settle() throws(Stop) {
        run.writeDown()
        _ = run.drainRequests()
        guard let call = current else { return }
        guard recorded == replayed.list else {
            throw .difference(
                Difference(
                    input: inputCount, call: call, recorded: recorded, replayed: replayed.list))
        }
        outcomeCount += recorded.count
        whenSettled?(call, inputCount, recorded)
        current = nil
        if !recorded.isEmpty {
            recorded.removeAll(keepingCapacity: true)
            replayed.list.removeAll(keepingCapacity: true)
        }
    }

    private func perform(_ call: RunCall) throws(Stop) {
        switch call {
        case .resume(let earlier, let now): run.resume(earlier, at: now)
        case .reconciled(let now): run.reconciled(at: now)
        case .limits(let limits, let now): _ = run.replaceLimits(by: limits, at: now)
        case .start(let now): run.start(at: now)
        case .input(let input, let now): run.apply(input, at: now)
        case .changes(let changes, let now): run.apply(changes, at: now)
        case .position(let position, let now): run.apply(position, at: now)
        case .pass(let now): run.pass(until: now)
        case .pause(let reason, let now): run.pause(reason, at: now)
        case .windDown(let reason, let now): run.windDown(reason, at: now)
        case .halt(let reason, let now): run.halt(reason, at: now)
        case .flatten(let now): run.flatten(at: now)
        case .rehearse(let now): try rehearse(at: now)
        case .swap(let version, _): try swap(to: version)
        }
    }

    // MARK: - Reloads

    /// Begins the rehearsal of the version that took over after it; others led to nothing.
    private func rehearse(at now: Timestamp) throws(Stop) {
        guard let reload = reloads.first(where: { $0.begun == now && $0.version > swapCount + 1 })
        else { return }
        guard let material = run.rehearsalMaterial(at: now) else {
            throw .reload("version \(reload.version): there is nothing to rehearse on")
        }
        do {
            let strategy = try LuaStrategy.version(startingWith: material.strategyState) {
                (state) throws(ScriptError) in
                try load(reload, state)
            }
            pending = (reload, try Rehearsal(of: strategy, with: material))
        } catch {
            throw .reload("version \(reload.version): \(error)")
        }
    }

    private func catchUp() throws(Stop) {
        guard let pending else { return }
        sinceCaughtUp += 1
        guard sinceCaughtUp >= Self.catchUpPeriod else { return }
        sinceCaughtUp = 0
        run.writeDown()
        guard let rest = run.reloads?.window.chunks(from: pending.rehearsal.position) else {
            throw .reload("version \(pending.reload.version): what it was rehearsed on is gone")
        }
        pending.rehearsal.replay(rest)
    }

    private func swap(to version: Int) throws(Stop) {
        guard let next = pending, next.reload.version == version else {
            guard reloads.contains(where: { $0.version == version }) else {
                throw .missingVersion(version)
            }
            throw .reload("version \(version): the recording does not say where it was rehearsed")
        }
        pending = nil
        let swap: Swap
        do {
            swap = try run.replaceStrategy(by: next.rehearsal)
        } catch {
            throw .reload("version \(version): \(error)")
        }
        guard swap.version == version, swap.before.text == next.reload.stateBefore,
            swap.after.text == next.reload.stateAfter
        else {
            throw .reload("at version \(version) the script's state is not what it was")
        }
        swapCount += 1
    }
}
