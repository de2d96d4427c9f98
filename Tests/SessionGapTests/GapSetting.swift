import SessionGap
import TestInstruments
import TradingCore
import TradingModel

/// A session of one instrument by hand, and two simulations of it.
struct GapSetting {
    let deeds: SessionDeeds
    var modelled: SimulatedOutcome
    var retimed: SimulatedOutcome
    let instrument: Instrument

    static let order = ClientOrderID("o1")

    init(_ instrument: Instrument = perpetual, _ side: Side = .buy) {
        self.instrument = instrument
        deeds = SessionDeeds(instruments: [instrument])
        modelled = SimulatedOutcome()
        modelled.funding = [.zero]
        retimed = modelled
        deeds.submit(
            Self.order,
            OrderRequest(
                instrument: instrument.id, side: side, quantity: quantity("10"),
                price: price("100")), at: time(0))
        self.side = side
    }

    private let side: Side
    private var count = 0

    mutating func fill(_ size: String, _ at: String, fee: String = "0", of currency: String? = nil)
        -> GapFill
    {
        count += 1
        return GapFill(
            instrument: instrument.id, side: side,
            fill: Fill(
                id: "f\(count)", price: price(at), quantity: quantity(size), liquidity: .maker,
                fee: money(fee), feeCurrency: currency.map { Currency($0) } ?? instrument.settle),
            time: time(Int64(count)))
    }

    /// What happened in the session.
    mutating func happened(_ fill: GapFill) {
        deeds.add(
            ExecutionReport(
                order: Self.order, instrument: instrument.id, event: .fill(fill.fill),
                venueTime: fill.time, receiveTime: fill.time))
    }

    /// The same in both simulations.
    mutating func simulate(_ fills: GapFill...) {
        modelled.fills[Self.order] = fills
        retimed.fills[Self.order] = fills
    }

    func gap(mark: String? = "110") throws -> SessionGap {
        try SessionGap(
            deeds, modelled: modelled, retimed: retimed, marks: [mark.map { price($0) }])
    }
}

func time(_ ms: Int64) -> Timestamp { Timestamp(nanoseconds: ms * 1_000_000) }

extension Purse {
    /// Of the one currency that there is; 0: there is nothing.
    var only: String {
        amounts.count == 1 ? amounts.values.first?.description ?? "" : isEmpty ? "0" : description
    }
}

extension GapParts {
    /// In their order: missed, extra, price, fee, funding, latency.
    var figures: [String] { all.map(\.only) }
}
