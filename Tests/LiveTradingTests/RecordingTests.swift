import LiveTrading
import Testing
import TradingCore
import TradingModel
import VenueSessions

@Suite struct `Recording a venue` {
    private final class Nobody: RecordingAudience {
        func log(_ level: LogLevel, _ text: String, at now: Timestamp) {}
        func status(_ status: VenueStatus, at now: Timestamp) {}
        func problem(_ problem: VenueProblem, at now: Timestamp) {}
    }

    private static func at(_ seconds: Int64) -> Timestamp {
        Timestamp(nanoseconds: 1_700_000_000_000_000_000 + seconds * 1_000_000_000)
    }
    private let first = InstrumentID(0)

    private func change(
        _ kind: BookChange.Kind, ends: Bool = true, at second: Int64 = 0, of id: Int = 0
    ) throws -> MarketEvent {
        .book(
            BookChange(
                instrument: InstrumentID(id), kind: kind, side: .buy, price: try Price("1"),
                quantity: try Quantity("1"), endsMessage: ends, venueTime: Self.at(second),
                receiveTime: Self.at(second)))
    }

    private func trade(_ number: UInt64, at second: Int64 = 0, of id: Int = 0) throws
        -> MarketEvent
    {
        .trade(
            Trade(
                instrument: InstrumentID(id), price: try Price("1"), quantity: try Quantity("1"),
                taker: .buy, id: number, venueTime: Self.at(second), receiveTime: Self.at(second)))
    }

    // MARK: - The queue

    @Test func `a message that has begun is taken whole, beyond the limit`() throws {
        let queue = RecordingQueue(instruments: 1, limit: 1)
        let message = [try change(.clear, ends: false), try change(.level, ends: false)]
        for event in message + [try change(.level)] { queue.put(event) }
        #expect(queue.drain().count == 3)
        #expect(queue.dropped == [0])
    }

    @Test func `what does not fit is counted, and its gap stands before what comes next`() throws {
        let queue = RecordingQueue(instruments: 1, limit: 1)
        let one = try trade(1)
        queue.put(one)
        queue.put(try trade(2, at: 5))
        queue.put(try trade(3, at: 6))
        #expect(queue.dropped == [2])
        #expect(queue.drain() == [.event(one), .lost(first, at: Self.at(5))])
        let four = try trade(4, at: 7)
        queue.put(four)
        #expect(queue.drain() == [.event(four)])
    }

    @Test func `after a gap a book waits for a snapshot, which must be asked for once`() throws {
        let queue = RecordingQueue(instruments: 2, limit: 2)
        for number in 1...2 { queue.put(try trade(UInt64(number))) }
        queue.put(try change(.level, at: 1, of: 1))
        #expect(queue.drainTorn() == [], "there is no room for a snapshot yet")
        _ = queue.drain()
        #expect(queue.drainTorn() == [InstrumentID(1)])
        #expect(queue.drainTorn() == [])
        queue.put(try change(.level, at: 2, of: 1))
        #expect(queue.drain() == [], "a change to a book that nobody knows")
        #expect(queue.dropped == [0, 2])
        let snapshot = [
            try change(.clear, ends: false, at: 3, of: 1), try change(.level, at: 3, of: 1),
        ]
        for event in snapshot { queue.put(event) }
        #expect(queue.drain() == snapshot.map { .event($0) })
        #expect(queue.drainTorn() == [])
    }

    // MARK: - Sessions

    private func recording(
        _ places: [[Int]], _ queue: RecordingQueue
    ) -> VenueRecording {
        VenueRecording(places: places, feeds: [.trades, .book], audience: Nobody()) { _, _ in queue
        }
    }

    private func instruments(_ symbols: String...) throws -> SessionAction {
        .instruments(
            try symbols.enumerated().map { place, symbol in
                Instrument(
                    id: InstrumentID(place), symbol: try Symbol(symbol), tick: try Price("0.1"),
                    lot: try Quantity("0.1"))
            })
    }

