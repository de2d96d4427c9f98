internal import AccountSession
internal import TradingCore
public import TradingModel
public import VenueSessions
internal import WireText

/// Asks CoinTR for its time, and with a key for the spot balances, which any working key may read.
///
/// The venue tells no key's rights: whether it may trade shows with the first order only.
public final class CoinTRProbe: VenueProbe {
    public private(set) var report = VenueReport()
    private let key: CoinTRKey?
    private var clock = ClockOffset()
    private var samples = 0
    private var asked = 0
    private var question: (id: RequestID, isTime: Bool, sentAt: Timestamp)?

    /// The first request pays for the connection; of the others the quickest counts.
    private static let samplesWanted = 4

    public init(key: CoinTRKey?) { self.key = key }

    public func handle(
        _ input: SessionInput, at now: Timestamp, into actions: inout [SessionAction]
    ) {
        switch input {
        case .timer where asked == 0: askForTime(at: now, &actions)
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

    private func askForTime(at now: Timestamp, _ actions: inout [SessionAction]) {
        ask(CoinTRRequests.ticker(.spot, "BTCUSDT"), at: now, &actions)
    }

    private func ask(
        _ request: CoinTRRequest, at now: Timestamp, _ actions: inout [SessionAction]
    ) {
        asked += 1
        let id = RequestID(asked)
        question = (id, isTime: !request.isSigned, sentAt: now)
        let milliseconds = clock.venueTime(at: now).nanoseconds / 1_000_000
        actions.append(.request(id, request.call(key, milliseconds: milliseconds)))
    }

    private func answered(
        _ reply: HTTPReply, at now: Timestamp, _ actions: inout [SessionAction]
    ) {
        guard let question else { return }
        guard question.isTime else { return receivedBalances(reply) }
        guard reply.status == 200 else {
            return end("the venue answers with HTTP status \(reply.status)", .maintenance)
        }
        samples += 1
        if samples > 1 { measure(reply, question.sentAt, now) }
        if samples < Self.samplesWanted {
            askForTime(at: now, &actions)
        } else if key != nil {
            ask(CoinTRRequests.balances(.spot), at: now, &actions)
        } else {
            report.isDone = true
        }
    }

    /// The head of a reply tells the second in which it was made.
    private func measure(_ reply: HTTPReply, _ sentAt: Timestamp, _ now: Timestamp) {
        let span = now.nanoseconds - sentAt.nanoseconds
        report.roundTrip = min(report.roundTrip ?? span, span)
        guard let begun = reply.header("Date").flatMap({ httpDate($0) }) else { return }
        clock.add(
            venueTime: begun.advanced(byNanoseconds: second / 2), sent: sentAt, received: now)
        report.clockOffset = clock.nanoseconds
        report.clockUncertainty = clock.uncertainty.map { $0 + second / 2 }
    }

    private func receivedBalances(_ reply: HTTPReply) {
        do throws(BadMessage) {
            switch try CoinTRReplies.balances(reply.body) {
            case .success: report.key = .works(rights: nil, canWithdraw: nil)
            case .failure(let refusal):
                let said = Refusal(refusal, status: reply.status, as: refusal.kind)
                report.key = .refused(
                    VenueProblem(said.text, whatToDo: said.advice, cause: said.cause))
            }
            report.isDone = true
        } catch {
            end(error.description, .other)
        }
    }

    private func end(_ reason: String, _ cause: VenueProblem.Cause) {
        report.problem = VenueProblem(reason, whatToDo: cause.advice, cause: cause)
        report.isDone = true
    }
}
