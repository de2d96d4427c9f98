public import AccountSession
internal import TradingCore
internal import TradingModel
internal import VenueSessions
internal import WireText

/// A connection to Coinut as a state machine without I/O: the incoming half of the venue's dialect over
/// the account that all venues share.
public struct CoinutSession: Dialect {
    public var core: AccountCore
    let memory: CoinutMemory
    private let depth: BookDepth?
    private let decimals: Int?
    private var connection = 0
    // By instrument:
    var numbers: [InstrumentNumber?]
    var keepers: [DepthKeeper] = []
    /// What was reported last as the best of the book.
    var best: [BestLevels] = []
    /// Trades that came before the list of those before them.
    var earlyTrades: [[PublicTrade]] = []
    /// The changes of the message at hand.
    var changes: [DepthKeeper.Change] = []
    /// What was said so far to orders whose answers are not whole, by the number on the line.
    private var answers: [Int64: OrderAnswer] = [:]

    /// - Precondition: the settings have only spot symbols, and a depth and decimals that the venue has.
    public init(_ settings: CoinutSettings) { self.init(settings, traits: .coinut) }

    package init(_ settings: CoinutSettings, traits: VenueTraits) {
        var traits = traits
        traits.depthLevels = settings.depthLevels
        depth = settings.depthLevels.map { levels in
            guard let depth = BookDepth(rawValue: levels) else {
                preconditionFailure("the venue has no books of \(levels) levels")
            }
            return depth
        }
        decimals = settings.bookDecimals
        memory = CoinutMemory(markets: settings.symbols.count)
        numbers = memory.instruments
        let words = CoinutWords(
            access: settings.access, socketBase: settings.socketBase, depth: depth,
            decimals: decimals, memory: memory)
        let plan = AccountPlan(
            symbols: settings.symbols, hasKey: settings.access != nil,
            restoredOrders: settings.restoredOrders, adoptsOrders: settings.adoptsOrders,
            clientNumbers: settings.clientNumbers, seed: settings.seed)
        core = AccountCore(
            plan, names: settings.symbols.map { $0.base.code + $0.quote.code }, traits: traits,
            words: words, rates: CoinutLimits.rates)
        beginAnew()
    }

    /// What was kept of an earlier connection is void.
    private mutating func beginAnew() {
        connection = memory.connection
        numbers = memory.instruments
        keepers = numbers.map { _ in DepthKeeper(depth: depth, decimals: decimals) }
        best = numbers.map { _ in BestLevels() }
        earlyTrades = numbers.map { _ in [] }
        answers = [:]
    }

    mutating func forgetBook(_ index: InstrumentID) {
        keepers[index] = DepthKeeper(depth: depth, decimals: decimals)
    }

    func index(of number: InstrumentNumber) -> InstrumentID? {
        numbers.firstIndex { $0 == number }.map { InstrumentID($0) }
    }

    // MARK: - Frames

    public mutating func receive(_ frame: Span<UInt8>, isText: Bool, on line: LineID) {
        if connection != memory.connection { beginAnew() }
        switch CoinutScanner.scan(frame) {
        case .change(let change): received(change)
        case .trade(let push): received(push, line)
        case .tick(let tick): received(tick)
        case nil: readSlowly(frame, line)
        }
    }

    private mutating func readSlowly(_ bytes: Span<UInt8>, _ line: LineID) {
        let frame: CoinutFrame
        do throws(BadMessage) {
            frame = try CoinutFrame(parsing: (0..<bytes.count).map { bytes[$0] })
        } catch {
            return core.unreadable(line, error.description)
        }
        for message in frame.messages { received(message, line) }
        for error in frame.unread { core.unreadable(line, error.description) }
    }

    private mutating func received(_ message: CoinutMessage, _ line: LineID) {
        switch message.content {
        case .accepted, .rejected, .filled: receivedAboutOrder(message, line)
        case .change(let change): received(change)
        case .trade(let push): received(push, line)
        case .tick(let tick):
            received(tick)
            isDone(message, line)
        case .book(let snapshot):
            received(snapshot)
            isDone(message, line)
        case .trades(let list):
            received(list, of: message.nonce.flatMap { memory.asked($0)?.instrument })
            isDone(message, line)
        case .heartbeat:
            memory.recordReceipt(at: core.now)
            isDone(message, line)
            checkBooks(line)
        case .login(let reply):
            memory.entered(reply.session, at: core.now)
            isDone(message, line)
        case .done: isDone(message, line)
        case .refused(let refusal): received(refusal, message, line)
        case .unknown(let reply):
            core.log(.debug, "the venue says `\(reply)`, which is not known")
        case .cancelList(let list): received(list, message, line)
        case .instruments, .balances, .cancelled, .openOrders, .fills: answer(message, line)
        }
    }

