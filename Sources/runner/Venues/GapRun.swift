import LiveTrading
import Matching
import RunFigures
import RunInputs
import ScriptHost
import SessionGap
import TradingCore
import TradingModel

/// A session against what the simulation makes of its orders: made again once for what happened, and read
/// once more for the simulations.
final class GapRun {
    private let session: RecordedSession
    /// What the session ran with, and what the simulation is to assume.
    private let own: Settings
    private let assumed: Settings
    /// Whether the call says what the account starts with.
    private let namesBalances: Bool
    private let showsProgress: Bool
    private var progress: ProgressBar?
    private var readBytes = 0

    init(
        _ session: RecordedSession, own: Settings, assumed: Settings, namesBalances: Bool,
        showsProgress: Bool
    ) {
        self.session = session
        self.own = own
        self.assumed = assumed
        self.namesBalances = namesBalances
        self.showsProgress = showsProgress
    }

    /// What was replayed, and how far.
    private struct Replayed {
        let watch: DeedsWatch
        let marks: [Price?]
        let last: Timestamp
        let end: InputReader.End?
        /// Why it goes no further although the recording does; nil: it does not.
        let stop: String?
        /// Whether it goes to the session's end.
        let isWhole: Bool
    }

    func run() throws -> GapReport {
        let reader = try session.inputs()
        let header = reader.header
        let whole = max(1, 2 * RecordingRetention.bytes(of: session.folder))
        if showsProgress {
            progress = ProgressBar { [unowned self] in Double(readBytes) / Double(whole) }
        }
        Interrupt.watch()
        defer { progress?.clear() }
        let replayed = try replay(reader)
        try checkMarket(replayed.watch)
        let deeds = replayed.watch.deeds
        let (modelled, retimed) = try simulate(replayed, header, behind: readBytes)
        let gap: SessionGap
        do throws(GapProblem) {
            gap = try SessionGap(
                deeds, modelled: modelled, retimed: retimed, marks: replayed.marks)
        } catch {
            throw RunFailure(.failed, error.description)
        }
        return GapReport(
            session: session.name, header: header, gap: gap, deeds: deeds,
            modelledLatency: assumed.entryLatency,
            ownLatency: header.isLive ? nil : own.entryLatency, last: replayed.last,
            losses: replayed.watch.losses,
            end: session.record.end?.reason,
            shortfall: replayed.stop.map {
                RecordedSession.Shortfall(kind: .unended, text: $0)
            } ?? session.shortfall(replayed.end))
    }

    private func tick(_ bytes: Int) throws(RunFailure) {
        readBytes = bytes
        progress?.tick()
        guard !Interrupt.isRaised else {
            throw RunFailure(.failed, "interrupted: nothing is known of the whole session")
        }
    }

    // MARK: - What happened

    private func replay(_ reader: InputReader) throws -> Replayed {
        let header = reader.header
        let watch = DeedsWatch(header)
        let script = try session.firstVersion(session.origin(own))
        let reloads = StrategyReloads(settings: own.reload)
        guard !header.isLive else {
            let run = makeLiveRun(header, strategy: script, settings: own, reloads: reloads)
            run.listener = { watch.add($0, $1) }
            run.reportListener = { watch.add($0, $1) }
            return try play(reader, run, watch)
        }
        let run = makePaperRun(
            header, strategy: script, settings: own, reloads: reloads,
            listener: { watch.add($0, $1) }, reportListener: { watch.add($0, $1) },
            marketListener: { watch.add($0) })
        return try play(reader, run, watch)
    }

    private func play<Run: VenueRun>(
        _ reader: InputReader, _ run: Run, _ watch: DeedsWatch
    ) throws -> Replayed {
        var reader = reader
        let origin = session.origin(own)
        let replay = InputReplay(run, reloads: session.record.reloads) {
            (reload, state) throws(ScriptError) in
            try origin.load(reload.files, state: state)
        }
        replay.whenCalled = { call, _ in watch.add(call) }
        replay.whenSettled = { [unowned replay] _, _, _ in watch.settle(replay.run.engine.state) }
        var stop: String?
        do throws(InputReplay<Run>.Stop) {
            while !Interrupt.isRaised, let items = reader.next() {
                for item in items { try replay.play(item) }
                readBytes = reader.readBytes
                progress?.tick()
            }
            try replay.finish(isWhole: reader.isWhole)
        } catch {
            let failure = replay.failure(error, reader.header)
            guard case .missingVersion = error else { throw failure }
            stop = failure.message
        }
        try tick(reader.readBytes)
        let state = replay.run.engine.state
        return Replayed(
            watch: watch, marks: state.instruments.map { state.valuation($0.id) },
            last: reader.header.isLive ? max(replay.reached, state.now) : state.now,
            end: reader.end, stop: stop, isWhole: stop == nil && reader.isWhole)
    }

    /// Who finds no market has nothing to compare with.
    private func checkMarket(_ watch: DeedsWatch) throws(RunFailure) {
        guard let unseen = watch.unseen else { return }
        throw RunFailure(
            .failed,
            "the session was told no trades, quotes or book of "
                + "\(watch.deeds.instruments[unseen].symbol), so that a simulation has nothing to fill "
                + "its orders against: subscribe to one of them in the script")
    }

    // MARK: - What the simulation makes of it

    private func simulate(
        _ replayed: Replayed, _ header: RecordingHeader, behind before: Int
    ) throws -> (modelled: SimulatedOutcome, retimed: SimulatedOutcome) {
        let deeds = replayed.watch.deeds
        var settings = assumed.paper
        if header.isLive, !namesBalances { settings.balances = Self.plenty(header.instruments) }
        let depth = header.instruments.map(\.id).filter {
            !header.isLive || replayed.watch.markets[$0].changes > 0
        }
        let modelled = PinnedSimulation(
            deeds, arrivals: deeds.arrivals(after: assumed.entryLatency), settings: settings,
            depth: depth)
        settings.latency.response = header.isLive ? 0 : own.responseLatency
        let arrivals =
            header.isLive
            ? deeds.measuredArrivals(
                otherwise: assumed.entryLatency, cutAt: replayed.isWhole ? nil : replayed.last)
            : deeds.arrivals(after: own.entryLatency)
        let retimed = PinnedSimulation(
            deeds, arrivals: arrivals, settings: settings, depth: depth)

        var reader = try session.inputs()
        var left = deeds.marketEventCount
        while left > 0, let items = reader.next() {
            for item in items {
                guard case .call(let call) = item else { continue }
                for event in call.marketEvents.prefix(left) {
                    modelled.process(event)
                    retimed.process(event)
                    left -= 1
                }
            }
            try tick(before + reader.readBytes)
        }
        return (
            modelled.finish(at: replayed.last, isWhole: replayed.isWhole),
            retimed.finish(at: replayed.last, isWhole: replayed.isWhole)
        )
    }

    /// What the venue took for paid is paid for in the simulation too.
    private static func plenty(_ instruments: [Instrument]) -> [Currency: Money] {
        let amount = Money(attos: 1_000_000_000_000_000 * attosPerUnit)
        return instruments.reduce(into: [:]) { balances, instrument in
            balances[instrument.settle] = amount
            if instrument.kind == .spot { balances[instrument.symbol.base] = amount }
        }
    }
}
