import Glibc
import LiveTrading
import MarketFiles
import PlainJSON
import TradingCore
import TradingModel
import Transport
import VenueSessions

/// A recording from the first connection to the summary.
struct RecordRun {
    let plan: RecordPlan
    let feeds: [MarketFeed]
    let folder: String
    let duration: Int64?
    let json: Bool
    private let clock = RunClock()

    /// What is written, once the instruments are known.
    private final class Files {
        var queue: RecordingQueue?
        var disk: RecordingDisk?
    }

    func run(_ sessions: [(session: any VenueSession, NetworkSettings)]) throws {
        let screen = VenueScreen(plan.venues[0].title, linesToOutput: false)
        let files = Files()
        let recording = VenueRecording(
            places: plan.lines.map(\.places), feeds: feedSet, audience: screen
        ) { instruments, now in
            try begin(files, instruments, at: now)
        }
        var figures = RecordFigures()
        RecordingLoop.runHere { loop, onEnd in
            let host = RecordingLoop(
                recording, sessions: sessions, on: loop, now: clock.now, onEnd: onEnd)
            host.duration = duration
            host.onPulse = { now in
                if let failure = files.disk?.current.failure {
                    recording.fail(failure.description)
                }
                show(recording, files.disk?.current, screen, &figures, at: now)
            }
            return host
        }
        let progress = files.disk?.finish()
        screen.lines.close()
        if let progress {
            let report = RecordReport(
                progress: progress, dropped: files.queue?.dropped ?? [],
                end: recording.end?.reason ?? "", seconds: screen.lines.seconds)
            Console.print(json ? report.json.line : report.text)
        }
        try judge(recording.end, progress)
    }

    private var feedSet: FeedSet {
        feeds.reduce(into: FeedSet()) { set, feed in
            switch feed {
            case .trades: set.insert(.trades)
            case .quotes: set.insert(.quotes)
            case .book: set.insert(.book)
            case .bars, .ticker, .funding: break
            }
        }
    }

    private func begin(
        _ files: Files, _ instruments: [Instrument], at now: Timestamp
    ) throws -> RecordingQueue {
        let recorder = try Recorder(
            folder: folder,
            instruments: instruments.map { instrument in
                RecordedInstrument(
                    instrument: instrument, feeds: feeds,
                    depth: plan.venue(at: instrument.id.index).abilities.depthLevels)
            }, version: Runner.version, at: now)
        let queue = RecordingQueue(instruments: instruments.count)
        let disk = RecordingDisk(recorder, from: queue) { [clock] in clock.now() }
        disk.begin()
        files.queue = queue
        files.disk = disk
        return queue
    }

    private func show(
        _ recording: VenueRecording, _ progress: RecordingDisk.Progress?, _ screen: VenueScreen,
        _ figures: inout RecordFigures, at now: Timestamp
    ) {
        guard !screen.drawTrouble(at: now), screen.lines.isDue() else { return }
        switch recording.stage {
        case .connecting, .opening:
            let names = plan.venues.map(\.title).joined(separator: ", ")
            screen.lines.draw(StatusLine("connecting to \(names) …"))
        case .recording:
            screen.lines.draw(
                figures.line(
                    events: recording.eventCount, seconds: screen.lines.seconds,
                    bytes: progress?.bytes ?? [], since: recording.since, at: now))
        case .ended: break
        }
    }

    private func judge(
        _ end: VenueRecording.End?, _ progress: RecordingDisk.Progress?
    ) throws(RunFailure) {
        if let failure = progress?.failure {
            throw RunFailure(
                .failed, "\(failure.description); what was flushed before can be read")
        }
        switch end {
        case .finished, nil: break
        case .disk(let reason): throw RunFailure(.failed, reason)
        case .failed(let problem):
            throw RunFailure(problem.isTheUsersToMend ? .usage : .failed, problem.description)
        }
    }
}

extension RecordPlan {
    fileprivate func venue(at place: Int) -> Venue {
        lines.first { $0.places.contains(place) }?.venue ?? lines[0].venue
    }
}

extension VenueRecording.End {
    /// In words, for the summary.
    var reason: String {
        switch self {
        case .finished(let reason), .disk(let reason): reason
        case .failed(let problem): problem.whatHappened
        }
    }
}
