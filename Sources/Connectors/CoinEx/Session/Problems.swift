internal import AccountSession
internal import TradingCore
internal import TradingModel
internal import VenueSessions

/// What a problem is about: each has at most one that was said and holds.
enum ProblemTopic: Hashable {
    /// Answers over HTTP.
    case replies
    case line(Segment)
    /// A question of these was refused.
    case refusal(EndpointGroup)
    case key
    /// Orders of this segment.
    case trading(Segment)
    case clock
    case instrument(Int)
    case leverage(Int)
    case order(Int)
    case position(Int)
    case maintenance
}

/// Problems are said once, and again when they change or come back.
extension CoinExSession {
    /// Says a problem, unless it was said already.
    ///
    /// - Parameter retryAt: when it is tried again; that this moves on is no news by itself.
    mutating func problem(
        _ topic: ProblemTopic, _ cause: VenueProblem.Cause, _ what: String, _ toDo: String,
        retryAt: Timestamp? = nil, isPermanent: Bool = false
    ) {
        let new = VenueProblem(
            "\(CoinExInstruments.venue): \(what)", whatToDo: toDo, cause: cause,
            retryAt: retryAt, isPermanent: isPermanent)
        if let old = said[topic], old.whatHappened == new.whatHappened, old.cause == cause,
            old.isPermanent == isPermanent
        {
            if let retryAt { out.append(.retrying(at: retryAt)) }
            return
        }
        said[topic] = new
        out.append(.problem(new))
    }

    /// What was wrong is right again: the next time it is news.
    mutating func solved(_ topic: ProblemTopic) { said[topic] = nil }

    /// A problem that ends the attempt: nothing is asked any more.
    mutating func fail(
        _ topic: ProblemTopic, _ cause: VenueProblem.Cause, _ what: String, _ toDo: String
    ) {
        hasFailed = true
        for segment in markets.segments {
            if let socket = lines[segment]?.socket { out.append(.close(socket)) }
            lines[segment]?.socket = nil
            lines[segment]?.stage = .down
        }
        agenda.removeAll()
        waiting = []
        inFlight = [:]
        problem(topic, cause, what, toDo, isPermanent: true)
    }

    // MARK: - What is said of

    mutating func sayLineIsDown(
        _ segment: Segment, _ reason: String, _ cause: VenueProblem.Cause, retryAt: Timestamp
    ) {
        if cause == .key { return }  // that was said, and is the reason
        problem(
            .line(segment), cause, "the \(segment.rawValue) connection is down: \(reason)",
            Self.advice(cause), retryAt: retryAt)
    }

    static func advice(_ cause: VenueProblem.Cause) -> String {
        switch cause {
        case .unreachable:
            "check the network, the proxy (HTTPS_PROXY) and the venue's address in the settings"
        case .tls:
            "check this machine's clock and its certificates; a test authority's certificate is "
                + "named in the settings"
        case .clock: "set this machine's clock by a time server"
        case .key: "check the access id and the secret"
        case .permission: "check the key's permissions and its list of addresses"
        case .maintenance: "look at the venue's announcements"
        case .instrument: "check the instrument's name"
        case .leverage: "set a leverage that the market has"
        case .refused, .other: "look at the venue's announcements and the log"
        }
    }

    /// Before trading a key that does not work ends the run; once orders may be open it does not,
    /// for then somebody must be told, and the orders looked after as soon as it works again.
    mutating func refusedKey(
        _ what: String, _ toDo: String, cause: VenueProblem.Cause, retryAt: Timestamp? = nil
    ) {
        guard wasConnected else { return fail(.key, cause, what, toDo) }
        problem(
            .key, cause, what, "\(toDo); orders may be open: look at them at the venue",
            retryAt: retryAt)
    }

    mutating func refusedKey(_ refusal: Refusal, retryAt: Timestamp?) {
        refusedKey(
            "the venue refuses the key: \(refusal)", refusal.advice, cause: refusal.cause,
            retryAt: retryAt)
    }

    /// What one success shows to be right again.
    mutating func succeeded(_ flight: Flight) {
        retryBackoff.reset()
        solved(.refusal(flight.group))
        guard flight.ask.isSigned else { return }
        solved(.key)
        solved(.clock)
        if case .place(let serial) = flight.ask, let order = desk.orders[serial] {
            solved(.trading(markets[order.instrument].segment))
        }
    }

    /// The measured offset: a line in the log, or a problem if requests were refused for it.
    mutating func tellClock(wasDoubted: Bool) {
        guard let offset = clock.nanoseconds else { return }
        let direction = offset > 0 ? "behind" : "ahead of"
        let tenths = (abs(offset) + second / 20) / (second / 10)
        let text =
            "this machine's clock is \(tenths / 10).\(tenths % 10) s \(direction) the venue's"
        if wasDoubted {
            problem(
                .clock, .clock, "requests were refused for their time, and \(text)",
                "\(Self.advice(.clock)); the difference is corrected for and the requests repeated")
        } else if abs(offset) > second {
            guard said[.clock] == nil else { return }
            log(.warn, "\(text); that is corrected for")
        }
    }
}
