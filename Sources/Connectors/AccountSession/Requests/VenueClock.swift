internal import TradingCore
internal import TradingModel
internal import VenueSessions

/// The venue's clock.
extension AccountCore {
    /// The clock may have been set: what was measured before is worth nothing.
    package mutating func measureClock() {
        doubtsClock = true
        requestRegularly(.time)
    }

    mutating func receivedTime(_ flight: Flight, _ time: Timestamp) {
        let wasDoubted = doubtsClock
        if doubtsClock || isClockChecked { clock.reset() }
        doubtsClock = false
        isClockChecked = false
        clock.add(venueTime: time, sent: flight.sentAt, received: now)
        findLateBound()
        agenda.addOnce(.clock, at: after(traits.pace.clock))
        reportClock(wasDoubted: wasDoubted)
    }

    /// The first answer of all came with the connection's making, so half of its way says nothing:
    /// it is taken in, and asked once more before anything begins.
    mutating func isFirstTime(_ flight: Flight, _ time: Timestamp) -> Bool {
        guard preparing.contains(.time), clock.nanoseconds == nil else { return false }
        receivedTime(flight, time)
        request(.time)
        return true
    }

    /// Another clock than the venue's may be wrong: it is asked before anything is called late.
    mutating func checkClock() {
        guard agenda.addIfAbsent(.clockCheck, at: after(10 * second)) else { return }
        isClockChecked = true
        requestRegularly(.time)
    }

    /// What a stamp is at least behind our clock to be late, in nanoseconds: negative; very much so
    /// while the venue's clock is not known.
    mutating func findLateBound() {
        guard let offset = clock.nanoseconds, let uncertainty = clock.uncertainty else {
            lateBound = -Int64.max / 4
            return
        }
        lateBound = offset - uncertainty - traits.pace.late
    }

    /// The measured offset: a line in the log, or a problem if requests were refused for it.
    private mutating func reportClock(wasDoubted: Bool) {
        guard let offset = clock.nanoseconds else { return }
        let direction = offset > 0 ? "behind" : "ahead of"
        let tenths = (abs(offset) + second / 20) / (second / 10)
        let text =
            "this machine's clock is \(tenths / 10).\(tenths % 10) s \(direction) the venue's"
        if wasDoubted {
            problem(
                .clock, .clock, "requests were refused for their time, and \(text)",
                "\(VenueProblem.Cause.clock.advice); the difference is corrected for and the requests repeated"
            )
        } else if abs(offset) > second {
            guard said[.clock] == nil else { return }
            log(.warn, "\(text); that is corrected for")
        }
    }
}
