import AccountSession
import TradingCore
import TradingModel
import VenueSessions
import WireText

/// A venue that is as unlike CoinEx as a spot venue can be, with a wire of its own: words between blanks.
///
/// Everything goes over one socket, orders too; client ids are numbers; it pushes no balances, lists
/// open orders by instrument, has no list of ended ones, no question for one order, no clock and no fees
/// to ask for, and cancels without saying what was filled.
struct LineVenue: Dialect {
    var core: AccountCore

    static func traits(_ change: (inout VenueTraits) -> Void = { _ in }) -> VenueTraits {
        var traits = VenueTraits(
            name: "line", clientIDs: .number(1...16_777_215),
            orders: OrderKinds(
                stop: false, ioc: false, fok: false, postOnly: false, reduceOnly: false,
                amend: false),
            reply: .settled, reduction: .flag, stopDirection: .said, spotFee: .quote,
            openOrders: .perInstrument, pushesBalances: false,
            absence: AbsenceRule(lists: [.open], looks: 2, over: 2 * second, notBefore: 4 * second),
            absenceUnseen: AbsenceRule(
                lists: [.open], looks: 3, over: 2 * second, notBefore: 4 * second),
            lines: .shared, subscribing: .each, channels: [.book, .trades], unreadable: .reopens)
        traits.bounds.socketMessagesPerSecond = 30
        change(&traits)
        return traits
    }

    init(_ symbols: [Symbol], traits: VenueTraits, numbers: Range<Int64>) {
        let plan = AccountPlan(
            symbols: symbols, hasKey: true, clientNumbers: numbers)
        core = AccountCore(
            plan, names: symbols.map { $0.base.code + $0.quote.code }, traits: traits,
            words: LineWords(), rates: [:])
    }

    func read(_ reply: HTTPReply, to ask: Ask, isStop: Bool) throws(BadMessage) -> Answer {
        guard case .instruments = ask else { throw BadMessage("only instruments are asked so") }
        var news: [InstrumentID: InstrumentNews] = [:]
        for index in core.markets.indices {
            let instrument = Instrument(
                id: index, symbol: core.markets[index].symbol,
                tick: Price(attos: attosPerUnit / 100), lot: Quantity(attos: attosPerUnit / 1_000))
            news[index] = .listed(
                ListedInstrument(instrument: instrument, isTradable: true, leverages: []))
        }
        return .instruments(news)
    }

    func rateNews(in reply: HTTPReply) -> RateNews { RateNews() }

    mutating func receive(_ frame: Span<UInt8>, isText: Bool, on line: LineID) {
        let text = String(decoding: (0..<frame.count).map { frame[$0] }, as: UTF8.self)
        let words = text.split(separator: " ").map(String.init)
        guard let number = words.first.flatMap({ Int64($0) }), words.count > 1 else {
            return core.unreadable(line, "cannot be read: \(text)")
        }
        let rows = words.dropFirst(2).map { $0.split(separator: ",").map(String.init) }
        switch words[1] {
        case "ok": core.answered(number, on: line, nil as Refusal?)
        case "done": core.answered(number, on: line, Answer.done)
        case "fill": core.pushed(Self.fill(rows[0]))
        case "order":
            // The number of the request that made an order comes again with its later news.
            let fact = Self.order(rows[0])
            if core.flight(number, on: line)?.ask.order == nil { return core.pushed(fact) }
            core.answered(number, on: line, .order(fact))
        case "orders":
            core.answered(number, on: line, .orders(Rows(rows.map(Self.order), next: nil)))
        case "fills":
            core.answered(number, on: line, .executions(Rows(rows.map(Self.fill), next: nil)))
        case "balances": core.answered(number, on: line, .balances(rows.map(Self.balance)))
        case "refused":
            core.answered(number, on: line, .refused(Refusal(.incorrect, rows[0][0])))
        default: core.unreadable(line, "cannot be read: \(text)")
        }
    }

