internal import CMoon
public import TradingCore
public import TradingModel

/// A strategy written in Lua: loads a script and carries the engine's events to its handlers.
///
/// One thread at a time may use it. What a script may do is in docs/lua-api.md.
@safe public final class LuaStrategy: ReloadableStrategy {
    /// What `params{…}` declares, by name; a Lua table constructor has no order of its own.
    public var parameters: [Parameter] { context.parameters.parameters }
    /// All symbols that `subscribe()` names, in order.
    public var symbols: [Symbol] { context.symbols }
    /// The market data that the script needs, by symbol, as it subscribed.
    ///
    /// Wider than ``subscription(to:)``: depth without an `on_book` still answers `book()`.
    public var subscriptions: [Symbol: Subscription] { context.subscriptions }
    /// What is probably not meant: a handler without its feed, a global that looks like a handler.
    public private(set) var warnings: [Diagnostic] = []
    /// The paths of the files read, the script first, then what it required, in order.
    public var files: [String] { context.files.read.map(\.path) }
    /// The same with their texts as they were read.
    public var sources: [ScriptFile] { context.files.read.map { ScriptFile($0.path, $0.text) } }

    let context: ScriptContext
    let host: OpaquePointer
    /// Where the shim reads the event at hand.
    private let events: UnsafeMutablePointer<moon_events>
    /// How far the shim has come in the stretch at hand.
    private let shimStretch: UnsafeMutablePointer<moon_stretch>
    private var failedHandler: moon_handler?
    /// Whether what it hears now is a rehearsal for a reload.
    public var isRehearsing = false
    /// Whether it starts again because the version after it failed.
    public var isRolledBack = false
    /// The shape of its `state` as `state_version` declares it, 1 by default.
    public private(set) var stateShape: Int64 = 1
    /// The `state` that loading alone makes: what a new version adds to that of the old one.
    var defaultState: String?
    /// What the script asked for before the call at hand: while it loaded, timers above all, or in the
    /// functions of conditions.
    var asked: [StrategyRequest] = []
    /// Whether indicators of it follow feeds.
    private var follows = false

    /// Reads, compiles and runs the script at `path`; its handlers run later.
    ///
    /// - Parameters:
    ///   - parameters: values for the script's parameters; one it does not have is an error.
    ///   - seed: what `math.random` starts from.
    ///   - state: an earlier ``stateText()`` for the script's `state` table; nil: empty.
    /// - Throws: ``ScriptError`` saying where the script or a parameter is wrong.
    public convenience init(
        file path: String, parameters: [ParameterOverride] = [],
        limits: ScriptLimits = ScriptLimits(), seed: UInt64 = 0, state: String? = nil
    ) throws(ScriptError) {
        let text: String
        do throws(UnreadableFile) {
            text = try ScriptFiles.text(of: path, shown: path)
        } catch {
            throw ScriptError(file: "", message: error.message)
        }
        try self.init(
            text: text, name: path, folder: ScriptFiles.folder(of: path), parameters: parameters,
            limits: limits, seed: seed, state: state)
    }

