package import TradingModel

/// Gathers trades, or smaller bars, into bars of one size.
///
/// A trade belongs to the time bar of its venue time. A bar closes when something later comes, or
/// when engine time has passed its end by ``grace``; what arrives for a closed bar after that goes
/// into the open one, so no volume is lost. Spans without a trade make no bar.
package struct BarBuilder: Sendable {
    package let instrument: InstrumentID
    package let size: BarSize
    private var open: Bar?
    /// Trades that came after their bar had been closed.
    package private(set) var lateTrades = 0
    private var lastClose = Timestamp.distantPast

    /// How long after a bar's end a trade of it may still arrive: 1 s, ten times a bad latency.
    package static let grace: Int64 = 1_000_000_000

    package init(instrument: InstrumentID, size: BarSize) {
        self.instrument = instrument
        self.size = size
    }

    /// When the open bar closes if nothing comes; distant future when none is open.
    package var deadline: Timestamp {
        guard case .time = size, let open else { return .distantFuture }
        return open.closeTime.advanced(byNanoseconds: Self.grace)
    }

    /// Closes the open time bar when its deadline has passed.
    package mutating func close(at now: Timestamp) -> Bar? {
        guard now >= deadline, case .time = size else { return nil }
        return takeOpen()
    }

    /// Takes a trade in and hands every bar that it closed to `closed`, oldest first.
    package mutating func add(_ trade: Trade, closed: (Bar) -> Void) {
        switch size {
        case .time(let span): addTimed(trade, span: span, closed: closed)
        case .trades(let limit):
            extend(with: trade, quantity: trade.quantity)
            if let count = open?.tradeCount, count >= limit, let bar = takeOpen() { closed(bar) }
        case .volume(let limit):
            var rest = trade.quantity
            while true {
                let room = limit - (open?.volume ?? .zero)
                let part = min(room, rest)
                extend(with: trade, quantity: part)
                rest -= part
                if part == room, let bar = takeOpen() { closed(bar) }
                if rest == .zero { break }
            }
        }
    }

    /// Takes a smaller bar in; the caller has checked that its span divides ours.
    package mutating func add(_ bar: Bar, closed: (Bar) -> Void) {
        guard case .time(let span) = size else { return }
        if bar.size == size {
            closed(bar)
            return
        }
        let start = Self.start(of: bar.openTime, span: span)
        if let current = open, start >= current.closeTime, let done = takeOpen() { closed(done) }
        if var current = open {
            current.high = max(current.high, bar.high)
            current.low = min(current.low, bar.low)
            current.close = bar.close
            current.volume += bar.volume
            current.buyVolume = Self.sum(current.buyVolume, bar.buyVolume)
            current.tradeCount = Self.sum(current.tradeCount, bar.tradeCount)
            open = current
        } else {
            var first = bar
            first.size = size
            first.openTime = start
            first.closeTime = start.advanced(byNanoseconds: span)
            open = first
        }
        if let current = open, bar.closeTime >= current.closeTime, let done = takeOpen() {
            closed(done)
        }
    }

    private mutating func addTimed(_ trade: Trade, span: Int64, closed: (Bar) -> Void) {
        if let current = open, trade.venueTime >= current.closeTime, let bar = takeOpen() {
            closed(bar)
        }
        if open == nil {
            // A straggler of a bar that is gone opens the bar that follows it.
            if trade.venueTime < lastClose { lateTrades += 1 }
            let start = Self.start(of: max(trade.venueTime, lastClose), span: span)
            begin(with: trade, openTime: start, closeTime: start.advanced(byNanoseconds: span))
        }
        extend(with: trade, quantity: trade.quantity)
    }

    private mutating func extend(with trade: Trade, quantity: Quantity) {
        if open == nil {
            begin(with: trade, openTime: trade.venueTime, closeTime: trade.venueTime)
        }
        guard var bar = open else { return }
        bar.high = max(bar.high, trade.price)
        bar.low = min(bar.low, trade.price)
        bar.close = trade.price
        bar.volume += quantity
        bar.tradeCount = (bar.tradeCount ?? 0) + 1
        switch trade.taker {
        case .buy: bar.buyVolume = bar.buyVolume.map { $0 + quantity }
        case .sell: break
        case nil: bar.buyVolume = nil
        }
        if case .time = size {} else { bar.closeTime = max(bar.closeTime, trade.venueTime) }
        open = bar
    }

    private mutating func begin(with trade: Trade, openTime: Timestamp, closeTime: Timestamp) {
        open = Bar(
            instrument: instrument, size: size, open: trade.price, high: trade.price,
            low: trade.price, close: trade.price, volume: .zero, buyVolume: .zero, tradeCount: 0,
            openTime: openTime, closeTime: closeTime)
    }

    private mutating func takeOpen() -> Bar? {
        guard let bar = open else { return nil }
        open = nil
        lastClose = max(lastClose, bar.closeTime)
        return bar
    }

    private static func start(of time: Timestamp, span: Int64) -> Timestamp {
        var remainder = time.nanoseconds % span
        if remainder < 0 { remainder += span }
        return Timestamp(nanoseconds: time.nanoseconds - remainder)
    }

    private static func sum(_ left: Quantity?, _ right: Quantity?) -> Quantity? {
        guard let left, let right else { return nil }
        return left + right
    }

    private static func sum(_ left: Int?, _ right: Int?) -> Int? {
        guard let left, let right else { return nil }
        return left + right
    }
}
