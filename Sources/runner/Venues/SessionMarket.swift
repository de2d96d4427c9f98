import MarketFiles
import RunInputs
import TradingCore
import TradingModel

/// The market data of a session's recording, written as `runner record` writes a venue's.
struct SessionMarket {
    let folder: String

    /// - Throws: ``RunFailure`` where it cannot be written, or holds nothing.
    func write(_ reader: InputReader) throws {
        var reader = reader
        var last = reader.header.begun
        do throws(MarketDataError) {
            let recorder = try Recorder(
                folder: folder,
                instruments: reader.header.instruments.map {
                    RecordedInstrument(instrument: $0, feeds: [.trades, .quotes, .book])
                }, version: Runner.version, at: reader.header.begun)
            while let items = reader.next() {
                for item in items {
                    guard case .call(let call) = item else { continue }
                    last = max(last, call.time)
                    try add(call, reader.header.instruments, to: recorder)
                }
                try recorder.tick(at: last)
            }
            try recorder.finish(at: last)
            report(recorder.summary)
        } catch let error {
            throw RunFailure(.failed, error.description)
        }
        switch reader.end {
        case .damaged(let file, let place, let reason):
            throw RunFailure(
                .failed,
                "\(file) is damaged at byte \(place), and what follows is missing: \(reason)")
        case .brokenOff(let reason):
            Console.warn("the recording ended before the session: \(reason)")
        case .ended, .open, .cut, nil: break
        }
    }

    private func add(
        _ call: RunCall, _ instruments: [Instrument], to recorder: Recorder
    ) throws(MarketDataError) {
        switch call {
        case .input(.market(let event), _): try recorder.record(event)
        case .changes(let changes, _):
            for change in changes { try recorder.record(.book(change)) }
        case .input(.status(let status), let time):
            guard status.state == .lost || status.state == .stale else { return }
            let lost = status.instrument.map { [$0] } ?? instruments.map(\.id)
            for instrument in lost { try recorder.lost(instrument, at: time) }
        default: break  // what is none of the market's
        }
    }

    private func report(_ summary: RecordingSummary) {
        for entry in summary.entries {
            for file in entry.files { Console.print("\(entry.symbol)  \(file)") }
        }
    }
}
