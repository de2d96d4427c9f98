internal import AccountSession
internal import TradingCore
internal import TradingModel
internal import VenueSessions

/// Market data: what is subscribed, and what is made of the pushes.
extension CoinExSession {
    static let publicChannels = ["depth", "deals", "bbo", "state", "index"]

    mutating func subscribe(_ feeds: [InstrumentID: FeedSet]) {
        for index in markets.indices { markets[index].feeds = feeds[InstrumentID(index)] ?? [] }
        for segment in markets.segments {
            guard let stage = lines[segment]?.stage, stage == .live || stage == .joining else {
                continue
            }
            subscribeFeeds(segment)
        }
    }

    /// Whether a market is wanted in a channel.
    ///
    /// Quotes come for all, for they value what is held. Bars are made of deals. Of futures the
    /// state is always wanted: it tells mark and funding.
    private func wants(_ channel: String, _ market: Market) -> Bool {
        switch channel {
        case "depth": market.feeds.contains(.book)
        case "deals": !market.feeds.isDisjoint(with: [.trades, .bars])
        case "bbo": true
        case "state": market.segment == .futures || market.feeds.contains(.ticker)
        case "index": market.segment == .futures && !market.feeds.isDisjoint(with: [.ticker])
        default: false
        }
    }

    /// Brings the subscriptions to what is wanted: each says the whole list, for it is not sure
    /// whether a second one adds to the first or replaces it.
    mutating func subscribeFeeds(_ segment: Segment) {
        for channel in Self.publicChannels {
            let wanted = markets.indices
                .filter { markets[$0].segment == segment && wants(channel, markets[$0]) }
                .map { markets[$0].name }
            let had = lines[segment]?.subscribed[channel] ?? []
            guard wanted != had else { continue }
            lines[segment]?.subscribed[channel] = wanted
            let dropped = had.filter { !wanted.contains($0) }
            if !dropped.isEmpty { leave(channel, dropped, segment) }
            guard !wanted.isEmpty else { continue }
            for name in wanted where !had.contains(name) { entered(channel, name, segment) }
            join(channel, segment)
        }
    }

    private mutating func leave(_ channel: String, _ names: [String], _ segment: Segment) {
        for name in names {
            guard let index = markets.index(name, segment) else { continue }
            if channel == "depth" { markets[index].bookStage = .none }
            if let feed = WatchedFeed(channel: channel) { stopWatching(feed, index) }
        }
        sayOnLine(segment, .leaving(channel)) {
            SocketRequests.unsubscribe(channel, markets: names, $0)
        }
    }

    private mutating func entered(_ channel: String, _ name: String, _ segment: Segment) {
        guard let index = markets.index(name, segment) else { return }
        if let feed = WatchedFeed(channel: channel) { watch(feed, index) }
        if channel == "depth" { awaitBook(index) }
        if channel == "deals", markets[index].lastDeal == nil {
            markets[index].dealsSince = clock.venueTime(at: now)
        }
    }

    mutating func join(_ channel: String, _ segment: Segment) {
        let names = lines[segment]?.subscribed[channel] ?? []
        if let feed = WatchedFeed(channel: channel) {
            for name in names {
                if let index = markets.index(name, segment) {
                    markets[index].watches[feed].isFirst = true
                }
            }
        }
        guard channel == "depth" else {
            return sayOnLine(segment, .publicChannel(channel)) {
                SocketRequests.subscribe(channel, markets: names, $0)
            }
        }
        let entries = names.map { name in
            let failures = markets.index(name, segment).map { markets[$0].bookFailures } ?? 0
            return SocketRequests.DepthEntry(
                market: name, levels: settings.depthLevels,
                isFull: failures >= traits.bounds.bookFailures)
        }
        sayOnLine(segment, .publicChannel(channel)) { SocketRequests.subscribeDepth(entries, $0) }
    }

    // MARK: - Order books

    private mutating func awaitBook(_ index: Int) {
        markets[index].book.removeAll()
        markets[index].bookStage = .awaitingWhole
        guard let socket = lines[markets[index].segment]?.socket else { return }
        agenda.remove { $0 == .wholeBook(index, socket) }
        agenda.add(.wholeBook(index, socket), at: after(traits.pace.wholeBook))
    }

    mutating func received(_ push: DepthPush, _ bytes: Span<UInt8>, _ segment: Segment) {
        guard let index = markets.index(bytes, push.market, segment) else { return }
        switch markets[index].bookStage {
        case .none, .pausing: return
        case .awaitingWhole where !push.isFull: return
        default: break
        }
        do throws(CheckedBook.Doubt) {
            try markets[index].book.apply(push, bytes)
        } catch {
            return doubtBook(index, error.reason)
        }
        markets[index].bookStage = .good
        if let last = push.last { markets[index].lastPrice = last }
        heard(.book, index, push.updatedAt)
        tell(push, index)
        guard markets[index].isBookDoubted else { return }
        markets[index].isBookDoubted = false
        tell(.resynchronised, "the order book is whole again", index)
    }

