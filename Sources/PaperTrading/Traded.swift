public import TradingModel

/// What a run's executions add up to: enough to hold them against a venue's own list.
public struct Traded: Hashable, Sendable {
    /// The executions of one side.
    public struct Sum: Hashable, Sendable {
        public fileprivate(set) var fills = 0
        public fileprivate(set) var quantity: Quantity = .zero
        /// In the settle currency, each execution rounded half to even at the 18th decimal.
        public fileprivate(set) var value: Money = .zero
    }

    public private(set) var bought = Sum()
    public private(set) var sold = Sum()
    /// Paid, in the currencies that the venue took them in; negative: rebates outweigh.
    public private(set) var fees: [Currency: Money] = [:]

    public init() {}

    package mutating func add(_ fill: Fill, _ side: Side, _ instrument: Instrument) {
        if side == .buy { Self.add(fill, instrument, to: &bought) }
        if side == .sell { Self.add(fill, instrument, to: &sold) }
        fees[fill.feeCurrency, default: .zero] += fill.fee
    }

    private static func add(_ fill: Fill, _ instrument: Instrument, to sum: inout Sum) {
        sum.fills += 1
        sum.quantity += fill.quantity
        // The engine refuses a fill whose worth has no room, long before a sum of them has none.
        sum.value +=
            instrument.contract.value(of: fill.quantity, at: fill.price, .halfEven) ?? .zero
    }
}
