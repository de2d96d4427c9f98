internal import TradingModel

/// Finds what several files of one symbol both hold, while they are merged.
///
/// Dumps of months and of days overlap, downloads are resumed. The files are merged by time, so what
/// two of them hold comes close together: a window of the last trades is enough. Bars are told by
/// size and open time.
struct CommonRecords {
    /// How far apart in time the same trade is looked for in two files: a minute, in nanoseconds.
    private static let reach: Int64 = 60_000_000_000

    /// A bar's place in the market.
    private struct Series: Hashable {
        let instrument: InstrumentID
        let size: BarSize
    }

    private let files: [MarketFileSource?]
    /// By file: the others that hold trades of its instrument; empty where it holds none.
    private let tradePartners: [[Int]]
    private let barPartners: [[Int]]
    private var windows: [InstrumentID: TradeWindow] = [:]
    private var emitted: [Series: CoveredTimes] = [:]
    /// By file: when its last trade was handed out.
    private var lastTrade: [Timestamp]

    init(_ sources: [any MarketEventSource]) {
        let files = sources.map { $0 as? MarketFileSource }
        func partners(_ holds: (MarketFileSource) -> Bool) -> [[Int]] {
            files.indices.map { index in
                guard let file = files[index], holds(file) else { return [] }
                return files.indices.filter { other in
                    guard other != index, let partner = files[other] else { return false }
                    return partner.instrument == file.instrument && holds(partner)
                }
            }
        }
        self.files = files
        tradePartners = partners { $0.feeds.contains(.trades) }
        barPartners = partners { $0.feeds.contains { if case .bars = $0 { true } else { false } } }
        lastTrade = files.map { _ in .distantPast }
    }

    /// Whether a file may hold what another one holds.
    func watches(_ index: Int) -> Bool {
        !tradePartners[index].isEmpty || !barPartners[index].isEmpty
    }

    /// Whether an event of a file is left out, because another one holds it.
    ///
    /// - Parameter next: the event of another file that comes next, nil at its end.
    mutating func leavesOut(
        _ event: MarketEvent, of index: Int, next: (Int) -> MarketEvent?
    ) -> Bool {
        switch event {
        case .trade(let trade) where !tradePartners[index].isEmpty:
            leavesOut(trade, index, next)
        case .bar(let bar) where !barPartners[index].isEmpty: leavesOut(bar, index, next)
        default: false
        }
    }

    private mutating func leavesOut(
        _ trade: Trade, _ index: Int, _ next: (Int) -> MarketEvent?
    ) -> Bool {
        lastTrade[index] = trade.receiveTime
        guard let id = trade.id, isNear(trade.receiveTime, tradePartners[index], next) else {
            return false
        }
        let entry = TradeWindow.Entry(trade, file: index)
        if let known = windows[trade.instrument]?[id], known.file != index,
            let file = files[index], let other = files[known.file]
        {
            if known.isSameTrade(as: entry) {
                file.record(sharedWith: other.path) { $0.leftOut += 1 }
                return true
            }
            file.record(sharedWith: other.path) { $0.sameID += 1 }
        }
        windows[trade.instrument, default: TradeWindow()].insert(id, entry)
        return false
    }

    private func isNear(
        _ time: Timestamp, _ partners: [Int], _ next: (Int) -> MarketEvent?
    ) -> Bool {
        partners.contains { partner in
            if lastTrade[partner].advanced(byNanoseconds: Self.reach) >= time { return true }
            guard let coming = next(partner)?.receiveTime else { return false }
            return coming <= time.advanced(byNanoseconds: Self.reach)
        }
    }

    private mutating func leavesOut(
        _ bar: Bar, _ index: Int, _ next: (Int) -> MarketEvent?
    ) -> Bool {
        // The file that is named later counts: its bar of the same end comes right behind.
        for partner in barPartners[index] where partner > index {
            guard case .bar(let other)? = next(partner), other.openTime == bar.openTime,
                other.size == bar.size, other.closeTime == bar.closeTime
            else { continue }
            record(bar, of: index, with: partner, differs: other != bar)
            return true
        }
        let series = Series(instrument: bar.instrument, size: bar.size)
        guard case .time(let step) = bar.size else { return false }
        if emitted[series, default: CoveredTimes(step: step)].insert(bar.openTime) { return false }
        record(bar, of: index, with: barPartners[index][0], differs: false)
        return true
    }

    private func record(_ bar: Bar, of index: Int, with partner: Int, differs: Bool) {
        guard let file = files[index], let other = files[partner] else { return }
        file.record(sharedWith: other.path) { records in
            records.leftOut += 1
            if differs { records.differing += 1 }
        }
    }
}
