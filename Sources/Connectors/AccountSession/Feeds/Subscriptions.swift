internal import TradingCore
package import TradingModel

/// A kind of market data that is subscribed by itself.
public enum FeedChannel: Hashable, Sendable, CaseIterable {
    case book
    case trades
    case quotes
    /// Last, mark and index prices, 24 hours, funding.
    case states
    case index

    /// The feed whose silence is noticed; nil: nobody trades on it.
    var watched: WatchedFeed? {
        switch self {
        case .book: .book
        case .trades: .trades
        case .quotes: .quotes
        case .states: .states
        case .index: nil
        }
    }
}

/// Which market data are wanted, and how a line is brought there.
extension AccountCore {
    mutating func subscribe(_ feeds: [InstrumentID: FeedSet]) {
        for index in markets.indices { markets[index].feeds = feeds[index] ?? [] }
        for line in lines.ids where lines[line].stage == .live || lines[line].stage == .joining {
            subscribeFeeds(line)
        }
    }

    /// Whether a market is wanted in a channel.
    ///
    /// Quotes come for all, for they value what is held. Bars are made of trades. Of futures the
    /// state is always wanted: it tells mark and funding.
    private func wants(_ channel: FeedChannel, _ market: Market) -> Bool {
        switch channel {
        case .book: market.feeds.contains(.book)
        case .trades: !market.feeds.isDisjoint(with: [.trades, .bars])
        case .quotes: true
        case .states: market.segment == .futures || market.feeds.contains(.ticker)
        case .index: market.segment == .futures && !market.feeds.isDisjoint(with: [.ticker])
        }
    }

    /// Brings the subscriptions to what is wanted.
    mutating func subscribeFeeds(_ line: LineID) {
        let segments = lines[line].hasFeeds ? lines[line].segments : []
        for channel in traits.channels {
            let wanted = markets.indices.filter {
                segments.contains(markets[$0].segment) && wants(channel, markets[$0])
            }
            let had = lines[line].subscribed[channel] ?? []
            guard wanted != had else { continue }
            lines[line].subscribed[channel] = wanted
            let dropped = had.filter { !wanted.contains($0) }
            if !dropped.isEmpty { leave(channel, dropped, line) }
            guard !wanted.isEmpty else { continue }
            let new = wanted.filter { !had.contains($0) }
            for index in new { entered(channel, index) }
            join(channel, new, line)
        }
    }

    private mutating func leave(_ channel: FeedChannel, _ dropped: [InstrumentID], _ line: LineID) {
        for index in dropped {
            if channel == .book { markets[index].bookStage = .none }
            if let feed = channel.watched { stopWatching(feed, index) }
        }
        unsubscribe(channel, dropped, line)
    }

    private mutating func unsubscribe(
        _ channel: FeedChannel, _ instruments: [InstrumentID], _ line: LineID
    ) {
        let request = Line.Request.leaving(words.name(of: channel))
        for message in messages(instruments) {
            guard let number = nextNumber(on: line) else { return }
            send(words.unsubscribe(channel, message, number), request, on: line)
        }
    }

    /// What is said at once of these.
    private func messages<Element>(_ all: [Element]) -> [[Element]] {
        switch traits.subscribing {
        case .wholeList: [all]
        case .each: all.map { [$0] }
        }
    }

    private mutating func entered(_ channel: FeedChannel, _ index: InstrumentID) {
        if let feed = channel.watched { watch(feed, index) }
        if channel == .book { awaitBook(index) }
        if channel == .trades, markets[index].lastTrade == nil {
            markets[index].tradesSince = venueTime
        }
    }

    /// Subscribes a channel.
    ///
    /// Where each message says the whole list it is said again: it is not sure whether a second one adds to
    /// the first or replaces it.
    package mutating func join(_ channel: FeedChannel, _ new: [InstrumentID], _ line: LineID) {
        let all = lines[line].subscribed[channel] ?? []
        let meant = traits.subscribing == .wholeList ? all : new
        if let feed = channel.watched {
            for index in meant { markets[index].watches[feed].isFirst = true }
        }
        let wishes = meant.map {
            FeedWish(
                instrument: $0,
                wantsWhole: markets[$0].bookFailures >= traits.bounds.bookFailures)
        }
        let request = Line.Request.publicChannel(words.name(of: channel))
        for message in messages(wishes) {
            guard let number = nextNumber(on: line) else { return }
            send(words.subscribe(channel, message, number), request, on: line)
        }
    }

    /// Unsubscribes a market and subscribes it again.
    package mutating func askAgain(for channel: FeedChannel, _ index: InstrumentID, _ line: LineID)
    {
        unsubscribe(channel, [index], line)
        if channel == .book { awaitBook(index) }
        join(channel, [index], line)
    }
}
