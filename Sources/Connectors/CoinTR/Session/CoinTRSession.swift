public import AccountSession
internal import TradingCore
internal import TradingModel
internal import VenueSessions
internal import WireText

/// A connection to CoinTR, spot and futures, as a state machine without I/O: the incoming half of the
/// venue's dialect over the account that all venues share.
public struct CoinTRSession: Dialect {
    public var core: AccountCore
    let memory: CoinTRMemory
    // By instrument, what was reported last:
    var books: [WireBook?]
    var touches: [WireTouch?]
    private var scanner = CoinTRScanner()

    public init(_ settings: CoinTRSettings) { self.init(settings, traits: .coinTR) }

    package init(_ settings: CoinTRSettings, traits: VenueTraits) {
        memory = CoinTRMemory(markets: settings.symbols.count)
        let plan = AccountPlan(
            symbols: settings.symbols, hasKey: settings.key != nil, leverage: settings.leverage,
            restoredOrders: settings.restoredOrders, adoptsOrders: settings.adoptsOrders,
            seed: settings.seed)
        core = AccountCore(
            plan, names: settings.symbols.map { CoinTRInstruments.name(of: $0) }, traits: traits,
            words: CoinTRWords(settings, memory: memory), rates: CoinTRLimits.rates)
        books = settings.symbols.map { _ in nil }
        touches = books.map { _ in nil }
    }

    // MARK: - Frames

    public mutating func receive(_ frame: Span<UInt8>, isText: Bool, on line: LineID) {
        core.recordReceipt(on: line)
        let kind = scanner.scan(frame)
        guard let kind else { return readSlowly(frame, line) }
        guard let index = core.markets.index(frame, scanner.market, scanner.segment) else {
            return
        }
        switch kind {
        case .book: received(scanner.book, index, scanner.time)
        case .touch: received(scanner.touch, index, scanner.time)
        case .trades: received(scanner.trades, index, scanner.action)
        }
    }

    private mutating func readSlowly(_ bytes: Span<UInt8>, _ line: LineID) {
        let frame: Frame
        do throws(BadMessage) {
            frame = try Frame(parsing: (0..<bytes.count).map { bytes[$0] })
        } catch {
            return core.unreadable(line, error.description)
        }
        switch frame {
        case .reply(let reply): received(reply, line)
        case .push(let push): received(push)
        }
    }

    private mutating func received(_ push: Push) {
        switch push.content {
        case .balances(let list): core.pushed(facts(list, push.segment, push.preciseTime))
        case .orders(let orders):
            for order in orders { core.pushed(fact(order, push.segment, push.preciseTime)) }
        case .fills(let fills):
            for fill in fills { received(fill, push) }
        case .positions(let positions):
            for fact in facts(positions, push.preciseTime) { core.pushed(fact) }
        case .unknown:
            core.log(.debug, "the venue pushes \(push.channel), which is not known")
        case .book, .touch, .trades, .figures, .candles:
            let index = push.instrument.flatMap { core.markets.index($0, push.segment) }
            if let index { receivedOfMarket(push, index) }
        }
    }

    private mutating func receivedOfMarket(_ push: Push, _ index: InstrumentID) {
        switch push.content {
        case .book(let book): received(book, index, push.time)
        case .touch(let touch): received(touch, index, push.time)
        case .trades(let trades): received(trades, index, push.action)
        case .figures(let figures): received(figures, index, push.time)
        case .candles(let candles): received(candles, index, push.time)
        case .balances, .orders, .fills, .positions, .unknown: break
        }
    }

    private mutating func received(_ fill: WireFill, _ push: Push) {
        let index = fill.instrument.flatMap { core.markets.index($0, push.segment) }
        guard let index else { return }  // of a market that is not traded
        core.pushed(fact(fill, index, push.segment, push.time))
    }

    // MARK: - Answers on the socket

    /// Only its turn says what an answer is to; what could not be an answer to that is none.
    private mutating func received(_ reply: SocketReply, _ line: LineID) {
        guard let number = core.turn(on: line), let asked = memory.asked(number),
            reply.event == .error || reply.answers(asked)
        else {
            return core.log(
                reply.refusal == nil ? .debug : .warn,
                "the venue answers what nobody asks: "
                    + (reply.refusal?.description ?? reply.channel ?? "\(reply.event)"))
        }
        memory.answered(number)
        core.answered(number, on: line, reply.refusal.map { $0.onSocket(asked) })
    }
}

extension SocketReply {
    /// Whether it can be the answer; what it does not repeat says nothing against it.
    fileprivate func answers(_ asked: CoinTRMemory.Asked) -> Bool {
        guard event == asked.event else { return false }
        return channel ?? asked.channel == asked.channel
            && instrument ?? asked.instrument == asked.instrument
    }
}

extension CoinTRRefusal {
    /// What it means on the socket.
    fileprivate func onSocket(_ asked: CoinTRMemory.Asked) -> Refusal {
        let isAboutKey = kind == .account || kind == .expired
        let kind: RefusalKind =
            switch asked.event {
            case .auth: isAboutKey ? .account : .busy
            default: isAboutKey && asked.isPrivate ? .notSignedIn : self.kind
            }
        return Refusal(self, status: 200, as: kind)
    }
}
