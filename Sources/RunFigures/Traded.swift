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

    /// False, and nothing but the number of fills has changed, when a sum does not fit.
    package mutating func add(_ fill: Fill, _ side: Side, _ instrument: Instrument) -> Bool {
        // By its place, so that the currency is looked up once.
        let place = fees.index(forKey: fill.feeCurrency)
        guard let paid = (place.map { fees.values[$0] } ?? .zero).plus(fill.fee),
            side == .buy
                ? Self.add(fill, instrument, to: &bought) : Self.add(fill, instrument, to: &sold)
        else { return false }
        if let place { fees.values[place] = paid } else { fees[fill.feeCurrency] = paid }
        return true
    }

    private static func add(
        _ fill: Fill, _ instrument: Instrument, to sum: inout Sum
    ) -> Bool {
        sum.fills += 1
        let (quantity, overflow) = sum.quantity.attos.addingReportingOverflow(fill.quantity.attos)
        guard !overflow,
            let worth = instrument.contract.value(of: fill.quantity, at: fill.price, .halfEven),
            let value = sum.value.plus(worth)
        else { return false }
        sum.quantity = Quantity(attos: quantity)
        sum.value = value
        return true
    }
}
