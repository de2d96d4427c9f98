internal import TradingCore
internal import TradingModel

/// The bars of one market: those that are known to come, and how far the first has been walked.
struct BarFeed {
    /// In the order of their ends; the first is under way once its time has come.
    private var queue: [Bar] = []
    private var head = 0
    /// The walk along the first bar; nil until somebody meets it.
    var walk: BarWalk?
    /// What happens next on the path; nil: nothing, for the orders at hand.
    var step: BarStep?
    /// When the last bar ended: the next one begins no earlier.
    private(set) var lastEnd = Timestamp.distantPast
    /// Whether some bar has said a volume, so that a volume of 0 says that nothing was traded.
    var knowsVolume = false
    /// Bars in which nothing was traded while orders were open: they filled nothing.
    var emptyBars = 0
    /// Whether orders met a bar of volume 0, as no bar had said a volume.
    var metBareBar = false

    var isEmpty: Bool { head >= queue.count }
    var first: Bar? { head < queue.count ? queue[head] : nil }

    func holds(_ bar: Bar) -> Bool { queue[head...].contains(bar) }

    mutating func append(_ bar: Bar) { queue.append(bar) }

    /// Takes a bar off, its end come or not.
    mutating func remove(_ bar: Bar) {
        guard let place = queue[head...].firstIndex(of: bar) else { return }
        if place == head { removeFirst() } else { queue.remove(at: place) }
    }

    mutating func removeFirst() {
        if let walk { lastEnd = max(lastEnd, walk.bar.closeTime) }
        walk = nil
        step = nil
        head += 1
        guard head >= 64, head * 2 >= queue.count else { return }
        queue.removeFirst(head)
        head = 0
    }

    mutating func removeAll() {
        queue.removeAll()
        head = 0
        walk = nil
        step = nil
    }
}

/// How far a bar's path has been walked.
struct BarWalk {
    let bar: Bar
    let path: BarPath
    /// Whether its open has been met.
    var hasOpened = false
    /// The leg that the place lies on.
    var leg = 0
    /// The last place at which anything happened.
    var place: BarPath.Place
    /// From when on we may have heard of what happened beyond the open.
    var reportedFrom = Timestamp.distantFuture

    init(_ bar: Bar, notBefore start: Timestamp) {
        self.bar = bar
        path = BarPath(bar)
        place = path.corners[0]
        place.time = max(place.time, start)
    }

    func price(at time: Timestamp, tick: Price) -> Price {
        time <= place.time ? place.price : path.price(at: time, tick: tick)
    }

    mutating func move(to time: Timestamp, tick: Price) {
        guard time > place.time else { return }
        place = BarPath.Place(time: time, price: price(at: time, tick: tick))
        leg = max(leg, path.leg(at: time))
    }
}

/// The next thing to happen on a bar's path.
struct BarStep {
    enum Kind {
        /// The bar opens.
        case open
        /// The path comes to the prices of orders.
        case meeting
        /// Orders have come while the bar is under way.
        case entry
    }

    let kind: Kind
    /// Where on the path: what comes of it is stamped with this.
    let moment: Timestamp
    /// When it has to have happened: what else happens at the moment itself goes before.
    ///
    /// All of a bar has happened when it ends.
    let due: Timestamp

    init(_ kind: Kind, at moment: Timestamp, in bar: Bar) {
        self.kind = kind
        self.moment = moment
        due = min(moment.advanced(byNanoseconds: 1), bar.closeTime)
    }
}

extension PaperMarket {
    /// An order that a bar's path meets, and where.
    struct Meeting {
        let order: PaperOrder
        let leg: Int
        let place: BarPath.Place
    }

    /// Whether a bar is known to come or under way.
    var hasBars: Bool { !bars.isEmpty }

    /// Whether orders are held against this bar: not where finer data or smaller bars have come.
    func follows(_ bar: Bar) -> Bool {
        guard mayFollow(bar) else { return false }
        barSize = bar.size
        return true
    }

    private func mayFollow(_ bar: Bar) -> Bool {
        guard detail == .nothing || detail == .bars else { return false }
        guard let size = barSize, size != bar.size else { return true }
        guard case .time(let followed) = size, case .time(let offered) = bar.size else {
            return false
        }
        return offered < followed
    }

