internal import TradingCore
public import TradingModel
internal import VenueSessions

/// The feeds whose silence or lateness is noticed: those that a strategy trades on.
public enum WatchedFeed: Int, CaseIterable {
    case quotes
    case trades
    case book
    /// Mark, index and 24 hours; also where the funding comes from.
    case states

    /// What is subscribed for it.
    var channel: FeedChannel {
        switch self {
        case .quotes: .quotes
        case .trades: .trades
        case .book: .book
        case .states: .states
        }
    }

    var name: String {
        switch self {
        case .quotes: "quotes"
        case .trades: "trades"
        case .book: "changes of the order book"
        case .states: "tickers"
        }
    }

    /// How long it may be silent in a market that is alive, in nanoseconds.
    var quiet: Int64 {
        switch self {
        case .quotes, .trades, .book: 15 * second
        case .states: 60 * second
        }
    }
}

/// What is known of one feed of one market.
///
///     in order ─silent for long→ asked anew ─no answer→ silent ─a push→ in order
///         └──── late for long ────────────────────────→ late ──one in time→ in order
public struct FeedWatch {
    public enum Trouble: Hashable {
        case silent
        case late
    }

    /// Whether it is subscribed; only then it can be missed.
    public var isOn = false
    /// When the last push came, or when it was subscribed.
    public var receivedAt = Timestamp.distantPast
    /// Since when a push is awaited for which we asked; nil: none is.
    public var askedAt: Timestamp?
    /// The next push answers a subscription: it may tell of long ago.
    public var isFirst = false
    /// Pushes have come late since then; nil: the last was in time.
    public var lateSince: Timestamp?
    /// What was reported of it and holds still.
    public var trouble: Trouble?
    /// How often it was asked anew since it last told anything by itself.
    public var asked = 0
    /// Whether it has answered a subscription with what there was: then no answer proves something.
    public var answers = false
    /// When it is looked at next.
    public var lookAt = Timestamp.distantFuture

    /// Whether a push is more than a push: looked at in the way from the wire to the strategy.
    @inlinable public var isRemarkable: Bool {
        isFirst || askedAt != nil || lateSince != nil || trouble != nil || asked > 0
    }
}

/// The feeds of a market.
public struct FeedWatches {
    @usableFromInline var quotes = FeedWatch()
    @usableFromInline var trades = FeedWatch()
    @usableFromInline var book = FeedWatch()
    @usableFromInline var states = FeedWatch()

    @inlinable
    public subscript(feed: WatchedFeed) -> FeedWatch {
        @inline(__always) _read {
            switch feed {
            case .quotes: yield quotes
            case .trades: yield trades
            case .book: yield book
            case .states: yield states
            }
        }
        @inline(__always) _modify {
            switch feed {
            case .quotes: yield &quotes
            case .trades: yield &trades
            case .book: yield &book
            case .states: yield &states
            }
        }
    }
}

/// Silent and late feeds: noticed, told and asked for anew.
///
/// The venue pushes what changes and nothing else, so a silent feed may belong to a quiet market. A
/// subscription is answered with what there is: a feed that is silent and does not answer is dead.
extension AccountCore {
    // MARK: - In the way of every push

    /// Records a push of a feed, stamped by the venue with `stamp`.
    @inlinable @inline(__always)
    public mutating func received(_ feed: WatchedFeed, _ index: InstrumentID, _ stamp: Timestamp?) {
        markets[index].watches[feed].receivedAt = now
        let isLate = (stamp?.nanoseconds ?? .max) < now.nanoseconds &+ lateBound
        if isLate || markets[index].watches[feed].isRemarkable {
            check(feed, index, lateBy: isLate ? stamp : nil)
        }
    }

    /// - Parameter stamp: of a push that is late.
    @inline(never) @usableFromInline
    mutating func check(_ feed: WatchedFeed, _ index: InstrumentID, lateBy stamp: Timestamp?) {
        if markets[index].watches[feed].isFirst || markets[index].watches[feed].askedAt != nil {
            return answered(feed, index)
        }
        guard let stamp else { return isInTime(feed, index) }
        guard let since = markets[index].watches[feed].lateSince else {
            markets[index].watches[feed].lateSince = now
            return checkClock()
        }
        guard markets[index].watches[feed].trouble != .late,
            now >= since.advanced(byNanoseconds: traits.pace.lateFor)
        else { return }
        let lag = clock.venueTime(at: now).nanoseconds - stamp.nanoseconds
        reportTrouble(.late, feed, index, "come \(lag / second) s late")
    }

    /// A push by itself, and in time.
    private mutating func isInTime(_ feed: WatchedFeed, _ index: InstrumentID) {
        markets[index].watches[feed].lateSince = nil
        markets[index].watches[feed].asked = 0
        recovered(feed, index)
    }

    /// A push after a subscription: it shows that the feed lives, and nothing about its lateness.
    private mutating func answered(_ feed: WatchedFeed, _ index: InstrumentID) {
        if feed != .trades, let asked = markets[index].watches[feed].askedAt,
            now < asked.advanced(byNanoseconds: traits.pace.promptAnswer)
        {
            markets[index].watches[feed].answers = true
        }
        markets[index].watches[feed].isFirst = false
        markets[index].watches[feed].askedAt = nil
        if markets[index].watches[feed].trouble != .late { recovered(feed, index) }
        planLook(feed, index)
    }

