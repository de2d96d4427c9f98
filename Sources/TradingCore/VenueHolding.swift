public import TradingModel

/// What the venue says is held: limits hold for it from then on, whoever traded.
public struct VenueHolding: Hashable, Sendable {
    public var instrument: InstrumentID
    public var net: SignedQuantity
    /// The venue's time of it: fills of ours after it are not in it.
    public var venueTime: Timestamp
    public var receiveTime: Timestamp
    public init(
        instrument: InstrumentID, net: SignedQuantity, venueTime: Timestamp, receiveTime: Timestamp
    ) {
        self.instrument = instrument
        self.net = net
        self.venueTime = venueTime
        self.receiveTime = receiveTime
    }
}

/// What the open orders of others in an instrument may still buy and sell.
public struct ForeignExposure: Hashable, Sendable {
    public var instrument: InstrumentID
    public var buying: Quantity
    public var selling: Quantity
    /// The highest price at which one of them rests that buys; nil: none does.
    public var bid: Price?
    /// The lowest price at which one of them rests that sells; nil: none does.
    public var ask: Price?

    public init(
        instrument: InstrumentID, buying: Quantity, selling: Quantity, bid: Price? = nil,
        ask: Price? = nil
    ) {
        self.instrument = instrument
        self.buying = buying
        self.selling = selling
        self.bid = bid
        self.ask = ask
    }

    /// Counts one more: an order that waits for its stop rests nowhere yet.
    public mutating func add(
        _ side: Side, _ remaining: Quantity, at price: Price?, isStop: Bool
    ) {
        let resting = isStop ? nil : price
        switch side {
        case .buy:
            buying += remaining
            bid = [bid, resting].compactMap(\.self).max()
        case .sell:
            selling += remaining
            ask = [ask, resting].compactMap(\.self).min()
        }
    }
}

/// The venue's last word on a position, and our fills since: between which bounds it lies by now.
///
/// Word and fills come in either order. A fill that the venue stamps later than its word is not in
/// it. One that is told after the word and stamped no later is in it, as a rule: for ``doubt`` it
/// counts where that is worse, for both may have left the venue within one stamp.
struct VenueWord: Sendable {
    private struct LaterFill {
        let venueTime: Timestamp
        let receiveTime: Timestamp
        let signed: SignedQuantity
    }

    /// In nanoseconds: pushes of one execution come within milliseconds of each other.
    static let doubt: Int64 = 2_000_000_000
    /// A word that comes this long after a fill has it, whatever the stamps say: 20 s.
    static let longest: Int64 = 20_000_000_000

    let net: SignedQuantity
    private let venueTime: Timestamp
    /// Oldest first; some seconds of them, until the venue's next word.
    private var later: [LaterFill] = []
    private var doubtful = (bought: CheckedSum(0), sold: CheckedSum(0))
    private var doubtfulUntil = Timestamp.distantPast

    /// - Parameter old: the word before, whose later fills may be later than this one too.
    init(_ holding: VenueHolding, after old: VenueWord?) {
        net = holding.net
        venueTime = holding.venueTime
        let forgotten = holding.receiveTime.advanced(byNanoseconds: -Self.longest)
        later = (old?.later ?? []).filter {
            $0.venueTime > holding.venueTime && $0.receiveTime > forgotten
        }
    }

    /// Takes in what a fill of ours moved.
    mutating func apply(_ signed: SignedQuantity, _ report: ExecutionReport) {
        guard report.venueTime <= venueTime else {
            let fill = LaterFill(
                venueTime: report.venueTime, receiveTime: report.receiveTime, signed: signed)
            return later.append(fill)
        }
        if report.receiveTime > doubtfulUntil { doubtful = (CheckedSum(0), CheckedSum(0)) }
        if signed.attos > 0 {
            doubtful.bought.add(signed.attos)
        } else {
            doubtful.sold.add(signed.attos)
        }
        doubtfulUntil = report.receiveTime.advanced(byNanoseconds: Self.doubt)
    }

    /// Ends all doubt where the word, with what is later than it, is what our own fills say.
    mutating func compare(with own: SignedQuantity) {
        guard let sum = sum(with: 0), sum == own.attos else { return }
        doubtfulUntil = .distantPast
    }

    /// The most that is held on a side, in attos, positive on that side; nil: cannot be counted.
    func most(on side: Side, at now: Timestamp) -> Int128? {
        let doubts = side == .buy ? doubtful.bought.total : doubtful.sold.total
        guard let doubts, let sum = sum(with: now < doubtfulUntil ? doubts : 0) else { return nil }
        return side == .buy ? sum : -sum
    }

    private func sum(with doubts: Int128) -> Int128? {
        var sum = CheckedSum(net.attos)
        sum.add(doubts)
        for fill in later { sum.add(fill.signed.attos) }
        return sum.total
    }
}