    private func status(_ state: VenueState, of id: Int? = nil) -> SessionAction {
        .emit(
            .status(
                VenueStatus(
                    venue: "coinex", instrument: id.map { InstrumentID($0) }, state: state,
                    reason: "-", receiveTime: Self.at(0))))
    }

    @Test func `begins when every session knows its instruments, and asks for all feeds`() throws {
        let recording = recording([[1], [0]], RecordingQueue(instruments: 2))
        recording.record(try instruments("coinex:A/B"), of: 0, at: Self.at(0))
        #expect(recording.stage == .connecting)
        #expect(recording.drainRequests(of: 0).isEmpty)
        recording.record(try instruments("coinex:C/B:B"), of: 1, at: Self.at(0))
        #expect(recording.stage == .opening)
        for line in 0...1 {
            guard case .subscribe(let feeds) = recording.drainRequests(of: line).first else {
                Issue.record("nothing is subscribed")
                return
            }
            #expect(feeds == [first: [.trades, .book]])
        }
        recording.record(status(.connected), of: 0, at: Self.at(1))
        #expect(recording.since == nil)
        recording.record(status(.connected), of: 1, at: Self.at(2))
        #expect(recording.stage == .recording)
        #expect(recording.since == Self.at(2))
    }

    @Test func `a session's loss is marked once, for its instruments and no other's`() throws {
        let queue = RecordingQueue(instruments: 2)
        let recording = recording([[1], [0]], queue)
        recording.record(try instruments("coinex:A/B"), of: 0, at: Self.at(0))
        recording.record(try instruments("coinex:C/B:B"), of: 1, at: Self.at(0))
        recording.record(.emit(.market(try trade(1))), of: 0, at: Self.at(1))
        recording.fell(0, at: Self.at(2))
        recording.record(status(.lost), of: 0, at: Self.at(2))
        recording.record(.emit(.market(try trade(2, at: 4))), of: 0, at: Self.at(4))
        recording.fell(0, at: Self.at(5))
        let moved = InstrumentID(1)
        let expected: [RecordingQueue.Entry] = [
            .event(try trade(1, of: 1)), .lost(moved, at: Self.at(2)),
            .event(try trade(2, at: 4, of: 1)), .lost(moved, at: Self.at(5)),
        ]
        #expect(queue.drain() == expected)
    }

    @Test func `a stale book is a gap of its instrument alone`() throws {
        let queue = RecordingQueue(instruments: 2)
        let recording = recording([[0, 1]], queue)
        recording.record(try instruments("coinex:A/B", "coinex:C/B"), of: 0, at: Self.at(0))
        recording.record(status(.stale, of: 1), of: 0, at: Self.at(3))
        #expect(queue.drain() == [.lost(InstrumentID(1), at: Self.at(3))])
    }

    @Test func `a book that the queue tore is given up and asked for again`() throws {
        let queue = RecordingQueue(instruments: 1, limit: 1)
        let recording = recording([[0]], queue)
        recording.record(try instruments("coinex:A/B"), of: 0, at: Self.at(0))
        _ = recording.drainRequests(of: 0)
        recording.record(.emit(.market(try trade(1))), of: 0, at: Self.at(1))
        recording.record(.emit(.market(try change(.level))), of: 0, at: Self.at(1))
        _ = queue.drain()
        recording.pass()
        let asked: [FeedSet?] = recording.drainRequests(of: 0).map {
            if case .subscribe(let feeds) = $0 { feeds[first] } else { nil }
        }
        #expect(asked == [[.trades], [.trades, .book]])
    }

    @Test func `a problem that waiting does not mend ends it`() throws {
        let recording = recording([[0]], RecordingQueue(instruments: 1))
        let problem = VenueProblem(
            "there is no such instrument", whatToDo: "name another", cause: .instrument,
            isPermanent: true)
        recording.record(.problem(problem), of: 0, at: Self.at(0))
        #expect(recording.end == .failed(problem))
        recording.stop("interrupted")
        #expect(recording.end == .failed(problem), "the first reason stays")
    }
}
