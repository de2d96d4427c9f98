public import AccountSession
internal import TradingCore
internal import TradingModel
internal import VenueSessions
internal import WireText

/// A connection to Bitunix, futures in one-way mode, as a state machine without I/O: the incoming half of the
/// venue's dialect over the account that all venues share.
public struct BitunixSession: Dialect {
    public var core: AccountCore
    let memory = BitunixMemory()
    private var scanner = PushScanner()
    // By instrument:
    /// The window that was told last.
    var books: [DepthPush?]
    /// When the venue sent the last best quotes.
    var quotedAt: [Timestamp]
    var reported: [ReportedTrades]
    /// When books are looked through next for silent ones.
    var checksBooksAt = Timestamp.distantPast

    public init(_ settings: BitunixSettings) { self.init(settings, traits: .bitunix) }

    /// - Parameter traits: those of another venue, to try what Bitunix does not do.
    package init(_ settings: BitunixSettings, traits: VenueTraits) {
        let plan = AccountPlan(
            symbols: settings.symbols, hasKey: settings.key != nil, leverage: settings.leverage,
            restoredOrders: settings.restoredOrders, settledUntil: settings.settledUntil,
            adoptsOrders: settings.adoptsOrders, seed: settings.seed)
        core = AccountCore(
            plan, names: settings.symbols.map { BitunixInstruments.market(of: $0) },
            traits: traits, words: BitunixWords(settings), rates: EndpointGroups.rates)
        books = settings.symbols.map { _ in nil }
        quotedAt = settings.symbols.map { _ in .distantPast }
        reported = settings.symbols.map { _ in ReportedTrades() }
    }

    // MARK: - Frames

    public mutating func receive(_ frame: Span<UInt8>, isText: Bool, on line: LineID) {
        switch scanner.scan(frame) {
        case .depth:
            if let index = core.markets.index(frame, scanner.market, .futures) {
                received(scanner.depth, index)
            }
        case .trades:
            if let index = core.markets.index(frame, scanner.market, .futures) {
                received(scanner.trades, index, scanner.time)
            }
        case nil: readSlowly(frame, line)
        }
        if core.now >= checksBooksAt { doubtSilentBooks() }
    }

    private mutating func readSlowly(_ bytes: Span<UInt8>, _ line: LineID) {
        let frame: Frame
        do throws(BadMessage) {
            frame = try Frame(parsing: (0..<bytes.count).map { bytes[$0] })
        } catch {
            return core.unreadable(line, error.description)
        }
        switch frame {
        case .greeting, .unsubscribed: break
        case .login(let refusal):
            core.answeredOldest(
                on: line, refusal.map { Refusal(.account, "the login is refused: \($0)") })
        case .pong:
            core.answeredOldest(on: line, nil)
            missPushes()
        case .refused(let op, let message):
            core.lose(line, "the venue refuses \(op): \(message)", .refused)
        case .push(let push, let market, let time): received(push, market, time)
        case .unknown(let op): core.log(.debug, "the venue says `\(op)`, which is not known")
        }
    }

    private mutating func received(_ push: Push, _ market: String?, _ time: Timestamp?) {
        let index = market.flatMap { core.markets.index($0, .futures) }
        switch push {
        case .depth(let push): if let index { received(push, index) }
        case .trades(let trades):
            if let index { received(trades, index, time ?? core.venueTime) }
        case .ticker(let ticker): received(ticker, market, time)
        case .prices(let prices): if let index { received(prices, index, time) }
        case .order(let order): received(order)
        case .position(let position): received(position)
        case .balance: core.askAfterBurst(.balances(.futures))
        case .candle: break
        case .unknown(let channel):
            core.log(.debug, "the venue pushes \(channel), which is not known")
        }
    }

    private mutating func received(_ order: WireOrder) {
        memory.orderNewsCame(at: core.now)
        core.pushed(fact(order))
    }

    private mutating func received(_ position: WirePosition) {
        if let index = core.markets.index(position.market, .futures) {
            memory.charged([(index, position)], areAll: false)
        }
        core.pushed(fact(position))
    }

    /// Subscriptions are not answered, not even those that the venue does not have: that no news comes is
    /// the only sign.
    private mutating func missPushes() {
        guard memory.missesPushes(at: core.now) else { return }
        core.log(
            .error,
            "no news of own orders come over the socket, though orders were taken: they are found by asking "
                + "every \(core.traits.pace.audit / second) s")
    }
}
