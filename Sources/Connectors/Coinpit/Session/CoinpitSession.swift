public import AccountSession
internal import PlainJSON
internal import TradingCore
internal import TradingModel
internal import VenueSessions
internal import WireText

/// A connection to Coinpit as a state machine without I/O: the incoming half of the venue's dialect over the account
/// that all venues share.
public struct CoinpitSession: Dialect {
    public var core: AccountCore
    let key: CoinpitKey
    let memory: CoinpitMemory
    // By instrument:
    var keepers: [DepthKeeper]
    /// What was told last.
    var quoted: [BestPrices?]
    /// Why the venue changed a position by itself, until the account tells what it made of it.
    private var forcedBy: [InstrumentID: String] = [:]
    private var isReadOnly = false

    public init(_ settings: CoinpitSettings) { self.init(settings, traits: .coinpit) }

    /// - Parameter traits: those of another venue, to try what Coinpit does not do.
    package init(_ settings: CoinpitSettings, traits: VenueTraits) {
        let plan = AccountPlan(
            symbols: settings.symbols, hasKey: true, restoredOrders: settings.restoredOrders,
            adoptsOrders: settings.adoptsOrders, seed: settings.seed)
        key = settings.key
        memory = CoinpitMemory()
        core = AccountCore(
            plan, names: settings.symbols.map { CoinpitContracts.name(of: $0) }, traits: traits,
            words: CoinpitWords(settings, memory), rates: CoinpitLimits.rates)
        keepers = settings.symbols.map { _ in DepthKeeper() }
        quoted = settings.symbols.map { _ in nil }
    }

    // MARK: - Frames

    public mutating func receive(_ frame: Span<UInt8>, isText: Bool, on line: LineID) {
        let packet: SocketPacket
        do throws(BadMessage) {
            packet = try SocketPacket(parsing: (0..<frame.count).map { frame[$0] })
        } catch {
            return core.unreadable(line, error.description)
        }
        switch packet {
        case .opened, .other: break
        case .connected: core.answered(.greeting, on: line, nil)
        case .pong: core.answered(.ping, on: line, nil)
        case .ended: core.lose(line, "the venue ends the connection", .refused)
        case .refused(let text):
            core.lose(line, "the venue refuses the connection: \(text)", .refused)
        case .event(let name, let payload):
            do {
                try received(name, payload, line)
            } catch {
                core.unreadable(line, "\(name): \(error as? BadMessage ?? BadMessage("\(error)"))")
            }
        }
    }

    private mutating func received(_ name: String, _ payload: JSON, _ line: LineID) throws {
        switch name {
        case "orderbook": for book in try WireBooks(reading: payload).books { received(book) }
        case "difforderbook":
            for change in try WireBookChanges(reading: payload).changes { received(change, line) }
        case "trade": received(try WireTrade(reading: payload))
        case "priceband": for band in try WireBands(reading: payload).bands { received(band) }
        case "account": received(try WireAccount(reading: payload), line)
        case "order_add", "order_closed", "order_cancelled":
            for order in try WireOrders(reading: payload).orders {
                receivedOrder(order, isChange: false)
            }
        case "order_update":
            for order in try WireOrders(reading: payload).orders {
                receivedOrder(order, isChange: true)
            }
        case "order_execution": received(try WireExecution(reading: payload))
        case "auth_error": refused(payload, line)
        case "readonly": received(isReadOnly: try Fields(payload).flag("readonly") ?? false, line)
        // Money moves between what was made and what lies on the margin address.
        case "settlement": core.askAfterBurst(.balances(.futures))
        // What is gone the account's lists tell, with what was filled of it before.
        case "order_del", "order_del_all", "order_patch", "order_error": break
        default: core.log(.debug, "the venue tells \(name), which is not used")
        }
    }

    // MARK: - The account

    /// What its stops and targets are is the venue's own affair: only orders that somebody sent are orders here.
    private mutating func receivedOrder(_ order: WireOrder, isChange: Bool) {
        guard order.wasSent else { return }
        core.pushed(fact(order, isChange: isChange))
    }

    private mutating func received(_ account: WireAccount, _ line: LineID) {
        core.answered(.signature, on: line, nil)
        for order in account.orders { receivedOrder(order, isChange: false) }
        for index in core.markets.indices {
            let name = core.markets[index].name
            let position = account.positions.first { $0.contract == name }
            var fact = fact(index, position)
            fact.forcedBy = forcedBy.removeValue(forKey: index)
            core.pushed(fact)
        }
        core.askAfterBurst(.balances(.futures))
    }

    private mutating func received(_ execution: WireExecution) {
        if let type = execution.type, type.isOfPosition,
            let index = core.markets.index(execution.contract, .futures)
        {
            forcedBy[index] =
                "\(type == .protection ? "the stop" : "the target") of a position was executed: "
                + "\(execution.side) \(execution.quantity) at \(execution.price)"
        }
        core.pushed(fact(execution))
    }

    /// Only what signs in is asked over the socket.
    private mutating func refused(_ payload: JSON, _ line: LineID) {
        let text = CoinpitRefusal.text(payload["error"]) ?? "no reason is given"
        let refusal = CoinpitRefusal(status: 401, message: text)
        guard refusal.isAboutTime else {
            return core.answered(.signature, on: line, refusal.inOurWords)
        }
        core.measureClock()
        core.answered(.signature, on: line, Refusal(.notSignedIn, text))
    }

    private mutating func received(isReadOnly now: Bool, _ line: LineID) {
        if now { core.maintenanceIsAnnounced(for: "the venue, which takes no orders") }
        if isReadOnly, !now { core.lose(line, "maintenance has ended", .maintenance) }
        isReadOnly = now
    }
}
