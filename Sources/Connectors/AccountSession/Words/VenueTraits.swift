package import TradingModel
package import VenueSessions

/// Nanoseconds of a second.
package let second: Int64 = 1_000_000_000

/// How a venue differs from others in what can be said as data.
package struct VenueTraits: Sendable {
    /// What a reply to a new order tells.
    package enum ReplyMeaning: Hashable, Sendable {
        /// The order has been matched: what of it cannot rest has ended.
        case settled
        /// The venue has taken it and will match it: nothing has ended with the reply.
        case taken
    }

    /// What a venue takes as the client id of an order.
    package enum ClientIDs: Hashable, Sendable {
        /// The engine's own, by these rules.
        case text(ClientOrderIDRules)
        /// A number out of these; which of them may be used the plan says.
        case number(ClosedRange<Int64>)
    }

    /// What speaks over a line of its own.
    package enum Lines: Hashable, Sendable {
        case perSegment
        /// All segments speak over one.
        case shared
        /// The account of each segment, and its market data: without a key only the latter are opened.
        case split
    }

    /// What a subscription says.
    package enum Subscribing: Hashable, Sendable {
        /// All markets of a channel that are wanted.
        case wholeList
        /// One market.
        case each
    }

    package enum OpenOrderLists: Hashable, Sendable {
        case perSegment
        case perInstrument
    }

    /// How an order is reported that it may only reduce a position.
    package enum Reduction: Hashable, Sendable {
        /// By a request of its own, whose side follows from the position.
        case ownRequest
        /// By a flag of the order.
        case flag
    }

    package enum StopDirection: Hashable, Sendable {
        /// The venue takes it from where the last price is when it gets the order.
        case fromLastPrice
        /// The order says it.
        case said
    }

    /// What a message on a line that cannot be read leads to: it may have been about an order.
    package enum Unreadable: Hashable, Sendable {
        /// The line is opened anew, and everything asked for.
        case reopens
        /// Everything is asked for, for the venue's messages are known to differ from its documents.
        case asks
    }

    /// As symbols begin with it, and as it is named in messages.
    package var name: String
    package var clientIDs: ClientIDs
    package var orders: OrderKinds
    package var reply: ReplyMeaning
    package var reduction: Reduction
    package var stopDirection: StopDirection
    /// What the fees of spot executions are taken out of.
    package var spotFee: SpotFee
    package var openOrders: OpenOrderLists
    /// Whether there are lists of orders that have ended; else only their executions tell of them.
    package var listsEnded: Bool
    /// Whether changes of balances are reported; else they are asked for behind executions.
    package var pushesBalances: Bool
    /// Of a buy's worth, where the venue tells what there is in all and not what open orders bind of
    /// it, which is then reckoned; nil: it is reported.
    package var boundFee: Rate?
    /// When an order that the venue has is gone, should the venue not show it.
    package var absence: AbsenceRule
    /// The same for one that was sent and of which nothing came back.
    package var absenceUnseen: AbsenceRule
    /// The most orders, or cancels, of one request; nil: the venue takes each for itself.
    package var batch: Int?
    package var lines: Lines
    package var subscribing: Subscribing
    /// Whether subscriptions are answered.
    package var acknowledges = true
    /// Whether a line says when it listens; before that nothing is sent.
    package var greets = false
    /// The statuses of HTTP whose bodies are the venue's own words.
    package var answeringStatuses: Set<Int> = [200, 401, 403]
    /// The channels of market data that there are, in the order in which they are subscribed.
    package var channels: [FeedChannel]
    package var unreadable: Unreadable
    /// The venue pings, and a line on which nothing comes for so long is dead; nil: we ping.
    package var silence: Int64?
    /// Whether answers on a line have no numbers, so that one thing is asked at a time.
    package var asksInTurn = false
    /// Levels a side of the books that are subscribed; nil: all that there are.
    package var depthLevels: Int?
    package var pace: Pace
    package var bounds: Bounds

    package init(
        name: String, clientIDs: ClientIDs, orders: OrderKinds, reply: ReplyMeaning,
        reduction: Reduction, stopDirection: StopDirection, spotFee: SpotFee,
        openOrders: OpenOrderLists, listsEnded: Bool = true, pushesBalances: Bool,
        boundFee: Rate? = nil, absence: AbsenceRule, absenceUnseen: AbsenceRule,
        batch: Int? = nil, lines: Lines, subscribing: Subscribing, channels: [FeedChannel],
        unreadable: Unreadable, depthLevels: Int? = nil,
        pace: Pace = Pace(), bounds: Bounds = Bounds()
    ) {
        self.name = name
        self.clientIDs = clientIDs
        self.orders = orders
        self.reply = reply
        self.reduction = reduction
        self.stopDirection = stopDirection
        self.spotFee = spotFee
        self.openOrders = openOrders
        self.listsEnded = listsEnded
        self.pushesBalances = pushesBalances
        self.boundFee = boundFee
        self.absence = absence
        self.absenceUnseen = absenceUnseen
        self.batch = batch
        self.lines = lines
        self.subscribing = subscribing
        self.channels = channels
        self.unreadable = unreadable
        self.depthLevels = depthLevels
        self.pace = pace
        self.bounds = bounds
    }

    /// What a run can do at the venue.
    package var abilities: VenueAbilities {
        let feeds: [(String, FeedChannel)] = [
            ("trades", .trades), ("quotes", .quotes), ("book", .book), ("bars", .trades),
            ("ticker", .states), ("funding", .index),
        ]
        return VenueAbilities(
            feeds: feeds.filter { channels.contains($0.1) }.map(\.0), orders: orders.names,
            isLive: true, depthLevels: depthLevels)
    }

    /// How long a run waits for what the session needs its time for.
    package var patience: VenuePatience {
        // Two looks at positions, and a doubt that its last look ends within some seconds.
        VenuePatience(
            position: 2 * pace.accountAudit,
            windDown: max(absence.notBefore, absenceUnseen.notBefore) + 10 * second)
    }
}

