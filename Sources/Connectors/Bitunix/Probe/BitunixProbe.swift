internal import AccountSession
internal import TradingCore
public import TradingModel
public import VenueSessions
internal import WireText

/// Asks Bitunix for a public page, whose headers tell the time, and with a key for the futures account, which
/// also tells the position mode.
///
/// The venue tells no key's rights: whether it may trade shows with the first order only.
public final class BitunixProbe: VenueProbe {
    public private(set) var report = VenueReport()
    private let key: BitunixKey?
    private var clock = ClockOffset()
    private var samples = 0
    private var asked = 0
    private var question: (id: RequestID, isTime: Bool, sentAt: Timestamp)?

    /// The first request pays for the connection; of the others the quickest counts.
    private static let samplesWanted = 4
    private static let market = "BTCUSDT"
    private static let marginCoin = "USDT"

    public init(key: BitunixKey?) { self.key = key }

    public func handle(
        _ input: SessionInput, at now: Timestamp, into actions: inout [SessionAction]
    ) {
        switch input {
        case .timer where asked == 0: ask(BitunixRequests.time(Self.market), at: now, &actions)
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
        let time = clock.venueTime(at: now).nanoseconds
        let nonce = wireNonce(
            seed: UInt64(bitPattern: now.nanoseconds), nanoseconds: time, text: request.path)
        actions.append(
            .request(id, request.call(key, nonce: nonce, milliseconds: time / 1_000_000)))
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
                measured(try BitunixClock.time(of: reply), question.sentAt, now, &actions)
            } else {
                received(try BitunixReplies.account(reply.body))
            }
        } catch {
            end(error.description, .other)
        }
    }

    private func measured(
        _ time: Timestamp, _ sentAt: Timestamp, _ now: Timestamp,
        _ actions: inout [SessionAction]
    ) {
        samples += 1
        if samples > 1 {
            clock.add(venueTime: time, sent: sentAt, received: now)
            let span = now.nanoseconds - sentAt.nanoseconds
            report.roundTrip = min(report.roundTrip ?? span, span)
            report.clockOffset = clock.nanoseconds
            // The header counts whole seconds, of which the middle is believed.
            report.clockUncertainty = clock.uncertainty.map { $0 + second / 2 }
        }
        if samples < Self.samplesWanted {
            ask(BitunixRequests.time(Self.market), at: now, &actions)
        } else if key != nil {
            ask(BitunixRequests.account(Self.marginCoin), at: now, &actions)
        } else {
            report.isDone = true
        }
    }

    private func received(_ reply: Reply<WireAccount>) {
        switch reply {
        case .success: report.key = .works(rights: nil, canWithdraw: nil)
        case .failure(let refusal):
            let refusal = refusal.inOurWords(ofOldTime: false)
            report.key = .refused(
                VenueProblem("\(refusal)", whatToDo: refusal.advice, cause: refusal.cause))
        }
        report.isDone = true
    }

    private func end(_ reason: String, _ cause: VenueProblem.Cause) {
        report.problem = VenueProblem(reason, whatToDo: cause.advice, cause: cause)
        report.isDone = true
    }
}