    /// A row `id,client,side,price,amount,filled,standing`.
    private static func order(_ row: [String]) -> OrderFact {
        let (amount, filled): (Quantity, Quantity) = (exact(row[4]), exact(row[5]))
        return OrderFact(
            segment: .spot, id: WireID(row[0]), clientID: WireID(row[1]),
            instrument: InstrumentID(0),
            side: row[2] == "buy" ? .buy : .sell,
            standing: row[6] == "working"
                ? .working
                : row[6] == "filled" ? .ended(.filled) : .ended(.expired(reason: row[6])),
            price: row[3] == "market" ? nil : exact(row[3]), amount: amount,
            unfilled: amount - filled, filled: filled, isWhole: amount == filled,
            cannotRest: row[3] == "market", createdAt: nil, updatedAt: nil)
    }

    /// A row `id,order,client,side,price,quantity`.
    private static func fill(_ row: [String]) -> ExecutionFact {
        ExecutionFact(
            segment: .spot, id: WireID(row[0]), orderID: WireID(row[1]), clientID: WireID(row[2]),
            side: row[3] == "buy" ? .buy : .sell, price: exact(row[4]), quantity: exact(row[5]),
            liquidity: nil, fee: nil, feeCurrency: nil, venueTime: nil)
    }

    /// A row `currency,total`.
    private static func balance(_ row: [String]) -> BalanceFact {
        BalanceFact(
            segment: .spot, currency: Currency(row[0]), total: exact(row[1]),
            available: exact(row[1]), venueTime: nil)
    }
}

/// `number what …` over the line; instruments alone over HTTP.
struct LineWords: VenueWords {
    func request(for ask: Ask, order: TrackedOrder?, since: Timestamp?) -> VenueRequest? {
        switch ask {
        case .instruments:
            VenueRequest(
                method: "GET", path: "/instruments", group: EndpointGroup("public"),
                isSigned: false)
        case .balances: message("balances")
        case .openOrders(.instrument(let index), _): message("open \(index.index)")
        case .executions(let index, let page): message("fills \(index.index) \(page.mark ?? "0")")
        case .place:
            order.flatMap { place($0.request, $0.clientID, closes: $0.closesPosition) }
        case .cancel:
            order.flatMap { order in
                order.venueID.map {
                    message("cancel \(order.instrument.index) \($0)", isOrder: true)
                }
            }
        case .findOpen: order.map { message("open \($0.instrument.index)") }
        case .executionsOf(_, _, let page):
            order.map { message("fills \($0.instrument.index) \(page.mark ?? "0")") }
        default: nil
        }
    }

    func place(_ request: OrderRequest, _ clientID: WireID, closes: Bool) -> VenueRequest? {
        message(
            "place \(request.instrument.index) \(clientID) \(request.side) \(request.quantity) "
                + (request.price?.description ?? "market"), isOrder: true)
    }

    private func message(_ text: String, isOrder: Bool = false) -> VenueRequest {
        VenueRequest(
            method: "", path: "", body: text, group: .line(of: [.spot]), isOrder: isOrder,
            line: .spot)
    }

    func call(_ request: VenueRequest, at venueTime: Timestamp) -> HTTPCall {
        HTTPCall(method: request.method, path: request.path, group: request.group)
    }

    func message(
        _ request: VenueRequest, _ numbers: Range<Int64>?, at venueTime: Timestamp
    ) -> String {
        "\(numbers?.lowerBound ?? 0) \(request.body)"
    }

    func address(of segments: [Segment], tellsAccount: Bool) -> String { "wss://line" }
    func login(_ number: Int64, at venueTime: Timestamp) -> String { "\(number) login" }
    func ping(_ number: Int64, at venueTime: Timestamp) -> String { "\(number) hb" }
    func privateChannels(of segment: Segment) -> [String] { [] }
    func subscribe(privately channel: String, _ number: Int64) -> String { "" }
    func name(of channel: FeedChannel) -> String { channel == .book ? "book" : "trades" }
    func subscribe(_ channel: FeedChannel, _ wishes: [FeedWish], _ number: Int64) -> String {
        "\(number) join \(name(of: channel)) "
            + wishes.map { String($0.instrument.index) }.joined(separator: ",")
    }
    func unsubscribe(_ channel: FeedChannel, _ instruments: [InstrumentID], _ number: Int64)
        -> String
    {
        "\(number) leave \(name(of: channel)) "
            + instruments.map { String($0.index) }.joined(separator: ",")
    }
}

/// The decimal that a test writes down.
func exact<Value: ExactDecimal>(_ text: String) -> Value {
    guard let value = try? Value(text) else { preconditionFailure("\(text) is no decimal") }
    return value
}