    /// As ``init(file:parameters:limits:seed:state:)``, from text; `name` is its file in messages.
    ///
    /// `require` looks in `folder`; nil: there is nothing to require.
    public init(
        text: String, name: String = "strategy.lua", folder: String? = nil,
        parameters: [ParameterOverride] = [], limits: ScriptLimits = ScriptLimits(),
        seed: UInt64 = 0, state: String? = nil, recorded: [ScriptFile]? = nil
    ) throws(ScriptError) {
        context = ScriptContext(overrides: parameters, folder: folder)
        context.files.recorded = recorded
        // Scripts see the name in error messages, so it must not depend on where they lie.
        let chunk = ScriptFiles.lastComponent(of: name)
        context.files.add(chunk: chunk, path: name, text: text)
        guard
            let host = unsafe moon_open(
                moon_limits(limits, seed: seed), context.calls(), ScriptApi.shimText),
            let events = unsafe moon_events_of(host)
        else {
            throw ScriptError(
                file: name,
                message: limits.noRoom(for: "a script"))
        }
        unsafe self.host = host
        unsafe self.events = events
        unsafe shimStretch = .allocate(capacity: 1)
        unsafe shimStretch.initialize(to: moon_stretch())
        unsafe context.shimStretch = UnsafePointer(shimStretch)
        precondition(Trade.liesAsTheShimReadsIt, "moon_trade has the layout of Trade")
        precondition(BookChange.liesAsTheShimReadsIt, "moon_change has the layout of BookChange")
        if let state { try restore(state) }
        try load(text, chunk: chunk)
        appendRequests(to: &asked)
        follows = unsafe moon_follows(host)
        stateShape = try declaredShape()
        warnings = try handlerWarnings()
    }

    deinit {
        unsafe moon_close(host)
        unsafe shimStretch.deallocate()
    }

    // MARK: - Strategy

    public func attach(to state: TradingState) {
        context.state = state
        context.instrumentBySlot = symbols.map { symbol in
            Int32(state.instruments.firstIndex { $0.symbol == symbol } ?? -1)
        }
        let count = state.instruments.count
        let slots = context.instrumentBySlot
        guard
            let instruments = unsafe moon_attach(
                host, Int32(count), slots, Int32(slots.count), state.mode.rawValue)
        else { preconditionFailure("the shim gives the instruments it was asked for") }
        context.barTextsByInstrument = state.instruments.map { context.barTexts(of: $0.symbol) }
        for (place, instrument) in state.instruments.enumerated() {
            unsafe instrument.write(to: instruments + place)
        }
    }

    public func subscription(to instrument: InstrumentID) -> Subscription {
        guard let symbol = context.state?.instruments[instrument.index].symbol,
            var wanted = subscriptions[symbol]
        else { return Subscription() }
        let followed = context.followed(of: symbol)
        // A handler that is taken away for a while is there again later.
        for feed in Feed.plainFeeds where !declares(feed.handler) {
            wanted.feeds.remove(feed.feed)
        }
        if !declares(MOON_ON_BAR) {
            wanted.feeds.remove(.bars)
            wanted.barSizes = followed.barSizes
        }
        wanted.feeds.formUnion(followed.feeds)
        return wanted
    }

    public func needs(of instrument: InstrumentID) -> FeedSet {
        guard let symbol = context.state?.instruments[instrument.index].symbol else { return [] }
        return subscriptions[symbol]?.feeds ?? []
    }

    public func onTrade(_ trade: Trade) -> HandlerOutcome {
        unsafe withUnsafePointer(to: trade) { trade in
            unsafe events.pointee.trade = UnsafeRawPointer(trade)
                .assumingMemoryBound(to: moon_trade.self)
            defer { unsafe events.pointee.trade = nil }
            return call(MOON_ON_TRADE)
        }
    }

    public func onEvents(of stretch: EventStretch) -> HandlerOutcome {
        guard stretch.wantsBooks else { return onTrades(of: stretch) }
        // What follows a feed hears of each event by itself.
        let isEach = follows || !stretch.hasAllBooks
        return isEach ? offerEach(of: stretch) : onTradesAndBooks(of: stretch)
    }

