package import TradingModel

/// Gathers trades, or smaller bars, into bars of one size.
///
/// A trade belongs to the time bar of its venue time, as far as that is believed (``VenueClock``).
/// A bar closes when something later comes, or when engine time has passed its end by ``grace``;
/// what arrives for a closed bar after that goes into the open one, so no volume is lost. Spans
/// without a trade make no bar.
///
/// What comes first, trades or bars of one size, is what is gathered; the same market told in
/// another way would count twice.
package struct BarBuilder: Sendable {
    package let instrument: InstrumentID
    package let size: BarSize
    private var open: Bar?
    private var source = Source.nothing
    private var clock = VenueClock()
    /// Trades and smaller bars that came after their bar had been closed.
    package private(set) var late = 0
    private var lastClose = Timestamp.distantPast
    /// What somebody should be told; see ``popTrouble()``.
    package private(set) var trouble: BarTrouble?
    private var hasReportedMany = false
    private var hasReportedStamp = false

    /// How long after a bar's end a trade of it may still arrive: 1 s, ten times a bad latency.
    package static let grace: Int64 = 1_000_000_000
    /// Bars of volume that one trade may fill; a trade that would fill more makes one bar.
    package static let mostBarsOfTrade = 1_000

    private enum Source: Equatable {
        case nothing
        case trades
        case bars(BarSize)
    }

    package init(instrument: InstrumentID, size: BarSize) {
        self.instrument = instrument
        self.size = size
    }

    /// Trades whose venue stamp was not believed: they counted at their arrival.
    package var doubtedStamps: Int { clock.doubted }

    /// When the open bar closes if nothing comes; distant future when none is open.
    package var deadline: Timestamp {
        guard case .time = size, let open else { return .distantFuture }
        return clock.ours(open.closeTime).advanced(byNanoseconds: Self.grace)
    }

    /// Closes the open time bar when its deadline has passed.
    package mutating func close(at now: Timestamp) -> Bar? {
        guard now >= deadline, case .time = size else { return nil }
        return endOpen()
    }

    /// Closes the open time bar if it is over: nothing comes any more that could belong to it.
    ///
    /// A bar that is still forming stays open.
    package mutating func closeLast(at now: Timestamp) -> Bar? {
        guard case .time = size, let open, now >= clock.ours(open.closeTime) else { return nil }
        return endOpen()
    }

    /// Takes a trade in and hands every bar that it closed to `closed`, oldest first.
    package mutating func add(_ trade: Trade, closed: (Bar) -> Void) {
        guard source == .trades || follow(.trades) else { return }
        switch size {
        case .time(let span): addTimed(trade, span: span, closed: closed)
        case .trades(let limit):
            extend(with: trade, at: believed(trade), quantity: trade.quantity)
            if let count = open?.tradeCount, count >= limit, let bar = endOpen() { closed(bar) }
        case .volume(let limit): addVolume(trade, limit: limit, closed: closed)
        }
    }

    /// Takes a smaller bar in; one whose span does not divide ours is none of our business.
    package mutating func add(_ bar: Bar, closed: (Bar) -> Void) {
        guard source == .bars(bar.size) || divides(bar.size) && follow(.bars(bar.size)) else {
            return
        }
        guard bar.size != size, case .time(let span) = size else { return closed(bar) }
        if let current = open, bar.openTime >= current.closeTime, let done = endOpen() {
            closed(done)
        }
        if bar.openTime < open?.openTime ?? lastClose { late += 1 }
        if let current = open {
            open = joined(current, bar)
        } else {
            var first = bar
            first.size = size
            first.openTime = Self.start(of: max(bar.openTime, lastClose), span: span)
            first.closeTime = first.openTime.advanced(byNanoseconds: span)
            open = first
        }
        if let current = open, bar.closeTime >= current.closeTime, let done = endOpen() {
            closed(done)
        }
    }

    /// What went wrong since the last call, to be told once.
    package mutating func popTrouble() -> BarTrouble? {
        defer { trouble = nil }
        return trouble
    }

    private mutating func follow(_ offered: Source) -> Bool {
        if source == .nothing { source = offered }
        return source == offered
    }

    private func divides(_ smaller: BarSize) -> Bool {
        if smaller == size { return true }
        guard case .time(let own) = smaller, case .time(let span) = size else { return false }
        return own > 0 && span % own == 0
    }

    // MARK: - Time

    private mutating func addTimed(_ trade: Trade, span: Int64, closed: (Bar) -> Void) {
        if let current = open, trade.venueTime >= current.openTime,
            trade.venueTime < current.closeTime
        {
            return extend(with: trade, at: trade.venueTime, quantity: trade.quantity)
        }
        let time = believed(trade)
        if let current = open, time >= current.closeTime, let bar = endOpen() { closed(bar) }
        if open == nil {
            // A straggler of a bar that is gone opens the bar that follows it.
            if time < lastClose { late += 1 }
            let start = Self.start(of: max(time, lastClose), span: span)
            begin(with: trade, openTime: start, closeTime: start.advanced(byNanoseconds: span))
        }
        extend(with: trade, at: time, quantity: trade.quantity)
    }

    private mutating func believed(_ trade: Trade) -> Timestamp {
        let time = clock.believed(trade)
        if clock.doubted > 0, !hasReportedStamp {
            hasReportedStamp = true
            trouble = trouble ?? .stamp(trade)
        }
        return time
    }

    private static func start(of time: Timestamp, span: Int64) -> Timestamp {
        var remainder = time.nanoseconds % span
        if remainder < 0 { remainder += span }
        return time.advanced(byNanoseconds: -remainder)
    }

    // MARK: - Volume

    private mutating func addVolume(_ trade: Trade, limit: Quantity, closed: (Bar) -> Void) {
        let time = believed(trade)
        var rest = trade.quantity
        let filled = rest.attos / limit.attos
        if filled > Self.mostBarsOfTrade {
            if !hasReportedMany { trouble = .manyBars(trade, count: filled) }
            hasReportedMany = true
            let whole = Quantity(attos: filled * limit.attos)
            extend(with: trade, at: time, quantity: whole)
            if let bar = endOpen() { closed(bar) }
            rest = Quantity(attos: rest.attos - whole.attos)
            if rest == .zero { return }
        }
        while true {
            let room = limit.attos - (open?.volume.attos ?? 0)
            let part = min(room, rest.attos)
            extend(with: trade, at: time, quantity: Quantity(attos: part))
            rest = Quantity(attos: rest.attos - part)
            if part == room, let bar = endOpen() { closed(bar) }
            if rest == .zero { break }
        }
    }

    // MARK: - The open bar

    private mutating func extend(with trade: Trade, at time: Timestamp, quantity: Quantity) {
        if open == nil { begin(with: trade, openTime: time, closeTime: time) }
        guard var bar = open else { return }
        bar.high = max(bar.high, trade.price)
        bar.low = min(bar.low, trade.price)
        bar.close = trade.price
        bar.volume = sum(bar.volume, quantity)
        bar.tradeCount = (bar.tradeCount ?? 0) + 1
        switch trade.taker {
        case .buy: bar.buyVolume = bar.buyVolume.map { sum($0, quantity) }
        case .sell: break
        case nil: bar.buyVolume = nil
        }
        if case .time = size {} else { bar.closeTime = max(bar.closeTime, time) }
        open = bar
    }

    private mutating func begin(with trade: Trade, openTime: Timestamp, closeTime: Timestamp) {
        open = Bar(
            instrument: instrument, size: size, open: trade.price, high: trade.price,
            low: trade.price, close: trade.price, volume: .zero, buyVolume: .zero, tradeCount: 0,
            openTime: openTime, closeTime: closeTime)
    }

    private mutating func joined(_ current: Bar, _ bar: Bar) -> Bar {
        var joined = current
        joined.high = max(current.high, bar.high)
        joined.low = min(current.low, bar.low)
        joined.close = bar.close
        joined.volume = sum(current.volume, bar.volume)
        joined.buyVolume = nil
        if let before = current.buyVolume, let more = bar.buyVolume {
            joined.buyVolume = sum(before, more)
        }
        joined.tradeCount = nil
        if let before = current.tradeCount, let more = bar.tradeCount {
            let (count, overflow) = before.addingReportingOverflow(more)
            joined.tradeCount = overflow ? .max : count
        }
        return joined
    }

    private mutating func endOpen() -> Bar? {
        guard let bar = open else { return nil }
        open = nil
        lastClose = max(lastClose, bar.closeTime)
        return bar
    }

    /// The sum, or the largest quantity there is where it does not fit.
    private mutating func sum(_ left: Quantity, _ right: Quantity) -> Quantity {
        let (attos, overflow) = left.attos.addingReportingOverflow(right.attos)
        guard overflow else { return Quantity(attos: attos) }
        trouble = .volume(left, right)
        return Quantity(attos: .max)
    }
}
