import AccountSession
import Coinpit
import PlainJSON
import PropertyTesting
import Testing
import TradingModel
import VenueSessions
import WireText

/// What reads each of the venue's own messages, and what must come of it.
@Suite(.enabled(if: samples.areThere, noSamples)) struct `Coinpit's own messages` {
    private func read<Value: WireValue>(_ type: Value.Type, _ name: String) throws -> Value {
        try readJSON(type, samples.read("\(name).json"))
    }

    private func json(_ name: String) throws -> JSON {
        try JSON(parsing: samples.read("\(name).json"))
    }

    /// Those that are requests, or that are about money which leaves the account.
    private static let unread: Set = [
        "rest_account_margin", "rest_chart_5", "rest_account_pnl", "rest_account_position",
        "rest_create_order_request", "rest_patch_reply", "rest_patch_request",
        "rest_update_order_request", "socket_delivery_price", "socket_open_interest",
        "socket_order_error", "socket_auth_error", "socket_readonly",
        "socket_request_post_order", "rest_all_info_2017_02", "rest_all_info_2017_04",
        "socket_frame_order_add_2016_12",
    ]

    private static let readers: [String: @Sendable ([UInt8]) throws -> Int] = [
        "rest_account_new_user": { try readJSON(WireAccount.self, $0).orders.count },
        "rest_account_no_position": { try readJSON(WireAccount.self, $0).orders.count },
        "rest_all_band": { try readJSON(WireBands.self, $0).bands.count },
        "rest_all_config_2017_02": { try readJSON(WireContracts.self, $0).contracts.count },
        "rest_all_config_2017_04": { try readJSON(WireContracts.self, $0).contracts.count },
        "rest_auth_get": { try readJSON(Handshake.self, $0).userID.count },
        "rest_cancel_reply": { try readJSON(WireIDs.self, $0).ids.count },
        "rest_cancelled_orders": { try readJSON(WireOrders.self, $0).orders.count },
        "rest_closed_orders": { try readJSON(WireOrders.self, $0).orders.count },
        "rest_create_order_reply": { try readJSON(WireOrders.self, $0).orders.count },
        "rest_open_orders": { try readJSON(WireOrders.self, $0).orders.count },
        "rest_order_by_id_stp": { try readJSON(WireOrders.self, $0).orders.count },
        "rest_orderbook": { try readJSON(WireBooks.self, $0).books.count },
        "rest_trade": { try trades($0).count },
        "rest_update_order_reply": { try readJSON(WireOrders.self, $0).orders.count },
        "socket_account": { try readJSON(WireAccount.self, $0).orders.count },
        "socket_difforderbook": { try readJSON(WireBookChanges.self, $0).changes.count },
        "socket_instruments": { try readJSON(WireContracts.self, $0).contracts.count },
        "socket_order_add": { try readJSON(WireOrders.self, $0).orders.count },
        "socket_order_del": { try readJSON(WireIDs.self, $0).ids.count },
        "socket_order_execution": {
            _ = try readJSON(WireExecution.self, $0)
            return 1
        },
        "socket_orderbook": { try readJSON(WireBooks.self, $0).books.count },
        "socket_priceband": { try readJSON(WireBands.self, $0).bands.count },
        "socket_trade": {
            _ = try readJSON(WireTrade.self, $0)
            return 1
        },
    ]

    @Test func `all have a reader, or none is wanted`() {
        let names = Set(samples.names.map { String($0.dropLast(".json".count)) })
        #expect(names == Self.unread.union(Self.readers.keys))
    }

    @Test func `are read by their own reader, and something comes of them`() throws {
        for (name, reader) in Self.readers.sorted(by: { $0.key < $1.key }) {
            let count = try reader(samples.read("\(name).json"))
            // An account without orders is one, too.
            let mayBeEmpty = name == "rest_account_new_user" || name == "rest_account_no_position"
            #expect(count > 0 || mayBeEmpty, "\(name)")
        }
    }

    @Test func `of a configuration has the contract that is traded, quanto and without an expiry`()
        throws
    {
        let contracts = try read(WireContracts.self, "rest_all_config_2017_02").contracts
        let contract = try #require(contracts.first { $0.name == "BTC1" })
        #expect(contract.kind == .quanto)
        #expect(contract.expiry == nil)
        let symbol = try Symbol(CoinpitContracts.symbol)
        let instrument = try CoinpitContracts.instrument(InstrumentID(0), symbol, contract)
        #expect(instrument.kind == .quanto)
        #expect(instrument.settle == Currency("BTC"))
        #expect(instrument.tick == exact("0.1"))
        #expect(instrument.contractSize == exact("0.001"))
        #expect(!instrument.keepsReduceOnly)
        // A point is 100,000 satoshi for each contract.
        let gain = instrument.contract.value(of: exact("1"), at: exact("1"), .halfEven)
        #expect(gain == exact("0.001"))
    }

    @Test func `of an account tells orders of positions from orders that were sent`() throws {
        let account = try read(WireAccount.self, "socket_account")
        let ofPositions = account.orders.filter { !$0.wasSent }
        #expect(!ofPositions.isEmpty)
        #expect(ofPositions.allSatisfy { $0.clientID == nil && $0.partner != nil })
        #expect(ofPositions.allSatisfy { $0.type == .protection || $0.type == .target })
        #expect(!account.positions.isEmpty)
    }

    @Test func `of cancelled orders has one that met itself, and one without a price`() throws {
        let orders = try read(WireOrders.self, "rest_cancelled_orders").orders
        #expect(orders.contains { $0.reason == "Cancelled self-matching order" })
        #expect(orders.contains { $0.price == nil })
        #expect(orders.allSatisfy { $0.status == .cancelled })
    }

    @Test func `captured as an event is read by its name`() throws {
        let captured = try json("socket_frame_order_add_2016_12")
        let bytes = Array("42".utf8) + captured.bytes
        guard case .event(let name, let payload) = try SocketPacket(parsing: bytes) else {
            Issue.record("it is no event")
            return
        }
        #expect(name == "order_add")
        #expect(try !WireOrders(reading: payload).orders.isEmpty)
        // The same stands in answers to requests of its day.
        #expect(try !WireOrders(reading: captured).orders.isEmpty)
    }

    @Test func `of refusals tell their texts`() throws {
        #expect(CoinpitRefusal.text(try json("socket_order_error")["error"]) != nil)
        #expect(CoinpitRefusal.text(try json("socket_auth_error")["error"]) != nil)
    }
}

private func trades(_ bytes: [UInt8]) throws -> [WireTrade] {
    try JSON(parsing: bytes).items?.map { try WireTrade(reading: $0) } ?? []
}
