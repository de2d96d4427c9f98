internal import PlainJSON
internal import TradingModel

/// What an account may ask about its orders and executions.
extension CoinTRSimulator {
    /// An order as a list shows it.
    private struct Shown {
        let order: OrderView
        let state: String
    }

    private func active(
        _ account: ExchangeAccount, _ lists: OrderLists, _ segment: ExchangeSegment
    ) -> [Shown] {
        lists.open.filter { $0.market.segment == segment }
            .map { Shown(order: $0, state: state(of: $0, account)) }
    }

    /// Those that ended, the oldest first; a copy that lags behind knows of the last ones nothing yet.
    private func ended(
        _ account: ExchangeAccount, _ segment: ExchangeSegment, areStale: Bool
    ) -> [Shown] {
        let record = records[account.settings.key]
        return (record?.ended ?? []).filter { entry in
            entry.order.market.segment == segment
                && (!areStale || entry.time.advanced(byNanoseconds: LaggingLists.lag) <= now)
        }.map { entry in
            let isSilent = record?.isSilent(entry.order.id, at: now) == true
            return Shown(order: entry.order, state: isSilent ? "SUBMITTING" : entry.state)
        }
    }

    private var areStale: Bool { strikes(settings.quirks.staleLists) }

    static func activeOrders(
        _ venue: CoinTRSimulator, _ call: Call
    ) throws(CoinTRSimulatorRefusal) -> Answer {
        let name = try call.parameters.text("instId")
        if name != nil { _ = try venue.known(name, call.segment) }
        let account = try call.account
        let lists = account.lists(areStale: venue.areStale)
        let rows = venue.active(account, lists, call.segment)
            .filter { name == nil || $0.order.market.name == name }
        return Answer(.array(rows.map { venue.row($0.order, $0.state) }))
    }

    static func recentOrders(
        _ venue: CoinTRSimulator, _ call: Call
    ) throws(CoinTRSimulatorRefusal) -> Answer {
        let (ids, isByID) = try call.parameters.ids("ordIds", or: "clOrdIds", most: 10)
        let account = try call.account
        let areStale = venue.areStale
        let lists = account.lists(areStale: areStale)
        let young = venue.ended(account, call.segment, areStale: areStale).filter {
            venue.now < $0.order.createdAt.advanced(byNanoseconds: CoinTRRecord.memory)
        }
        // A copy may show an order as open and another as ended: the first of them is believed.
        let all = venue.active(account, lists, call.segment) + young.reversed()
        let rows = ids.compactMap { id in
            all.first { (isByID ? String($0.order.id) : $0.order.terms.clientID) == id }
        }
        guard !rows.isEmpty else { throw .unknownOrder }
        return Answer(.array(rows.map { venue.row($0.order, $0.state) }))
    }

    /// Those that have fills, the newest change first.
    static func filledOrders(
        _ venue: CoinTRSimulator, _ call: Call
    ) throws(CoinTRSimulatorRefusal) -> Answer {
        let name = try call.parameters.text("instId")
        if name != nil { _ = try venue.known(name, call.segment) }
        let ids = try call.parameters.text("ordIds")?.split(separator: ",").map { String($0) }
        let window = try Window(call.parameters, at: venue.now, usual: 3)
        let account = try call.account
        let areStale = venue.areStale
        let lists = account.lists(areStale: areStale)
        let all =
            venue.ended(account, call.segment, areStale: areStale)
            + venue.active(account, lists, call.segment)
        let rows = all.filter { shown in
            shown.order.filled > .zero && shown.state != "SUBMITTING"
                && (name == nil || shown.order.market.name == name)
                && (ids?.contains(String(shown.order.id)) ?? true)
                && window.contains(shown.order.updatedAt)
        }.sorted { ($0.order.updatedAt, $0.order.id) > ($1.order.updatedAt, $1.order.id) }
        return window.page(
            rows.map {
                (String($0.order.id), venue.row($0.order, $0.state, ofFilled: true))
            })
    }

    /// Executions of a market, the newest first.
    static func fills(
        _ venue: CoinTRSimulator, _ call: Call
    ) throws(CoinTRSimulatorRefusal) -> Answer {
        let market = try venue.known(try call.parameters.text("instId"), call.segment)
        let window = try Window(call.parameters, at: venue.now, usual: 180)
        let account = try call.account
        let record = venue.records[account.settings.key]
        let areLate = venue.settings.quirks.lateExecutions
        let rows = account.executions.reversed().filter { deal in
            deal.market === market && window.contains(deal.time)
                && deal.isListed(at: venue.now, areLate: areLate)
                && record?.isSilent(deal.orderID, at: venue.now) != true
        }
        return window.page(
            rows.map { deal in
                // Its parts mean nothing to anybody.
                let time = deal.time.nanoseconds / 1_000_000
                return ("\(time).\(deal.id).\(deal.orderID)", venue.row(deal))
            })
    }

    /// A part of a list: between two times, behind a mark, so many rows.
    private struct Window {
        private let times: ClosedRange<Int64>
        private let mark: String?
        private let limit: Int

        /// - Parameter days: how far back it goes where nothing is said.
        init(
            _ parameters: CoinTRParameters, at now: Timestamp, usual days: Int64
        ) throws(CoinTRSimulatorRefusal) {
            let end = try parameters.integer("endTime") ?? now.nanoseconds / 1_000_000
            let start = try parameters.integer("startTime") ?? end - days * 86_400_000
            guard start <= end else { throw .invalid("startTime") }
            times = start...end
            mark = try parameters.text("after")
            limit = try parameters.integer("limit", in: 1...100, usual: 50)
        }

        func contains(_ time: Timestamp) -> Bool { times.contains(time.nanoseconds / 1_000_000) }

        /// - Parameter rows: each with what asks for those behind it.
        func page(_ rows: [(mark: String, row: JSON)]) -> Answer {
            var rest = rows[...]
            if let mark {
                guard let place = rows.firstIndex(where: { $0.mark == mark }) else {
                    return Answer([])
                }
                rest = rows[(place + 1)...]
            }
            let page = rest.prefix(limit)
            return Answer(
                .array(page.map(\.row)), next: rest.count > page.count ? page.last?.mark : nil)
        }
    }
}