    private mutating func recovered(_ feed: WatchedFeed, _ index: InstrumentID) {
        guard markets[index].watches[feed].trouble != nil else { return }
        markets[index].watches[feed].trouble = nil
        emit(
            .resynchronised, "the \(feed.name) of \(markets[index].symbol) come in time again",
            index)
    }

    // MARK: - When nothing comes

    /// A feed has been subscribed.
    mutating func watch(_ feed: WatchedFeed, _ index: InstrumentID) {
        markets[index].watches[feed].isOn = true
        markets[index].watches[feed].isFirst = true
        markets[index].watches[feed].receivedAt = now
        markets[index].watches[feed].askedAt = now
        planLook(feed, index)
    }

    /// A feed is not subscribed any more; what was wrong with it is so until it tells something.
    mutating func stopWatching(_ feed: WatchedFeed, _ index: InstrumentID) {
        markets[index].watches[feed].isOn = false
        markets[index].watches[feed].lookAt = .distantFuture
    }

    private mutating func planLook(_ feed: WatchedFeed, _ index: InstrumentID) {
        let watch = markets[index].watches[feed]
        let time =
            if let asked = watch.askedAt {
                asked.advanced(byNanoseconds: traits.pace.answer)
            } else if watch.trouble != nil {
                after(doubled(traits.pace.deadFirst, watch.asked, atMost: traits.pace.deadLongest))
            } else {
                watch.receivedAt.advanced(
                    byNanoseconds: doubled(
                        feed.quiet, watch.asked, atMost: traits.pace.quietLongest))
            }
        markets[index].watches[feed].lookAt = time
        agenda.addOnce(.feeds, at: time)
    }

    private func doubled(_ first: Int64, _ times: Int, atMost longest: Int64) -> Int64 {
        min(longest, first << Int64(min(times, 8)))
    }

    /// Checks the feeds whose time has come.
    mutating func checkFeeds() {
        for index in markets.indices {
            for feed in WatchedFeed.allCases where markets[index].watches[feed].isOn {
                if markets[index].watches[feed].lookAt <= now { checkSilence(feed, index) }
            }
        }
        let next = markets.indices.flatMap { index in
            WatchedFeed.allCases.map { markets[index].watches[$0].lookAt }
        }.min()
        if let next, next < .distantFuture { agenda.addOnce(.feeds, at: next) }
    }

    private mutating func checkSilence(_ feed: WatchedFeed, _ index: InstrumentID) {
        let watch = markets[index].watches[feed]
        let line = lines.feeds(of: markets[index].segment)
        // A book that is being fetched is missed by those who fetch it.
        guard lines[line].stage == .live, feed != .book || markets[index].bookStage == .good
        else { return planLater(feed, index) }
        if watch.askedAt != nil { return missedAnswer(feed, index) }
        let wait = doubled(feed.quiet, watch.asked, atMost: traits.pace.quietLongest)
        guard watch.trouble != nil || now >= watch.receivedAt.advanced(byNanoseconds: wait) else {
            return planLook(feed, index)
        }
        askAnew(feed, index)
    }

    private mutating func planLater(_ feed: WatchedFeed, _ index: InstrumentID) {
        markets[index].watches[feed].lookAt = after(feed.quiet)
    }

    private mutating func askAnew(_ feed: WatchedFeed, _ index: InstrumentID) {
        let line = lines.feeds(of: markets[index].segment)
        markets[index].watches[feed].asked += 1
        let watch = markets[index].watches[feed]
        if let trouble = watch.trouble, watch.asked == traits.bounds.deadFeedAsks,
            trouble == .late || watch.answers
        {
            let manner = trouble == .late ? "late" : "silent"
            return lose(
                line, "the \(feed.name) of \(markets[index].symbol) stay \(manner)")
        }
        askAgain(for: feed.channel, index, line)
        if feed == .book { return planLater(feed, index) }
        markets[index].watches[feed].askedAt = now
        planLook(feed, index)
    }

    /// Nothing came in answer to a subscription.
    private mutating func missedAnswer(_ feed: WatchedFeed, _ index: InstrumentID) {
        markets[index].watches[feed].askedAt = nil
        let watch = markets[index].watches[feed]
        // A market may rest, and a venue that has never told trades of before need not do so now.
        guard feed != .trades || watch.answers, watch.trouble == nil else {
            return planLook(feed, index)
        }
        guard watch.asked > 0 else { return askAnew(feed, index) }  // it was the first time of all
        let silence = (now.nanoseconds - watch.receivedAt.nanoseconds) / second
        reportTrouble(
            .silent, feed, index,
            "have been silent for \(silence) s, and asking did not help")
    }

    private mutating func reportTrouble(
        _ trouble: FeedWatch.Trouble, _ feed: WatchedFeed, _ index: InstrumentID, _ what: String
    ) {
        let isNews = markets[index].watches[feed].trouble == nil
        markets[index].watches[feed].trouble = trouble
        markets[index].watches[feed].asked = 0
        planLook(feed, index)
        guard isNews else { return }
        emit(.stale, "the \(feed.name) of \(markets[index].symbol) \(what)", index)
    }
}
