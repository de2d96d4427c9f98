internal import AccountSession
internal import TradingCore
public import TradingModel
public import VenueSessions
internal import WireText

/// Asks CoinEx for its time, and with a key for the spot balances, which any working key may read.
///
/// The venue tells no key's rights: whether it may trade shows with the first order only.
public final class CoinExProbe: VenueProbe {
    public private(set) var report = VenueReport()
    private let key: CoinExKey?
    private var clock = ClockOffset()
    private var samples = 0
    private var asked = 0
    private var question: (id: RequestID, isTime: Bool, sentAt: Timestamp)?

    /// The first request pays for the connection; of the others the quickest counts.
    private static let samplesWanted = 4

    public init(key: CoinExKey?) { self.key = key }

    public func handle(
        _ input: SessionInput, at now: Timestamp, into actions: inout [SessionAction]
    ) {
        switch input {
        case .timer where asked == 0: ask(CoinExRequests.time, at: now, &actions)
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
        _ request: CoinExRequest, at now: Timestamp, _ actions: inout [SessionAction]
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
        guard reply.status == 200 else {
            return end("the venue answers with HTTP status \(reply.status)", .maintenance)
        }
        do throws(BadMessage) {
            if question.isTime {
                try received(CoinExReplies.time(reply.body), question.sentAt, now, &actions)
            } else {
                try received(CoinExReplies.balances(reply.body))
            }
        } catch {
            end(error.description, .other)
        }
    }

    private func received(
        _ reply: Reply<ServerTime>, _ sentAt: Timestamp, _ now: Timestamp,
        _ actions: inout [SessionAction]
    ) {
        switch reply {
        case .failure(let refusal): end("\(refusal)", refusal.cause)
        case .success(let time):
            samples += 1
            if samples > 1 { measure(time, sentAt, now) }
            if samples < Self.samplesWanted {
                ask(CoinExRequests.time, at: now, &actions)
            } else if key != nil {
                ask(CoinExRequests.balances(.spot), at: now, &actions)
            } else {
                report.isDone = true
            }
        }
    }

    private func measure(_ time: ServerTime, _ sentAt: Timestamp, _ now: Timestamp) {
        clock.add(venueTime: time.time, sent: sentAt, received: now)
        let span = now.nanoseconds - sentAt.nanoseconds
        report.roundTrip = min(report.roundTrip ?? span, span)
        report.clockOffset = clock.nanoseconds
        // The venue's time counts whole milliseconds: up to one more than the way explains.
        report.clockUncertainty = clock.uncertainty.map { $0 + 1_000_000 }
    }

    private func received(_ reply: Reply<[WireBalance]>) {
        switch reply {
        case .success: report.key = .works(rights: nil, canWithdraw: nil)
        case .failure(let refusal):
            report.key = .refused(
                VenueProblem("\(refusal)", whatToDo: refusal.advice, cause: refusal.cause))
        }
        report.isDone = true
    }

    private func end(_ reason: String, _ cause: VenueProblem.Cause) {
        report.problem = VenueProblem(
            reason, whatToDo: cause.advice, cause: cause)
        report.isDone = true
    }
}