    /// Only of a stretch whose changes of depth nobody hears of.
    private func onTrades(of stretch: EventStretch) -> HandlerOutcome {
        let batch = stretch.batch
        let rows = batch.tradeRows(at: stretch.position..<stretch.end)
        unsafe shimStretch.pointee.trades = UnsafeRawPointer(batch.tradeColumn)
            .assumingMemoryBound(to: moon_trade.self)
        unsafe shimStretch.pointee.is_heard = UnsafePointer(stretch.isTradeWanted.base)
        unsafe shimStretch.pointee.next = rows.lowerBound
        unsafe shimStretch.pointee.end = rows.upperBound
        context.stretch = stretch
        var outcome = outcome(unsafe moon_call_trades(host, shimStretch), of: MOON_ON_TRADE)
        if follows, unsafe moon_is_due(host) {
            callDue()
            outcome = reported(call(MOON_ON_TRADE, isFollowed: true))
        }
        context.stretch = nil
        let next = unsafe shimStretch.pointee.next
        // A handler may answer and ask for nothing (`return {}`): that it is quiet does not say that
        // all have been offered.
        let hasHeardAll = outcome == .quiet && next == rows.upperBound
        stretch.pass(to: hasHeardAll ? stretch.end : batch.place(ofTrade: next - 1) + 1)
        return outcome
    }

    private func onTradesAndBooks(of stretch: EventStretch) -> HandlerOutcome {
        unsafe shimStretch.pointee = moon_stretch(stretch)
        context.stretch = stretch
        var handler = MOON_ON_TRADE
        let result = unsafe moon_call_events(host, shimStretch, &handler)
        context.stretch = nil
        stretch.pass(to: unsafe shimStretch.pointee.next)
        return outcome(result, of: handler)
    }

    public func onQuote(_ quote: Quote) -> HandlerOutcome {
        unsafe events.pointee.quote.instrument = Int32(truncatingIfNeeded: quote.instrument.index)
        unsafe events.pointee.quote.write(quote)
        return call(MOON_ON_QUOTE)
    }

    public func onBook(_ book: OrderBook) -> HandlerOutcome {
        unsafe events.pointee.book = Int32(truncatingIfNeeded: book.instrument.index)
        return call(MOON_ON_BOOK)
    }

    public func onBar(_ bar: Bar) -> HandlerOutcome {
        let texts = context.barTextsByInstrument[bar.instrument.index]
        unsafe events.pointee.bar.write(bar, size: texts[bar.size] ?? "")
        return call(MOON_ON_BAR)
    }

    public func onTicker(_ ticker: Ticker) -> HandlerOutcome {
        unsafe events.pointee.ticker.write(ticker)
        return call(MOON_ON_TICKER)
    }

    public func onFunding(_ funding: Funding) -> HandlerOutcome {
        unsafe events.pointee.funding = moon_funding(
            instrument: Int32(funding.instrument.index), has_mark: funding.mark != nil,
            rate: moon_attos(funding.rate.attos), mark: moon_attos(funding.mark?.attos ?? 0),
            venue_time: funding.venueTime.nanoseconds,
            receive_time: funding.receiveTime.nanoseconds)
        return call(MOON_ON_FUNDING)
    }

    public var hearsOfOrders: Bool { hasHandler(MOON_ON_ORDER) || hasHandler(MOON_ON_FILL) }

    public func onOrder(_ order: Order) -> HandlerOutcome {
        guard hasHandler(MOON_ON_ORDER) else { return .quiet }
        let isAside = context.setAside(order)
        defer { if isAside { context.currentOrder = nil } }
        unsafe events.pointee.order = Int64(order.serial.number)
        return call(MOON_ON_ORDER)
    }

    public func onFill(_ fill: Fill, of order: Order) -> HandlerOutcome {
        guard hasHandler(MOON_ON_FILL) else { return .quiet }
        let isAside = context.setAside(order)
        defer { if isAside { context.currentOrder = nil } }
        unsafe events.pointee.fill.write(fill, of: order)
        return call(MOON_ON_FILL)
    }

    public func onPosition(_ instrument: InstrumentID) -> HandlerOutcome {
        unsafe events.pointee.position = Int32(truncatingIfNeeded: instrument.index)
        return call(MOON_ON_POSITION)
    }

    public func onStatus(_ status: VenueStatus) -> HandlerOutcome {
        unsafe events.pointee.status.instrument = Int32(status.instrument?.index ?? -1)
        unsafe events.pointee.status.time = status.receiveTime.nanoseconds
        unsafe set(&events.pointee.status.venue, status.venue)
        unsafe set(&events.pointee.status.state, status.state.rawValue)
        unsafe set(&events.pointee.status.reason, status.reason)
        return call(MOON_ON_STATUS)
    }