    /// Takes a bar in before its end; false: orders are not held against it.
    func expect(_ bar: Bar) -> Bool {
        if bar.volume > .zero { bars.knowsVolume = true }
        guard mayFollow(bar) else { return false }
        bars.append(bar)
        return true
    }

    /// Takes in that a bar has ended.
    func end(_ bar: Bar) {
        last = bar.close
        if !orders.isEmpty, isEmpty(bar) { bars.emptyBars += 1 }
    }

    /// The bar that is under way or comes next.
    func nextBar() -> Bar? {
        while let bar = bars.first, !mayFollow(bar) || isEmpty(bar) { bars.removeFirst() }
        return bars.first
    }

    /// Whether nothing was traded in a bar: then nothing could have been filled.
    func isEmpty(_ bar: Bar) -> Bool {
        bars.knowsVolume && bar.saysNoTrade
    }

    /// The walk along the bar that is under way or comes next.
    func nextWalk() -> BarWalk? {
        guard let bar = nextBar() else { return nil }
        if let walk = bars.walk { return walk }
        let walk = BarWalk(bar, notBefore: bars.lastEnd)
        bars.walk = walk
        return walk
    }

    func findBarStep(onTouch: Bool) { bars.step = nextStep(onTouch) }

    private func nextStep(_ onTouch: Bool) -> BarStep? {
        guard !orders.isEmpty, let walk = nextWalk() else { return nil }
        guard walk.hasOpened else { return BarStep(.open, at: walk.place.time, in: walk.bar) }
        let meeting = nextMeeting(on: walk, onTouch)?.place.time
        var entry: Timestamp?
        for order in orders where !order.hasMetBar && order.arrivedAt < walk.bar.closeTime {
            let time = max(order.arrivedAt, walk.place.time)
            entry = min(entry ?? time, time)
        }
        // What has arrived at a moment was there before the price moved on.
        if let entry, entry <= meeting ?? entry { return BarStep(.entry, at: entry, in: walk.bar) }
        return meeting.map { BarStep(.meeting, at: $0, in: walk.bar) }
    }

    /// The next of our orders that the rest of the path meets.
    func nextMeeting(on walk: BarWalk, _ onTouch: Bool) -> Meeting? {
        var start = walk.place.price
        for leg in walk.leg..<BarPath.legs.upperBound {
            let end = walk.path.corners[leg + 1].price
            let isUp = end > walk.path.corners[leg].price
            if let (order, price) = next(from: start, to: end, isUp: isUp, onTouch) {
                let time = max(walk.place.time, walk.path.time(of: price, on: leg))
                return Meeting(
                    order: order, leg: leg, place: BarPath.Place(time: time, price: price))
            }
            start = end
        }
        return nil
    }

    /// The next of our orders that a move from `start` to `end` meets, and where.
    private func next(
        from start: Price, to end: Price, isUp: Bool, _ onTouch: Bool
    ) -> (PaperOrder, Price)? {
        var found: (order: PaperOrder, price: Price)?
        for order in orders where order.hasMetBar {
            guard let price = order.meets(end, isUp: isUp, onTouch: onTouch) else { continue }
            let place = isUp ? max(price, start) : min(price, start)
            if let found, isUp ? place >= found.price : place <= found.price { continue }
            found = (order, place)
        }
        return found
    }
}

extension Bar {
    /// Whether it says that nothing was traded; where no bar says a volume it says nothing.
    var saysNoTrade: Bool { volume == .zero && (tradeCount ?? 0) == 0 }
}

extension PaperOrder {
    /// Whether an amendment of these old terms has made it come in again.
    func losesPlace(beside old: OrderRequest) -> Bool {
        stage != .untriggered
            && (request.price != old.price || request.quantity > old.quantity)
    }

    /// The price at which a move up or down to `end` meets the order; nil: it does not.
    fileprivate func meets(_ end: Price, isUp: Bool, onTouch: Bool) -> Price? {
        switch stage {
        case .awaitingBar: return nil
        case .untriggered:
            guard let stop = request.stop, (side == .buy) == isUp else { return nil }
            return (isUp ? stop <= end : stop >= end) ? stop : nil
        case .resting:
            guard let price = request.price, (side == .sell) == isUp else { return nil }
            if price == end { return onTouch ? price : nil }
            return (isUp ? price < end : price > end) ? price : nil
        }
    }
}
