public import TradingModel

/// The accounts that a run's instruments are traded on: one at each venue, or one that all of them share.
public struct RunAccounts: Hashable, Sendable {
    /// The venues of the instruments, in the order of the first instrument of each.
    public let venues: [String]
    private let isShared: Bool
    /// By instrument.
    private let places: [Int]

    /// - Parameter isShared: whether one account has all of it, whatever the venues: in simulations.
    public init(of symbols: [Symbol], isShared: Bool) {
        var venues: [String] = []
        for symbol in symbols where !venues.contains(symbol.venue) { venues.append(symbol.venue) }
        self.venues = venues
        self.isShared = isShared
        places = symbols.map { isShared ? 0 : venues.firstIndex(of: $0.venue) ?? 0 }
    }

    public var count: Int { isShared ? 1 : max(venues.count, 1) }

    /// The place of the account that an instrument is traded on.
    public subscript(instrument: InstrumentID) -> Int {
        isShared ? 0 : places[instrument.index]
    }

    /// The place of the account at a venue; nil: nothing is traded there.
    public func place(at venue: String) -> Int? {
        venues.firstIndex(of: venue).map { isShared ? 0 : $0 }
    }

    /// What is traded on an account, by the places in the list that it was made of.
    public func instruments(of account: Int) -> [InstrumentID] {
        places.indices.filter { places[$0] == account }.map { InstrumentID($0) }
    }
}
