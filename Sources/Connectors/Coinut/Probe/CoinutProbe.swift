public import TradingModel
public import VenueSessions
internal import WireText

/// Asks Coinut for its list of instruments and for a tick, which tells its time; with a key for the
/// balances, which any working key may read.
public final class CoinutProbe: VenueProbe {
    private enum Question {
        case instruments
        case tick(InstrumentNumber)
        case balances
    }

    public private(set) var report = VenueReport()
    private let key: CoinutKey?
    private var clock = ClockOffset()
    private var nonces: NonceCounter?
    private var ticks = 0
    private var asked = 0
    private var question: (id: RequestID, what: Question, sentAt: Timestamp)?

    /// Of some the quickest counts.
    private static let ticksWanted = 3

    public init(key: CoinutKey?) { self.key = key }

    public func handle(
        _ input: SessionInput, at now: Timestamp, into actions: inout [SessionAction]
    ) {
        switch input {
        case .timer where asked == 0: ask(.instruments, at: now, &actions)
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

    private func ask(_ what: Question, at now: Timestamp, _ actions: inout [SessionAction]) {
        var counter = nonces ?? NonceCounter(startingAt: now.nanoseconds / 1_000_000_000)
        let nonce = counter.make { _ in false }
        nonces = counter
        let request =
            switch what {
            case .instruments: CoinutRequests.instruments(nonce)
            case .tick(let number): CoinutRequests.tick(number, nonce)
            case .balances: CoinutRequests.balances(nonce)
            }
        guard let call = request.call(key) else { return }
        asked += 1
        let id = RequestID(asked)
        question = (id, what, sentAt: now)
        actions.append(.request(id, call))
    }

    private func answered(
        _ reply: HTTPReply, at now: Timestamp, _ actions: inout [SessionAction]
    ) {
        guard let question else { return }
        guard reply.status == 200 else {
            return end("the venue answers with HTTP status \(reply.status)", .maintenance)
        }
        do throws(BadMessage) {
            switch (question.what, try CoinutFrame(parsing: reply.body).messages.first?.content) {
            case (.instruments, .instruments(let list)):
                guard let first = list.instruments.first else {
                    return end("the venue lists no instruments", .maintenance)
                }
                ask(.tick(first.number), at: now, &actions)
            case (.tick(let number), .tick(let tick)):
                measure(tick, question.sentAt, now)
                goOn(number, at: now, &actions)
            case (.balances, .balances):
                report.key = .works(rights: nil, canWithdraw: nil)
                report.isDone = true
            case (let what, .refused(let refusal)): refused(what, refusal)
            default: end("the venue answers nothing that was asked", .other)
            }
        } catch {
            end(error.description, .other)
        }
    }

    private func goOn(
        _ number: InstrumentNumber, at now: Timestamp, _ actions: inout [SessionAction]
    ) {
        ticks += 1
        if ticks < Self.ticksWanted { return ask(.tick(number), at: now, &actions) }
        if key != nil { return ask(.balances, at: now, &actions) }
        report.isDone = true
    }

    private func measure(_ tick: InstrumentTick, _ sentAt: Timestamp, _ now: Timestamp) {
        let span = now.nanoseconds - sentAt.nanoseconds
        report.roundTrip = min(report.roundTrip ?? span, span)
        guard let time = tick.time else { return }
        clock.add(venueTime: time, sent: sentAt, received: now)
        report.clockOffset = clock.nanoseconds
        report.clockUncertainty = clock.uncertainty
    }

    private func refused(_ what: Question, _ refusal: CoinutRefusal) {
        guard case .balances = what else { return end("\(refusal)", refusal.kind.cause) }
        report.key = .refused(
            VenueProblem("\(refusal)", whatToDo: refusal.kind.advice, cause: refusal.kind.cause))
        report.isDone = true
    }

    private func end(_ reason: String, _ cause: VenueProblem.Cause) {
        report.problem = VenueProblem(
            reason, whatToDo: "look at the venue's announcements and the network", cause: cause)
        report.isDone = true
    }
}