    public func onStart(_ reason: StartReason) -> HandlerOutcome {
        unsafe events.pointee.is_rehearsal = isRehearsing
        unsafe events.pointee.is_rollback = isRolledBack
        unsafe set(&events.pointee.text, reason.rawValue)
        // The start comes before everything else, what follows the position too.
        let outcome = call(MOON_ON_START, isFollowed: true)
        guard follows else { return outcome == .quiet && !asked.isEmpty ? .output : outcome }
        keep(outcome)
        if unsafe moon_follow(host, MOON_ON_START) { callDue() }
        return reported(.quiet)
    }

    public func onTimer(_ name: String, late: Int64) -> HandlerOutcome {
        unsafe events.pointee.late = late
        return call(MOON_ON_TIMER, text: name)
    }

    public func onStop(_ reason: String) -> HandlerOutcome { call(MOON_ON_STOP, text: reason) }

    // MARK: - Calls

    /// Whether the script broke its budget or its memory limit: no handler of it runs any more.
    public var hasEnded: Bool { unsafe moon_is_broken(host) }

    /// Whether the script has the handler now.
    func hasHandler(_ handler: moon_handler) -> Bool { unsafe moon_has_handler(host, handler) }

    /// Whether it had the handler when it had loaded: what it hears of the market goes by that.
    func declares(_ handler: moon_handler) -> Bool { unsafe moon_declares_handler(host, handler) }

    private func call(_ handler: moon_handler, text: String) -> HandlerOutcome {
        unsafe set(&events.pointee.text, text)
        return call(handler)
    }

    @inline(__always)
    private func call(_ handler: moon_handler) -> HandlerOutcome {
        guard follows else { return call(handler, isFollowed: true) }
        if unsafe moon_follow(host, handler) { callDue() }
        return reported(call(handler, isFollowed: true))
    }

    /// The same once the indicators that follow the event have heard of it.
    @inline(__always)
    private func call(_ handler: moon_handler, isFollowed: Bool) -> HandlerOutcome {
        outcome(unsafe moon_call(host, handler), of: handler)
    }

    /// Calls the functions whose conditions came true, one after the other.
    private func callDue() {
        while unsafe moon_is_due(host) {
            keep(outcome(unsafe moon_call_due(host), of: MOON_WHEN))
        }
    }

    /// Keeps what a call asked for while others follow it in the same event.
    private func keep(_ outcome: HandlerOutcome) {
        if outcome != .quiet { appendOutput(to: &asked) }
    }

    /// The outcome of an event whose last call had this one.
    private func reported(_ outcome: HandlerOutcome) -> HandlerOutcome {
        outcome == .quiet && !asked.isEmpty ? .output : outcome
    }

    @inline(__always)
    private func outcome(_ outcome: moon_outcome, of handler: moon_handler) -> HandlerOutcome {
        switch outcome {
        case MOON_QUIET: return .quiet
        case MOON_OUTPUT: return .output
        default:
            failedHandler = handler
            return .failed
        }
    }

    public func drainOutput(into requests: inout [StrategyRequest]) {
        if !asked.isEmpty {
            requests += asked
            asked.removeAll(keepingCapacity: true)
        }
        appendOutput(to: &requests)
    }

    /// Moves what the last call asked for, and how it failed, to the end of `requests`.
    private func appendOutput(to requests: inout [StrategyRequest]) {
        appendRequests(to: &requests)
        guard let failedHandler else { return }
        self.failedHandler = nil
        let name = unsafe string(moon_handler_name(failedHandler))
        let text = failure(handler: name).description
        requests.append(
            hasEnded ? .fatal(text, handler: name) : .failure(text, handler: name))
    }
}
