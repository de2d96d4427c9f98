internal import CMoon
import TradingCore
import TradingModel

/// What the shim asks about while a script loads and runs; its functions are in ScriptCalls.
@safe final class ScriptContext {
    var parameters: ParameterTable
    var files: ScriptFiles
    /// An override that cannot be used: what stopped the load, whatever Lua says.
    var overrideProblem: String?

    /// Every subscribed symbol in order; its place is its slot in the shim.
    private(set) var symbols: [Symbol] = []
    private(set) var subscriptions: [Symbol: Subscription] = [:]
    /// What indicators follow of them.
    private(set) var followed: [Symbol: Subscription] = [:]
    /// The bar sizes as each symbol's subscription wrote them.
    private var barTexts: [Symbol: [BarSize: String]] = [:]
    /// The same by instrument, once the strategy is attached.
    var barTextsByInstrument: [[BarSize: String]] = []

    /// The engine's state as of the event at hand; nil until the script is attached.
    var state: TradingState? {
        get {
            if let (stretch, place) = placeInStretch { stretch.catchUp(through: place) }
            return attached
        }
        set { attached = newValue }
    }
    private var attached: TradingState?
    /// The depth of an instrument as of the event at hand; nil: none has come.
    func book(_ index: Int) -> OrderBook? {
        guard let (stretch, place) = placeInStretch else { return attached?.books[index] }
        return stretch.book(of: InstrumentID(index), through: place)
    }
    /// Where the event at hand lies in what the strategy runs ahead over.
    private var placeInStretch: (EventStretch, Int)? {
        guard let stretch, let next = unsafe shimStretch?.pointee.next else { return nil }
        return (stretch, stretch.wantsBooks ? next - 1 : stretch.batch.place(ofTrade: next - 1))
    }
    /// What the strategy runs ahead over.
    var stretch: EventStretch? {
        didSet { unsafe stretchAtHand = stretch.map { unsafe .passUnretained($0) } }
    }
    /// The same, for what is asked at each event: who refers to it need not be counted.
    private var stretchAtHand: Unmanaged<EventStretch>?
    /// How far it has come.
    var shimStretch: UnsafePointer<moon_stretch>?
    /// By slot: the instrument, -1 where the run does not have it.
    var instrumentBySlot: [Int32] = []
    /// The order of the event at hand, which an engine may tell before it keeps it.
    var currentOrder: Order? { didSet { currentSerial = currentOrder?.serial ?? 0 } }
    private var currentSerial: OrderSerial = 0
    /// One of others than the table's last, where the shim reads its tag.
    private let shown = UnsafeMutablePointer<Order>.allocate(capacity: 1)

    init(overrides: [ParameterOverride], folder: String?) {
        parameters = ParameterTable(overrides: overrides)
        files = ScriptFiles(folder: folder)
    }

    deinit { unsafe shown.deallocate() }  // a plain value

    /// Takes one feed of a symbol in and says the symbol's slot.
    func subscribe(_ text: String, _ feedText: String) throws(ScriptMistake) -> Int32 {
        let feed = try Feed.read(feedText).get()
        let slot: Int
        if let known = symbols.firstIndex(where: { $0.description == text }) {
            slot = known
        } else {
            do {
                symbols.append(try Symbol(text))
            } catch {
                throw ScriptMistake(message: error.description)
            }
            slot = symbols.count - 1
        }
        subscriptions[symbols[slot], default: Subscription()].insert(feed)
        if case .bars(let size) = feed, barTexts[symbols[slot]]?[size] == nil {
            barTexts[symbols[slot], default: [:]][size] = String(feedText.dropFirst(5))
        }
        return Int32(slot)
    }

    /// Notes that an indicator follows a feed that the script has subscribed to; says the handler of its
    /// events and, of bars, their size as the events have it.
    func follow(
        _ text: String, _ feedText: String
    ) throws(ScriptMistake) -> (handler: moon_handler, size: String) {
        let feed = try Feed.read(feedText).get()
        guard let symbol = symbols.first(where: { $0.description == text }),
            let subscription = subscriptions[symbol], subscription.contains(feed)
        else {
            throw ScriptMistake(
                message: "`\(feedText)` of \(text) is not subscribed: call subscribe(\"\(text)\", "
                    + "\"\(feedText)\") first")
        }
        followed[symbol, default: Subscription()].insert(feed)
        guard case .bars(let size) = feed else { return (feed.handler, "") }
        return (MOON_ON_BAR, barTexts[symbol]?[size] ?? "")
    }

    /// The indicators' part of what a symbol subscribes to.
    func followed(of symbol: Symbol) -> Subscription {
        followed[symbol] ?? Subscription()
    }

    func barTexts(of symbol: Symbol) -> [BarSize: String] {
        barTexts[symbol] ?? [:]
    }

