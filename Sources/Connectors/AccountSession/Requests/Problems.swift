internal import TradingCore
internal import TradingModel
internal import VenueSessions

/// What a problem is about: each has at most one that was said and holds.
enum ProblemTopic: Hashable {
    /// Answers over HTTP.
    case replies
    case line(LineID)
    /// A question of these was refused.
    case refusal(EndpointGroup)
    case key
    /// Orders of this segment.
    case trading(Segment)
    case clock
    case instrument(InstrumentID)
    case leverage(InstrumentID)
    case order(DeskSerial)
    case position(InstrumentID)
    case maintenance
}

/// Problems are said once, and again when they change or come back.
extension AccountCore {
    /// Reports a problem, unless it was reported already.
    ///
    /// - Parameter retryAt: when it is tried again; that this moves on is no news by itself.
    mutating func problem(
        _ topic: ProblemTopic, _ cause: VenueProblem.Cause, _ what: String, _ toDo: String,
        retryAt: Timestamp? = nil, isPermanent: Bool = false
    ) {
        let new = VenueProblem(
            "\(traits.name): \(what)", whatToDo: toDo, cause: cause,
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

    /// Ends a problem, so that its next occurrence is reported.
    mutating func clear(_ topic: ProblemTopic) { said[topic] = nil }

    /// A problem that ends the attempt: nothing is asked any more.
    mutating func fail(
        _ topic: ProblemTopic, _ cause: VenueProblem.Cause, _ what: String, _ toDo: String
    ) {
        hasFailed = true
        for line in lines.ids {
            if let socket = lines[line].socket { out.append(.close(socket)) }
            lines[line].socket = nil
            lines[line].stage = .down
        }
        agenda.removeAll()
        waiting = []
        inFlight = [:]
        problem(topic, cause, what, toDo, isPermanent: true)
    }

    package mutating func maintenanceIsAnnounced(for scope: String) {
        problem(
            .maintenance, .maintenance, "maintenance is announced for \(scope)",
            "orders may be refused then, and connections lost; they are made again afterwards")
    }

    // MARK: - What is said of

    mutating func reportLineIsDown(
        _ line: LineID, _ reason: String, _ cause: VenueProblem.Cause, retryAt: Timestamp
    ) {
        if cause == .key { return }  // that was said, and is the reason
        problem(
            .line(line), cause, "the \(lines[line].name) connection is down: \(reason)",
            cause.advice, retryAt: retryAt)
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
        clear(.refusal(flight.group))
        guard flight.ask.isSigned else { return }
        clear(.key)
        clear(.clock)
        if case .place(let serial) = flight.ask, let order = desk.orders[serial] {
            clear(.trading(markets[order.instrument].segment))
        }
    }
}

extension VenueProblem.Cause {
    package var advice: String {
        switch self {
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
}
