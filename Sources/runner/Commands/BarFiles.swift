import MarketFiles
import TradingModel

/// Which of a symbol's files are read, where they hold bars of several sizes: those tell of the same
/// market, and would count twice.
struct BarFiles {
    let kept: [MarketFileFacts]
    /// Which files are left out and why; nil: none.
    let note: String?

    /// Keeps the files of one size: the finest of which all wanted sizes can be made.
    ///
    /// - Throws: where there is none; the message names the files with their sizes.
    init(
        _ files: [MarketFileFacts], of symbol: Symbol, wanted: [BarSize]
    ) throws(RunFailure) {
        let sizes = Set(files.compactMap(\.barSize)).sorted { $0.nanoseconds < $1.nanoseconds }
        guard sizes.count > 1 else {
            kept = files
            note = nil
            return
        }
        let holdsTrades = files.contains { $0.feeds.contains(.trades) }
        let fitting = sizes.first { size in
            let ofSize = files.filter { $0.barSize == size }
            return holdsTrades
                || wanted.allSatisfy { wish in ofSize.allSatisfy { $0.makes(wish) } }
        }
        let named = files.filter { $0.barSize != nil }.map(\.sizeAndPath).joined(separator: ", ")
        guard let fitting else {
            throw RunFailure(
                .usage,
                "the data of \(symbol) holds bars of several sizes (\(named)), and none of them "
                    + "makes \(wanted.map { "bars:\($0)" }.joined(separator: " and ")); bars of "
                    + "two sizes count twice: name the files of one size")
        }
        kept = files.filter { $0.barSize == nil || $0.barSize == fitting }
        let left = files.filter { $0.barSize != nil && $0.barSize != fitting }
        note =
            "\(symbol): bars of several sizes count twice, so those of \(fitting) are read, not "
            + left.map(\.sizeAndPath).joined(separator: ", ")
    }
}

extension MarketFileFacts {
    /// The size of its bars; nil where it holds none.
    var barSize: BarSize? {
        for feed in feeds { if case .bars(let size) = feed { return size } }
        return nil
    }

    /// What should be known where its bars are not those that are wanted; nil: nothing.
    var barHint: String? {
        if barsAreTicks {
            return "; those of \(path) are ticks written as bars: written as trades (columns time, "
                + "price, qty) they make bars of any size"
        }
        guard barsFollowCalendar else { return nil }
        return
            "; those of \(path) are weeks, months, quarters or years, known by the longest there "
            + "is (7d, 31d, 92d, 366d), and add up to no others"
    }

    fileprivate var sizeAndPath: String {
        "\(barSize.map { "bars:\($0)" } ?? "") in \(path)"
    }

    /// Whether its bars are of `size`, or add up to such bars.
    func makes(_ size: BarSize) -> Bool {
        guard let barSize else { return false }
        if barSize == size { return true }
        guard case .time(let own) = barSize, case .time(let wanted) = size else { return false }
        return own > 0 && wanted % own == 0 && !barsFollowCalendar
    }
}

extension BarSize {
    fileprivate var nanoseconds: Int64 { if case .time(let span) = self { span } else { 0 } }
}