    /// Keeps an order for the event at hand where the engine's table does not have it so; whether it did.
    func setAside(_ order: Order) -> Bool {
        if !order.isAside, state?.orders.has(order.serial) == true { return false }
        keep(order)
        return true
    }

    @inline(never) private func keep(_ order: Order) { currentOrder = order }

    /// What `body` reads of an order, as the event at hand has it, else as the engine's table does; nil:
    /// there is none, or it is forgotten.
    func read<Value>(_ serial: OrderSerial, _ body: (borrowing Order) -> Value) -> Value? {
        if currentSerial == serial, let currentOrder { return body(currentOrder) }
        return state?.order(serial).map { body($0) }
    }

    func id(ofOrder serial: OrderSerial) -> ClientOrderID? {
        if let order = unsafe state?.orders.place(of: serial) { return unsafe order.pointee.id }
        return read(serial) { $0.id }
    }

    /// Writes an order for the shim, as ``read(_:_:)`` finds it; false: there is none, or it is forgotten.
    func write(_ serial: OrderSerial, to out: UnsafeMutablePointer<moon_order>) -> Bool {
        // What most ask for lies in the table as it is.
        if currentSerial != serial, let order = unsafe state?.orders.place(of: serial) {
            unsafe order.write(to: out)
            return true
        }
        guard let order = read(serial, { copy $0 }) else { return false }
        unsafe shown.initialize(to: order)
        unsafe UnsafePointer(shown).write(to: out)
        return true
    }

    /// Writes the top of book, and when it was reported; false: both sides are empty.
    func writeTop(of index: Int, to out: UnsafeMutablePointer<moon_quote>) -> Bool {
        if unsafe !writeTopOfDepth(of: index, to: out) {
            guard let state else { return false }
            let top = state.top(InstrumentID(index))
            let quoted = state.books[index] == nil ? state.marks(InstrumentID(index)).quoted : nil
            let time = quoted?.receiveTime ?? state.now
            unsafe out.pointee.write(
                bid: top.bid, ask: top.ask, venueTime: quoted?.venueTime ?? time, receiveTime: time)
        }
        return unsafe out.pointee.has_bid || out.pointee.has_ask
    }

    /// Where the depth is kept the top is the depth's, and so are its times; false: it is not kept.
    private func writeTopOfDepth(
        of index: Int, to out: UnsafeMutablePointer<moon_quote>
    ) -> Bool {
        guard let top = topOfDepth(of: index) else { return false }
        unsafe out.pointee.write(top)
        return true
    }

    private func topOfDepth(of index: Int) -> Quote? {
        guard let stretch = unsafe stretchAtHand, let next = unsafe shimStretch?.pointee.next else {
            return attached?.books[index]?.top
        }
        return unsafe stretch._withUnsafeGuaranteedRef { stretch in
            let place = stretch.wantsBooks ? next - 1 : stretch.batch.place(ofTrade: next - 1)
            return stretch.top(of: InstrumentID(index), through: place)
        }
    }

    /// The serials of the open orders that match, oldest first; tags are the same byte for byte.
    func openOrders(instrument: Int32, tag: OrderTag?) -> [OrderSerial] {
        state?.orders.openSerials { order in
            (instrument < 0 || order.request.instrument.index == Int(instrument))
                && (tag == nil || order.request.tag == tag)
        } ?? []
    }

    /// What the accounts hold, or of `venue:currency` the one there; zero for a currency of the run's
    /// instruments that it does not.
    func balance(_ text: String) throws(ScriptMistake) -> Balance {
        guard let colon = text.firstIndex(of: ":") else { return try balance(text, on: nil) }
        let venue = String(text[..<colon])
        guard let account = state?.accounts.place(at: venue) else {
            let known = state?.accounts.venues ?? []
            let hint = nearestName(to: venue, among: known).map { ": did you mean `\($0)`?" }
            throw ScriptMistake(
                message: "this run trades nothing at `\(venue.cut)`\(hint ?? "")")
        }
        return try balance(String(text[text.index(after: colon)...]), on: account)
    }

    /// - Parameter account: by its place; nil: all of them together.
    private func balance(_ code: String, on account: Int?) throws(ScriptMistake) -> Balance {
        let currency = Currency(known: code)
        let found = currency.flatMap { currency in
            account.map { state?.balance(of: currency, on: $0) } ?? state?.balance(of: currency)
        }
        if let found { return found }
        var known = (state?.balances.keys).map { $0.map(\.code) } ?? []
        for instrument in state?.instruments ?? [] {
            let symbol = instrument.symbol
            known += [symbol.base.code, symbol.quote.code, symbol.settle.code]
        }
        if let currency, known.contains(code) {
            return Balance(currency: currency, total: .zero, available: .zero)
        }
        let hint = nearestName(to: code, among: known).map { ": did you mean `\($0)`?" } ?? ""
        throw ScriptMistake(message: "there is no currency `\(code.cut)` in this run\(hint)")
    }
}