    // MARK: - Replies

    /// The number on the line of what a message answers; nil: nothing that is under way.
    private func number(_ message: CoinutMessage, _ line: LineID) -> Int64? {
        guard let asked = message.nonce.flatMap({ memory.asked($0) }) else { return nil }
        if asked.numbers.count == 1 { return asked.numbers.lowerBound }
        // Of a batch it is the one whose order has the number that is reported.
        guard let client = message.content.shown?.client?.value else { return nil }
        return asked.numbers.first { number in
            core.flight(number, on: line).flatMap { core.order(of: $0.ask) }?.clientID.number
                == client
        }
    }

    private mutating func end(_ message: CoinutMessage) {
        if let nonce = message.nonce { memory.answered(nonce) }
    }

    /// What the line itself asked is done.
    private mutating func isDone(_ message: CoinutMessage, _ line: LineID) {
        guard let number = number(message, line), core.flight(number, on: line) == nil
        else { return }
        end(message)
        core.answered(number, on: line, nil as Refusal?)
    }

    /// What the account asked is answered, if the message can be an answer to it.
    private mutating func answer(_ message: CoinutMessage, _ line: LineID) {
        guard let number = number(message, line), let flight = core.flight(number, on: line),
            let answer = answer(message.content, to: flight.ask)
        else { return }
        end(message)
        core.answered(number, on: line, answer)
    }

    private mutating func received(
        _ refusal: CoinutRefusal, _ message: CoinutMessage, _ line: LineID
    ) {
        guard let asked = message.nonce.flatMap({ memory.asked($0) }) else {
            return core.log(.warn, "the venue refuses what nobody waits for: \(refusal)")
        }
        for number in asked.numbers {
            end(message)
            refused(number, refusal, line)
        }
    }

    private mutating func refused(_ number: Int64, _ refusal: CoinutRefusal, _ line: LineID) {
        var said = refusal.inOurWords
        guard let flight = core.flight(number, on: line) else {
            if refusal.reply == CoinutRequest.Name.login.rawValue, memory.isSessionOver() {
                said.kind = .notSignedIn  // the password leads in still
            }
            return core.answered(number, on: line, said)
        }
        answers[number] = nil
        if case .cancelByClientID = flight.ask, said.kind == .unknownOrder {
            return core.answered(number, on: line, .done)
        }
        if said.kind == .notSignedIn {
            // A new order was not carried out; what else was asked is asked again.
            if case .place = flight.ask { core.answered(number, on: line, .refused(said)) }
            return core.lose(line, "the venue wants a login: \(refusal)")
        }
        core.answered(number, on: line, .refused(said))
    }

    /// Each cancel of a batch has a word of its own, in any order.
    private mutating func received(_ list: CancelList, _ message: CoinutMessage, _ line: LineID) {
        guard let asked = message.nonce.flatMap({ memory.asked($0) }) else { return }
        for number in asked.numbers {
            guard let flight = core.flight(number, on: line), case .cancel = flight.ask,
                let id = core.order(of: flight.ask)?.venueID?.number,
                let entry = list.entries.first(where: { $0.order.value == id })
            else { continue }  // what has no word is asked for when its time is up
            end(message)
            guard let word = entry.refusal else {
                core.answered(number, on: line, .done)
                continue
            }
            refused(
                number, CoinutRefusal(reply: nil, words: [word], message: nil, order: entry.order),
                line)
        }
    }

    /// News of an order, which may also be a reply to it: one of several, or one that comes again long
    /// after.
    private mutating func receivedAboutOrder(_ message: CoinutMessage, _ line: LineID) {
        let content = message.content
        if case .filled(let fill) = content { core.pushed(fact(fill)) }
        guard let number = number(message, line), let flight = core.flight(number, on: line),
            case .place = flight.ask, let order = core.order(of: flight.ask),
            let client = order.clientID.number, content.shown?.client?.value == client
        else { return pushed(content) }
        var answer =
            answers[number]
            ?? OrderAnswer(client: ClientNumber(client), isMarket: order.request.price == nil)
        _ = answer.apply(content)
        answers[number] = answer
        guard let said = said(by: answer) else { return }
        answers[number] = nil
        end(message)
        core.answered(number, on: line, said)
    }
}
