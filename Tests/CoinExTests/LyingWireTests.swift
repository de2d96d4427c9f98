import HostileVenues
import Testing
import TradingModel
import VenueSessions

/// CoinEx's wire with one lie in it, so that what the simulation looks for can be seen to be found.
private protocol LyingWire: HostileWire { var truth: HostileCoinEx { get } }

extension LyingWire {
    var symbols: [Symbol] { truth.symbols }
    var positionSegments: Set<Int> { truth.positionSegments }
    var wishes: [HostileWish] { truth.wishes }
    var mostPlacements: Int { truth.mostPlacements }
    func session(seed: UInt64) -> any VenueSession { truth.session(seed: seed) }
    func line(_ url: String) -> String { truth.line(url) }
    func answer(
        _ call: HTTPCall, _ venue: inout HostileVenue, at now: Timestamp
    ) -> HostileReply { truth.answer(call, &venue, at: now) }
    func hear(
        _ text: String, on line: String, _ venue: inout HostileVenue, at now: Timestamp
    ) -> [HostileMessage] { truth.hear(text, on: line, &venue, at: now) }
    func push(_ change: HostileChange) -> (line: String, text: String)? { truth.push(change) }
    func placement(in call: HTTPCall) -> String? { truth.placement(in: call) }
    func frame(_ text: String) -> (bytes: [UInt8], isText: Bool) { truth.frame(text) }
}

/// Something between takes each request for an order twice.
private struct DoublingWire: LyingWire {
    let truth = HostileCoinEx()
    func answer(
        _ call: HTTPCall, _ venue: inout HostileVenue, at now: Timestamp
    ) -> HostileReply {
        if placement(in: call) != nil { _ = truth.answer(call, &venue, at: now) }
        return truth.answer(call, &venue, at: now)
    }
}

/// Nobody is told of the executions of futures.
private struct ConcealingWire: LyingWire {
    let truth = HostileCoinEx()
    func answer(
        _ call: HTTPCall, _ venue: inout HostileVenue, at now: Timestamp
    ) -> HostileReply {
        let isAsked = call.path.contains("-deals") && call.path.contains("futures")
        guard isAsked else { return truth.answer(call, &venue, at: now) }
        return .reply(HTTPReply(status: 200, body: Array(#"{"code":0,"data":[]}"#.utf8)))
    }
    func push(_ change: HostileChange) -> (line: String, text: String)? {
        if case .execution(let execution) = change, execution.segment == 1 { return nil }
        return truth.push(change)
    }
}

/// What a position's push says has the wrong sign.
private struct TurningWire: LyingWire {
    let truth = HostileCoinEx()
    func push(_ change: HostileChange) -> (line: String, text: String)? {
        guard case .position(let segment, let net) = change else { return truth.push(change) }
        return truth.push(.position(segment: segment, net: -net))
    }
    func answer(
        _ call: HTTPCall, _ venue: inout HostileVenue, at now: Timestamp
    ) -> HostileReply {
        guard call.path.contains("pending-position") else {
            return truth.answer(call, &venue, at: now)
        }
        return .lost(TransportProblem(.timeout, "never"))
    }
}

/// Each request counts as one that was sent too often.
private struct CountingWire: LyingWire {
    let truth = HostileCoinEx()
    let mostPlacements = 0
}

@Suite struct `A simulation on a faulty network` {
    private func problems<Wire: HostileWire>(_ wire: Wire.Type) -> String {
        var simulation = HostileSimulation<Wire>(seed: 1)
        simulation.run()
        return simulation.problems.joined(separator: "\n")
    }

    // Promise P5.
    @Test func `finds orders that were doubled`() {
        #expect(problems(DoublingWire.self).contains("was doubled"))
    }

    // Promise P8.
    @Test func `finds executions that were not told, and what is held otherwise`() {
        let found = problems(ConcealingWire.self)
        #expect(found.contains(" told, "))
        #expect(found.contains("segment 1: 0, not "))
    }

    // Promise P4.
    @Test func `finds a venue that cannot be agreed with`() {
        let found = problems(TurningWire.self)
        #expect(found.contains("agreed 0 times at the end"))
    }

    // Promise P14.
    @Test func `finds orders that were sent too often`() {
        #expect(problems(CountingWire.self).contains("1 times: {"))
    }
}
