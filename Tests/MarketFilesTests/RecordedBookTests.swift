import MarketFiles
import Testing
import TradingModel

/// The slowest book that can be right.
struct NaiveBook {
    var bids: [Int128: Quantity] = [:]
    var asks: [Int128: Quantity] = [:]

    mutating func apply(_ change: BookChange) {
        switch (change.kind, change.side) {
        case (.clear, _): self = NaiveBook()
        case (.level, .buy): bids[change.price.attos] = change.quantity
        case (.level, .sell): asks[change.price.attos] = change.quantity
        }
        if change.quantity == .zero {
            bids[change.price.attos] = change.side == .buy ? nil : bids[change.price.attos]
            asks[change.price.attos] = change.side == .sell ? nil : asks[change.price.attos]
        }
    }

    func top(_ levels: [Int128: Quantity], best: Int128?) -> String {
        guard let best, let quantity = levels[best] else { return "none" }
        return "\(Price(attos: best)) x \(quantity)"
    }
    var bestBid: String { top(bids, best: bids.keys.max()) }
    var bestAsk: String { top(asks, best: asks.keys.min()) }
}

/// What the README of the recorded data says a file holds, worked out independently.
struct Reference: CustomTestStringConvertible, Sendable {
    var file: String
    var trades: Int
    var volume: String
    var bought: String
    var turnover: String
    var bestBid: String
    var bestAsk: String
    var bids: Int
    var asks: Int
    var decimals: [Int]
    var testDescription: String { file }

    static let all = [
        Reference(
            file: "binance_spot_btcusdt_20240808", trades: 19_904, volume: "437.91552",
            bought: "204.49112", turnover: "27006929.5910348", bestBid: "61602.01 x 1.67177",
            bestAsk: "61602.02 x 2.66795", bids: 1971, asks: 2962, decimals: [2, 5]),
        Reference(
            file: "binance_spot_ethusdt_20240808", trades: 14_515, volume: "4272.7241",
            bought: "2023.5441", turnover: "11454209.126352", bestBid: "2677.6 x 13.0449",
            bestAsk: "2677.61 x 4.5232", bids: 1744, asks: 1665, decimals: [2, 4]),
        Reference(
            file: "binance_usdm_btcusdt_20240808", trades: 21_313, volume: "2429.366",
            bought: "1251.576", turnover: "149845680.8898", bestBid: "61659.7 x 1.486",
            bestAsk: "61659.8 x 0.981", bids: 5018, asks: 4578, decimals: [1, 3]),
        Reference(
            file: "binance_coinm_btcusd_perp_20240808", trades: 5235, volume: "182183",
            bought: "102983", turnover: "11232102459.4", bestBid: "61600 x 27",
            bestAsk: "61600.1 x 1647", bids: 1510, asks: 1733, decimals: [1, 0]),
    ]
}

@Suite(.enabled(if: RecordedData.isThere, RecordedData.comment))
struct `Captured Binance streams` {
    @Test(arguments: Reference.all)
    func `give the trades and the book of an independent rebuild`(reference: Reference) throws {
        let path = RecordedData.path("book/\(reference.file).ws.gz")
        let source = try MarketFile.open(path: path, instrument: try instrument())
        var trades = 0
        var volume = Quantity.zero
        var bought = Quantity.zero
        var turnover = Money.zero
        var book = NaiveBook()
        try drain(source) { event in
            switch event {
            case .trade(let trade):
                trades += 1
                volume += trade.quantity
                if trade.taker == .buy { bought += trade.quantity }
                let worth = try #require(trade.price.times(trade.quantity, .halfEven))
                turnover += worth
            case .book(let change): book.apply(change)
            default: break
            }
        }
        #expect(trades == reference.trades)
        #expect(volume.description == reference.volume)
        #expect(bought.description == reference.bought)
        #expect(turnover.description == reference.turnover)
        #expect(book.bestBid == reference.bestBid)
        #expect(book.bestAsk == reference.bestAsk)
        #expect(book.bids.count == reference.bids)
        #expect(book.asks.count == reference.asks)
        #expect(source.counts.skipped == 0)
        #expect(source.counts.notes == [])
    }

    @Test(arguments: Reference.all)
    func `show their feeds, symbol and decimals`(reference: Reference) throws {
        let path = RecordedData.path("book/\(reference.file).ws.gz")
        let facts = try MarketFile.inspect(path: path)
        #expect(facts.format == .binanceStream)
        #expect(facts.isPacked)
        #expect(facts.feeds == [.trades, .quotes, .book])
        #expect(facts.symbols.count == 1)
        #expect([facts.priceDecimals, facts.quantityDecimals] == reference.decimals)
    }

    @Test func `never show a crossed book`() throws {
        let path = RecordedData.path("book/binance_spot_btcusdt_20240808.ws.gz")
        var book = NaiveBook()
        var crossed = 0
        var messages = 0
        try drain(try MarketFile.open(path: path, instrument: try instrument())) { event in
            guard case .book(let change) = event else { return }
            book.apply(change)
            guard change.endsMessage else { return }
            messages += 1
            guard messages % 20 == 1, let bid = book.bids.keys.max(),
                let ask = book.asks.keys.min()
            else { return }
            if bid >= ask { crossed += 1 }
        }
        #expect(messages == 6495 - 2 + 1)  // two updates are older than the snapshot
        #expect(crossed == 0)
    }

    @Test func `count what a recording without a snapshot cannot give`() throws {
        let path = RecordedData.path("book/binance_spot_btcusdt_20230405_nosnapshot.ws.gz")
        let source = try MarketFile.open(path: path, instrument: try instrument())
        var counts: [String: Int] = [:]
        try drain(source) { event in
            switch event {
            case .trade: counts["trades", default: 0] += 1
            case .quote: counts["quotes", default: 0] += 1
            default: counts["others", default: 0] += 1
            }
        }
        #expect(counts == ["trades": 3144, "quotes": 8015])
        #expect(source.counts.notes == ["no snapshot: 3,929 depth updates were not applied"])
        #expect(source.counts.lines == 15_088)
    }

    @Test func `hold the same book, trades and quotes as the flat files made of them`() throws {
        let raw = try events(RecordedData.path("book/binance_spot_btcusdt_20240808.ws.gz"))
        for (suffix, isThat) in [
            ("l2", { if case .book = $0 { true } else { false } }),
            ("trades", { if case .trade = $0 { true } else { false } }),
            ("bbo", { if case .quote = $0 { true } else { false } }),
        ] as [(String, (MarketEvent) -> Bool)] {
            let name = "book/binance_spot_btcusdt_20240808_\(suffix).csv.gz"
            let flat = try events(RecordedData.path(name))
            let same = raw.filter(isThat) == flat
            #expect(same, "\(suffix): \(flat.count) events")
        }
    }
}