/// How long a session waits for what, in nanoseconds.
package struct Pace: Sendable {
    /// Before anything is asked: a run that has just ended may have used what the limits take.
    package var firstRequest: Int64 = 0
    /// A ping; venues close sockets that are silent for a minute or so.
    package var ping = 10 * second
    /// Then a socket is down, however open it looks.
    package var pong = 5 * second
    /// A slow venue acknowledges in one second.
    package var ack = 5 * second
    /// Reconnecting: often enough to be back soon, seldom enough for a venue under load.
    package var reconnectFirst = 1 * second
    package var reconnectLongest = 30 * second
    /// Repeating a question.
    package var retryFirst = second / 2
    package var retryLongest = 10 * second
    /// Questions that fail for a reason that only a person can remove.
    package var retryHopeless = 30 * second
    /// Executions normally come within milliseconds of the order's push; then they are asked for.
    package var deals = 2 * second
    /// Open orders are compared with the venue's list: a lost push is found within this.
    package var audit = 5 * second
    /// Balances and positions likewise.
    package var accountAudit = 30 * second
    /// Pushes that come within this may be of one moment, and in the wrong order; then a list is asked
    /// for that was made behind all of them.
    package var burst = 1 * second
    /// A clock drifts a millisecond in a minute at worst.
    package var clock = 300 * second
    /// An order that was reported as ended and whose end nobody saw is looked for: a venue's lists have been
    /// seen to lag behind by half a minute.
    package var watch = 600 * second
    /// An order that could not go for this long would meet another market: it is refused.
    package var oldestOrder = 5 * second
    /// After a refusal for the rate without a hint.
    package var rateLimit = 1 * second
    /// An account is charged in the seconds after a settlement.
    package var funding = 2 * second
    /// A row of an account's funding is written this much after its settlement at most; they are
    /// two hours apart at least.
    package var fundingSpread = VenuePlan.settlementSpread
    /// A whole book follows a subscription at once.
    package var wholeBook = 10 * second
    /// A book that is wrong again and again is asked for after this, and then less often.
    package var wrongBookFirst = 1 * second
    package var wrongBookLongest = 30 * second
    /// A book that has been right for this long starts anew when it is wrong.
    package var soundBook = 60 * second
    /// While a market stays quiet its feeds are asked for less and less often.
    package var quietLongest = 240 * second
    /// What was asked for anew comes within this, or the feed is dead.
    package var answer = 15 * second
    /// What comes so soon after a subscription is its answer, and not the market's next news.
    package var promptAnswer = 2 * second
    /// A feed that is dead or late is asked for anew after this, and then less often.
    package var deadFirst = 5 * second
    package var deadLongest = 60 * second
    /// Pushes take tenths of a second; one that is older than this was held up somewhere.
    package var late = 5 * second
    /// A single push may carry a wrong stamp: all must be late for this long.
    package var lateFor = 1 * second
    /// Executions are asked for from this much before the last time that all were known.
    package var dealsMargin = 60 * second
}

/// How much a session keeps, and how often it tries.
package struct Bounds: Sendable {
    /// Messages over a socket per second.
    package var socketMessagesPerSecond = 10
    /// Failures after which a round waits no longer for the cancel of an order that should not be.
    package var removalAttempts = 3
    /// Executions of orders that we do not know yet; beyond it the oldest is let go, and the
    /// order's own list of executions tells it again.
    package var heldDeals = 1_000
    /// Finished orders kept for messages that come late.
    package var finishedOrders = 1_000
    /// Orders refused for their timestamp or the rate limit are signed anew this often.
    package var placeAttempts = 3
    /// Cancels change nothing when repeated.
    package var cancelAttempts = 8
    /// Wrong or missing books in a row before a market is subscribed with whole books only.
    package var bookFailures = 3
    /// How often a feed that is silent or late is asked for anew before its socket is given up, once.
    package var deadFeedAsks = 3
    /// Then the market's own figures stand for what the account was charged.
    package var fundingAttempts = 15
    /// Answers about the account that are asked for again because a push came between; each takes
    /// a tenth of a second, and pushes come seldom when nothing is traded.
    package var overtakenAnswers = 8
    /// Pages of a list.
    package var pages = 100
}
