public import TradingModel
public import VenueSessions
package import WireText

/// How a probe speaks to a venue: over HTTP alone, for it needs no socket.
package protocol ProbeWords: Sendable {
    /// The question without a key whose reply tells the venue's time.
    var time: VenueRequest { get }
    /// What any working key may ask; nil: there is no key.
    var own: VenueRequest? { get }
    /// By how much the venue's time may be wrong beyond what the way explains: its resolution, in nanoseconds.
    var resolution: Int64 { get }
    /// Whether a refused key has an HTTP status of its own.
    var refusesByStatus: Bool { get }
    /// A request as it leaves, signed for this time of the venue.
    func call(_ request: VenueRequest, at venueTime: Timestamp) -> HTTPCall
    /// - Returns: nil: it does not say.
    func readTime(_ reply: HTTPReply) throws(BadMessage) -> Result<Timestamp?, Refusal>
    /// - Returns: what it says against the key; nil: that works.
    func readOwn(_ reply: HTTPReply) throws(BadMessage) -> Refusal?
}

/// Asks a venue several times for its time, and with a key for something that any working key may read.
///
/// No venue so asked tells a key's rights: whether it may trade shows with the first order only.
public final class TimeProbe: VenueProbe {
    public private(set) var report = VenueReport()
    private let words: any ProbeWords
    private var clock = ClockOffset()
    private var samples = 0
    private var asked = 0
    private var question: (id: RequestID, isTime: Bool, sentAt: Timestamp)?

    /// The first request pays for the connection; of the others the quickest counts.
    private static let samplesWanted = 4

    package init(_ words: any ProbeWords) { self.words = words }

    public func handle(
        _ input: SessionInput, at now: Timestamp, into actions: inout [SessionAction]
    ) {
        switch input {
        case .timer where asked == 0: ask(words.time, at: now, &actions)
        case .response(let id, let reply) where id == question?.id:
            answered(reply, at: now, &actions)
        case .failed(let id, let problem) where id == question?.id:
            end(problem.description, problem.cause)
        default: break
        }
    }

    /// It opens no socket.
    public func handle(
        frame: Span<UInt8>, isText: Bool, on socket: SocketID, at now: Timestamp,
        into actions: inout [SessionAction]
    ) {}

    private func ask(
        _ request: VenueRequest, at now: Timestamp, _ actions: inout [SessionAction]
    ) {
        asked += 1
        let id = RequestID(asked)
        question = (id, isTime: !request.isSigned, sentAt: now)
        actions.append(.request(id, words.call(request, at: clock.venueTime(at: now))))
    }

    private func answered(
        _ reply: HTTPReply, at now: Timestamp, _ actions: inout [SessionAction]
    ) {
        guard let question else { return }
        guard reply.status == 200 || !question.isTime && words.refusesByStatus else {
            return end("the venue answers with HTTP status \(reply.status)", .maintenance)
        }
        do throws(BadMessage) {
            guard question.isTime else { return receivedOwn(try words.readOwn(reply)) }
            switch try words.readTime(reply) {
            case .failure(let refusal): end(refusal.text, refusal.cause)
            case .success(let time): received(time, question.sentAt, now, &actions)
            }
        } catch {
            end(error.description, .other)
        }
    }

    private func received(
        _ time: Timestamp?, _ sentAt: Timestamp, _ now: Timestamp,
        _ actions: inout [SessionAction]
    ) {
        samples += 1
        if samples > 1 { measure(time, sentAt, now) }
        if samples < Self.samplesWanted {
            ask(words.time, at: now, &actions)
        } else if let own = words.own {
            ask(own, at: now, &actions)
        } else {
            report.isDone = true
        }
    }

    private func measure(_ time: Timestamp?, _ sentAt: Timestamp, _ now: Timestamp) {
        let span = now.nanoseconds - sentAt.nanoseconds
        report.roundTrip = min(report.roundTrip ?? span, span)
        guard let time else { return }
        clock.add(venueTime: time, sent: sentAt, received: now)
        report.clockOffset = clock.nanoseconds
        report.clockUncertainty = clock.uncertainty.map { $0 + words.resolution }
    }

    private func receivedOwn(_ refusal: Refusal?) {
        report.key =
            refusal.map {
                .refused(VenueProblem($0.text, whatToDo: $0.advice, cause: $0.cause))
            } ?? .works(rights: nil, canWithdraw: nil)
        report.isDone = true
    }

    private func end(_ reason: String, _ cause: VenueProblem.Cause) {
        report.problem = VenueProblem(reason, whatToDo: cause.advice, cause: cause)
        report.isDone = true
    }
}