    private mutating func tell(_ push: DepthPush, _ index: Int) {
        let id = InstrumentID(index)
        let time = push.updatedAt ?? clock.venueTime(at: now)
        var changes: [BookChange] = []
        changes.reserveCapacity(push.levels.count + 1)
        if push.isFull {
            changes.append(
                BookChange(
                    instrument: id, kind: .clear, endsMessage: false, venueTime: time,
                    receiveTime: now))
        }
        // A level without size deletes; a whole book has nothing to delete.
        for level in push.levels where !push.isFull || level.quantity > .zero {
            changes.append(
                BookChange(
                    instrument: id, kind: .level, side: level.side, price: level.price,
                    quantity: level.quantity, endsMessage: false, venueTime: time,
                    receiveTime: now))
        }
        guard let last = changes.indices.last else { return }
        changes[last].endsMessage = true
        out.append(.book(changes))
    }

    /// A book that is not the venue's is worse than none: it goes, and is asked for anew, after a
    /// pause if that has not helped before.
    private mutating func doubtBook(_ index: Int, _ reason: String) {
        countFailure(index)
        if !markets[index].isBookDoubted {
            markets[index].isBookDoubted = true
            tell(
                .book(
                    BookChange(
                        instrument: InstrumentID(index), kind: .clear, endsMessage: true,
                        venueTime: clock.venueTime(at: now), receiveTime: now)))
            tell(.stale, reason, index)
        }
        let pauses = markets[index].bookFailures - traits.bounds.bookFailures
        guard pauses > 0, let socket = lines[markets[index].segment]?.socket else {
            return askForBook(index)
        }
        markets[index].bookStage = .pausing
        let wait = traits.pace.wrongBookFirst << Int64(min(pauses - 1, 8))
        agenda.addOnce(
            .askForBook(index, socket), at: after(min(wait, traits.pace.wrongBookLongest)))
    }

    /// Failures that follow each other closely are one trouble.
    private mutating func countFailure(_ index: Int) {
        let sound = markets[index].bookFailedAt.advanced(byNanoseconds: traits.pace.soundBook)
        // In whole-book mode some stay counted: they are why it is in it.
        if !markets[index].isBookDoubted, now >= sound {
            let isWhole = markets[index].bookFailures >= traits.bounds.bookFailures
            markets[index].bookFailures = isWhole ? traits.bounds.bookFailures : 0
        }
        markets[index].bookFailures += 1
        markets[index].bookFailedAt = now
    }

    mutating func askForBook(_ index: Int) {
        let segment = markets[index].segment
        let name = markets[index].name
        sayOnLine(segment, .leaving("depth")) {
            SocketRequests.unsubscribe("depth", markets: [name], $0)
        }
        awaitBook(index)
        join("depth", segment)
    }

    mutating func missedWholeBook(_ index: Int, _ socket: SocketID) {
        let segment = markets[index].segment
        guard lines[segment]?.socket == socket, markets[index].bookStage == .awaitingWhole else {
            return
        }
        doubtBook(
            index,
            "the order book of \(settings.symbols[index]) did not come within "
                + "\(traits.pace.wholeBook / second) s of being asked for")
    }

    // MARK: - Deals, quotes, states

    /// Deals come newest first, and the first push after a subscription repeats old ones.
    mutating func received(_ deals: [PublicDeal], _ index: Int) {
        noteHistory(deals, index)
        heard(.trades, index, deals.first?.createdAt)
        for deal in deals.reversed() {
            if let last = markets[index].lastDeal, deal.id <= last { continue }
            markets[index].lastDeal = deal.id
            markets[index].lastPrice = deal.price
            if let since = markets[index].dealsSince, let time = deal.createdAt, time < since {
                continue
            }
            markets[index].dealsSince = nil
            tell(
                .trade(
                    Trade(
                        instrument: InstrumentID(index), price: deal.price,
                        quantity: deal.quantity, taker: deal.side, id: deal.id,
                        venueTime: deal.createdAt ?? clock.venueTime(at: now), receiveTime: now)))
        }
    }

    /// Whether this venue answers a subscription with deals of before it.
    private mutating func noteHistory(_ deals: [PublicDeal], _ index: Int) {
        guard markets[index].watches[.trades].isFirst,
            let asked = markets[index].watches[.trades].askedAt,
            let oldest = deals.last?.createdAt, oldest < clock.venueTime(at: asked)
        else { return }
        markets[index].watches[.trades].answers = true
    }

    mutating func quote(_ index: Int, _ bid: BookLevel?, _ ask: BookLevel?, _ time: Timestamp?) {
        heard(.quotes, index, time)
        tell(
            .quote(
                Quote(
                    instrument: InstrumentID(index), bid: bid, ask: ask,
                    venueTime: time ?? clock.venueTime(at: now), receiveTime: now)))
    }

    /// Pushes also tell of markets that nobody asked for, and of some that are none.
    mutating func received(_ state: MarketState, _ segment: Segment) {
        guard let index = markets.index(state.market, segment) else { return }
        if let last = state.last { markets[index].lastPrice = last }
        if let mark = state.mark { markets[index].mark = mark }
        heard(.states, index, nil)
        tell(
            .ticker(
                Ticker(
                    instrument: InstrumentID(index), last: state.last, mark: state.mark,
                    index: state.index, volume24h: state.volume,
                    venueTime: clock.venueTime(at: now), receiveTime: now)))
        tellFunding(state, index)
    }

    mutating func received(_ price: IndexPrice, _ segment: Segment) {
        guard let index = markets.index(price.market, segment) else { return }
        if let mark = price.mark { markets[index].mark = mark }
        tell(
            .ticker(
                Ticker(
                    instrument: InstrumentID(index), mark: price.mark, index: price.index,
                    venueTime: clock.venueTime(at: now), receiveTime: now)))
    }
}
