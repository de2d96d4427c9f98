import JournalStore
import LiveTrading
import RunFigures
import RunInputs
import ScriptHost
import TradingCore
import TradingModel
import VenueSessions

extension VenueTrade {
    /// The account's journal is opened with the run, which goes on with what the one before it left.
    func makeLive(
        _ header: RecordingHeader, _ recorder: InputRecorder?, _ screen: StatusScreen,
        _ reloads: StrategyReloads, _ folder: RunFiles
    ) -> RecordingRun<LiveRun> {
        let live = makeLiveRun(header, strategy: script, settings: settings, reloads: reloads)
        live.listener = { command, state in screen.show(LogLine(command, state)) }
        live.reportListener = { report, state in screen.show(LogLine(report, state)) }
        if let keys, let orderIDs {
            folder.beginJournal(
                of: live, script, keyID: keys.id, session: orderIDs.session, clock: clock)
        }
        var run = RecordingRun(live, recorder: recorder)
        if let memory {
            run.resume(memory.earlierRun(header.instruments), at: clock.now())
            if let state = memory.state { live.journal?.keep(state.state, at: state.time) }
        }
        return run
    }

    /// The same on a simulated account.
    func makePaper(
        _ header: RecordingHeader, _ recorder: InputRecorder?, _ screen: StatusScreen,
        _ reloads: StrategyReloads, _ folder: RunFiles
    ) -> RecordingRun<PaperVenueRun> {
        var run = makePaperRun(
            header, strategy: script, settings: settings, reloads: reloads,
            listener: { command, state in screen.show(LogLine(command, state)) },
            reportListener: { report, state in screen.show(LogLine(report, state)) })
        if let paper {
            run.journal = folder.beginPaperJournal(
                of: paper, opening: paper.memory?.paper?.opening ?? run.opening,
                header.instruments, started: clock.now(), clock: clock.now)
        }
        let journal = run.journal
        var recorded = RecordingRun(run, recorder: recorder)
        if let memory = paper?.memory {
            recorded.resume(memory.earlierRun(header.instruments), at: clock.now())
            if let state = memory.state { journal?.keep(state.state, at: state.time) }
        }
        return recorded
    }

    /// What a run writes down for the next one; nil: nothing.
    func journal<Run: VenueRun>(of run: Run) -> RunJournal? {
        (run as? RecordingRun<LiveRun>)?.run.journal
            ?? (run as? RecordingRun<PaperVenueRun>)?.run.journal
    }
}
