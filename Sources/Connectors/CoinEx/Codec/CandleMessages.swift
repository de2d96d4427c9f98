package import PlainJSON
package import TradingModel
internal import WireText

/// A candle as it comes; which of the two sums is the volume is decided by ``Candle/volume``.
package struct Candle: WireValue, Hashable {
    package let market: String
    package let openTime: Timestamp?
    package let open: Price
    package let high: Price
    package let low: Price
    package let close: Price
    private let sums: [Quantity]

    package init(reading json: JSON) throws {
        let fields = try Fields(json)
        market = try fields.market()
        openTime = try fields.time("created_at")
        open = try fields.needExact(Price.self, "open")
        high = try fields.needExact(Price.self, "high")
        low = try fields.needExact(Price.self, "low")
        close = try fields.needExact(Price.self, "close")
        sums = [
            try fields.cut(Quantity.self, "volume") ?? .zero,
            try fields.cut(Quantity.self, "value") ?? .zero,
        ]
    }

    /// The base currency traded.
    ///
    /// The documentation calls it `volume`; in replies of 2024 `volume` and `value` are swapped. At
    /// a middle price p the right pair has value ≈ volume × p, the swapped one volume ≈ value × p.
    package var volume: Quantity {
        let middle = Price.middle(high, low)
        let (volume, value) = (sums[0], sums[1])
        guard let straight = middle.times(volume, .halfEven),
            let swapped = middle.times(value, .halfEven)
        else { return volume }
        let straightError = (straight.attos - value.attos).magnitude
        let swappedError = (swapped.attos - volume.attos).magnitude
        return isSmaller(swappedError, of: volume, than: straightError, of: value)
            ? value : volume
    }

    /// Whether one error is the smaller share of what it is an error of.
    private func isSmaller(
        _ error: UInt128, of whole: Quantity, than other: UInt128, of otherWhole: Quantity
    ) -> Bool {
        let left = error.multipliedFullWidth(by: otherWhole.attos.magnitude)
        let right = other.multipliedFullWidth(by: whole.attos.magnitude)
        return left.high != right.high ? left.high < right.high : left.low < right.low
    }
}
