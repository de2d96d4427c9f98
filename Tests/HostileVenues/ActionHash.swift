internal import TradingCore
package import TradingModel
package import VenueSessions

/// FNV-1a over what a session does, in order.
package struct ActionHash {
    package private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    package init() {}

    package mutating func add(_ action: SessionAction, at now: Timestamp) {
        if case .difference = action { return }  // says of others why they are there
        add("\(now.nanoseconds) ")
        switch action {
        case .open(let socket, let url, _): add("open \(socket) \(url)")
        case .send(let socket, let text): add("send \(socket) \(text)")
        case .close(let socket): add("close \(socket)")
        case .wake(let time): add("wake \(time.nanoseconds)")
        case .request(let id, let call):
            add("\(id) \(call.method) \(call.path) \(call.body) \(call.group) \(call.isOrder)")
            for header in call.headers { add("\(header.name) \(header.value)") }
        case .emit(.report(let report)):
            add("\(report.order) \(report.instrument.index) \(report.venueTime.nanoseconds) ")
            add(Self.words(report.event))
            if case .fill(let fill) = report.event {
                add("\(fill.id) \(fill.fee) \(fill.feeCurrency) \(fill.liquidity)")
            }
        case .emit(.balance(let balance, _)):
            add("\(balance.currency) \(balance.total) \(balance.available)")
        case .emit(.status(let status)): add("\(status.state) \(status.reason)")
        case .position(let position):
            add("\(position.instrument.index) \(position.net) \(position.isForced)")
        case .reconciled: add("reconciled")
        case .problem(let problem): add(problem.description)
        case .retrying(let time): add("retrying \(time.nanoseconds)")
        case .log(_, let text): add(text)
        case .emit, .book, .instruments, .foreignOrder, .adopted, .difference, .wantsClientNumbers:
            add(Self.kind(action))
        }
        add("\n")
    }

    /// What no market is there for here, or what is the same in each run.
    private static func kind(_ action: SessionAction) -> String {
        switch action {
        case .book(let changes): "book of \(changes.count)"
        case .instruments(let list): "\(list.count) instruments"
        case .foreignOrder(let order): "foreign \(order.venueID)"
        default: "emit"
        }
    }

    /// What an event says, as one line.
    package static func words(_ event: OrderEvent) -> String {
        switch event {
        case .accepted(let id): "accepted \(id)"
        case .rejected: "rejected"
        case .triggered: "triggered"
        case .fill(let fill): "fill \(fill.quantity)@\(fill.price)"
        case .cancelled: "cancelled"
        case .cancelRejected: "cancel rejected"
        case .amended(let price, let quantity):
            "amended \(quantity)@\(price.map(\.description) ?? "market")"
        case .amendRejected: "amend rejected"
        case .expired: "expired"
        case .lost: "lost"
        case .notFound: "not found"
        case .cancelRequested, .amendRequested: "asked"
        }
    }

    private mutating func add(_ text: String) {
        for byte in text.utf8 { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01b3 }
    }
}
