import JournalStore
import LiveTrading
import Matching
import PaperTrading
import RunFigures
import RunInputs
import ScriptHost
import TradingCore
import TradingModel
import VenueSessions

extension VenueTrade {
    /// The accounts' journals are opened with the run, which goes on with what the one before it left.
    func makeLive(
        _ header: RecordingHeader, _ recorder: InputRecorder?, _ screen: StatusScreen,
        _ reloads: StrategyReloads, _ folder: RunFiles
    ) -> RecordingRun<LiveRun> {
        let live = makeLiveRun(header, strategy: script, settings: settings, reloads: reloads)
        live.listener = { command, state in screen.show(LogLine(command, state)) }
        live.reportListener = { report, state in screen.show(LogLine(report, state)) }
        for (place, traded) in venues.enumerated() {
            beginJournal(place, of: traded, live, header.instruments, folder)
        }
        var run = RecordingRun(live, recorder: recorder)
        if let memory {
            run.resume(memory.earlierRun(header.instruments), at: clock.now())
            if let state = memory.state {
                for journal in live.journals { journal.keep(state.state, at: state.time) }
            }
        }
        return run
    }

    private func beginJournal(
        _ place: Int, of traded: TradedVenue, _ run: LiveRun, _ instruments: [Instrument],
        _ folder: RunFiles
    ) {
        if let account = traded.live {
            folder.beginJournal(
                place, of: run, script, keyID: account.keys.id,
                session: account.orderIDs.session, clock: clock)
        }
        guard let paper = traded.paper else { return }
        let own = instruments.filter { $0.symbol.venue == traded.venue.name }
            .enumerated().map { $1.numbered(InstrumentID($0)) }
        let opening =
            paper.memory?.paper?.opening
            ?? MatchingVenue(instruments: own, settings: settings.paper).account.opening
        let journal = folder.beginPaperJournal(
            place, of: paper, script, opening: opening, instruments, started: clock.now(),
            clock: clock.now)
        if let journal { run.journals.append(journal) }
    }

    /// The same on a simulated account that is part of the run.
    func makePaper(
        _ header: RecordingHeader, _ recorder: InputRecorder?, _ screen: StatusScreen,
        _ reloads: StrategyReloads, _ folder: RunFiles
    ) -> RecordingRun<PaperVenueRun> {
        var run = makePaperRun(
            header, strategy: script, settings: settings, reloads: reloads,
            listener: { command, state in screen.show(LogLine(command, state)) },
            reportListener: { report, state in screen.show(LogLine(report, state)) })
        if let paper = venues[0].paper {
            run.journal = folder.beginPaperJournal(
                0, of: paper, script, opening: paper.memory?.paper?.opening ?? run.opening,
                header.instruments, started: clock.now(), clock: clock.now)
        }
        let journal = run.journal
        var recorded = RecordingRun(run, recorder: recorder)
        if let memory {
            recorded.resume(memory.earlierRun(header.instruments), at: clock.now())
            if let state = memory.state { journal?.keep(state.state, at: state.time) }
        }
        return recorded
    }

    /// What a run writes down for the next one; empty: nothing.
    func journals<Run: VenueRun>(of run: Run) -> [RunJournal] {
        (run as? RecordingRun<LiveRun>)?.run.journals
            ?? [(run as? RecordingRun<PaperVenueRun>)?.run.journal].compactMap(\.self)
    }
}
