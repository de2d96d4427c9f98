import PlainJSON
import Testing
import TradingModel
import VenueSimulators

/// What becomes of orders, on the hand-made market: bids 5 at 100, asks 5 at 101 and 10 at 102.
@Suite struct `Coinut orders` {
    private func open(
        _ settings: CoinutSimulatorSettings = CoinutSimulatorSettings(), plan: FaultPlan? = nil
    ) throws -> (desk: CoinutDesk, socket: ConnectionID) {
        let desk = CoinutDesk(try HandMadeMarket(), settings: settings, plan: plan)
        return (desk, try desk.connect())
    }

    private func place(
        _ desk: CoinutDesk, _ socket: ConnectionID, _ order: JSON
    ) -> [JSON] {
        let first = desk.ask(socket, "new_order", order)
        let rest = desk.take(socket).filter { $0["nonce"] == first?["nonce"] }
        return [first].compactMap { $0 } + rest
    }

    private func kinds(_ messages: [JSON]) -> [String] { messages.compactMap { $0["reply"]?.text } }

    private func order(_ id: JSON?) -> JSON {
        ["inst_id": .integer(CoinutDesk.pair), "order_id": id ?? 0]
    }

    // MARK: - Placing

    @Test func `T4: an order that rests is accepted, with its decimals as they were sent`() throws {
        let (desk, socket) = try open()
        let replies = place(desk, socket, coinutOrder("BUY", "0.20", at: "100.0"))
        #expect(kinds(replies) == ["order_accepted"])
        let accepted = try #require(replies.first)
        #expect(accepted["order_price"]?.text == "100.0")
        #expect(accepted["price"] == nil)
        #expect(accepted["qty"]?.text == "0.20")
        #expect(accepted["open_qty"]?.text == "0.20")
        #expect(accepted["client_ord_id"]?.integer == 7)
    }

    @Test func `T24, T5: a market order is filled and never accepted`() throws {
        let (desk, socket) = try open()
        let replies = place(desk, socket, coinutOrder("BUY", "7"))
        #expect(kinds(replies) == ["order_filled", "order_filled"])
        #expect(replies.map { $0["fill_price"]?.text } == ["101.00000000", "102.00000000"])
        #expect(replies.map { $0.at("order", "open_qty")?.text } == ["2.00000000", "0.00000000"])
        #expect(replies.allSatisfy { $0["order_id"] == nil && $0["status"] == ["OK"] })
        #expect(Set(replies.map { $0.at("order", "order_id")?.integer }).count == 1)
        // 0.1 % of 505 and of 204, in the quote currency.
        #expect(
            replies.map { $0.at("commission", "amount")?.text } == ["0.50500000", "0.20400000"])
        #expect(replies.allSatisfy { $0.at("commission", "currency")?.text == "USDT" })
    }

    @Test func `an order that is filled in part tells its fills, then that the rest is accepted`()
        throws
    {
        let (desk, socket) = try open()
        let replies = place(desk, socket, coinutOrder("BUY", "6", at: "101"))
        #expect(kinds(replies) == ["order_filled", "order_accepted"])
        #expect(replies.last?["open_qty"]?.text == "1.00000000")
        #expect(replies.last?["qty"]?.text == "6")
    }

    @Test func `T1, T2: what a market order does not find is rejected, and the status is OK`()
        throws
    {
        var quirky = CoinutSimulatorSettings()
        quirky.quirks.misspeltLiquidity = true
        for (settings, word) in [
            (CoinutSimulatorSettings(), "NOT_ENOUGH_LIQUIDITY"), (quirky, "NOT_ENOUGH_LIQUIDTY"),
        ] {
            let (desk, socket) = try open(settings)
            let replies = place(desk, socket, coinutOrder("SELL", "18"))
            #expect(kinds(replies) == ["order_filled", "order_filled", "order_rejected"])
            let rejected = try #require(replies.last)
            #expect(rejected["status"] == ["OK"])
            #expect(rejected["reasons"] == [.text(word)])
            #expect(rejected["open_qty"]?.text == "3.00000000")
            #expect(rejected["price"] == nil)
        }
    }

    @Test func `a market purchase is paid fill by fill, as far as the money goes`() throws {
        let account = VenueAccount(
            key: "simulator-key", secret: "simulator-secret",
            spot: [Currency("USDT"): Money(attos: 600 * attosPerUnit)])
        let (desk, socket) = try open(CoinutSimulatorSettings(accounts: [account]))
        let replies = place(desk, socket, coinutOrder("BUY", "7"))
        #expect(kinds(replies) == ["order_filled", "order_rejected"])
        #expect(replies.last?["reasons"] == ["NOT_ENOUGH_BALANCE"])
        // 600 − 505 − 0.505
        #expect(desk.ask(socket, "user_balance")?["USDT"]?.text == "94.49500000")
    }

    @Test(arguments: [
        (coinutOrder("BUY", "100000", at: "100"), "NOT_ENOUGH_BALANCE"),
        // What it is worth just fits; with its fee it would not.
        (coinutOrder("BUY", "999999999999999999", at: "170"), "NOT_ENOUGH_BALANCE"),
        (coinutOrder("SELL", "21", at: "110"), "NOT_ENOUGH_BALANCE"),
        (coinutOrder("BUY", "0", at: "100"), "INVALID_QUANTITY"),
        (coinutOrder("BUY", "-1", at: "100"), "INVALID_QUANTITY"),
        (coinutOrder("BUY", "0.000000001", at: "100"), "INVALID_QUANTITY"),
        (coinutOrder("BUY", "1e2", at: "100"), "INVALID_QUANTITY"),
        (coinutOrder("BUY", "1", at: "100.001"), "INVALID_PRICE"),
        (coinutOrder("BUY", "1", at: "0"), "INVALID_PRICE"),
        (coinutOrder("SELL", "1", at: "10000000"), "INVALID_PRICE"),
        (coinutOrder("BUY", "1", at: "100", id: 0), "INVALID_CLIENT_ORD_ID"),
        (
            coinutOrder("BUY", "1", at: "100").removing("inst_id").adding(["inst_id": 4]),
            "INVALID_INSTRUMENT"
        ),
    ])
    func `T1: a refused order has a number, a reason and status OK, and nothing changes`(
        _ order: JSON, _ reason: String
    ) throws {
        let (desk, socket) = try open()
        let before = desk.ask(socket, "user_balance")?.removing("nonce", "trans_id")
        let replies = place(desk, socket, order)
        #expect(kinds(replies) == ["order_rejected"])
        #expect(replies.first?["reasons"] == [.text(reason)])
        #expect(replies.first?["status"] == ["OK"])
        #expect((replies.first?["order_id"]?.integer ?? 0) > 0)
        let after = desk.ask(socket, "user_balance")?.removing("nonce", "trans_id")
        #expect(before == after)
        #expect(try desk.account()["open_orders"] == [])
    }

    @Test(
        arguments: [
            ["side": "buy"], ["side": .null], ["qty": 1], ["price": 100], ["qty": .null],
            ["inst_id": "490589"], ["client_ord_id": "7"],
        ] as [JSON])
    func `T17: a request whose fields are none is no order at all`(_ change: JSON) throws {
        let (desk, socket) = try open()
        let key = change.members?.first?.key ?? ""
        let order = coinutOrder("BUY", "1", at: "100").removing(key).adding(change)
        let replies = place(desk, socket, order)
        #expect(kinds(replies) == ["new_order"])
        #expect(replies.first?["status"] == ["INVALID_REQUEST"])
    }

    @Test func `T6: client order ids beyond 24 bits are taken, unless it is strict`() throws {
        for (isStrict, expected) in [(false, "order_accepted"), (true, "order_rejected")] {
            var settings = CoinutSimulatorSettings()
            settings.isStrict = isStrict
            let (desk, socket) = try open(settings)
            let replies = place(
                desk, socket, coinutOrder("BUY", "1", at: "100", id: 3_630_041_631))
            #expect(kinds(replies) == [expected])
        }
    }

    @Test func `a quirk tells the price of an accepted order by the other name`() throws {
        var settings = CoinutSimulatorSettings()
        settings.quirks.plainPrices = true
        let (desk, socket) = try open(settings)
        let reply = place(desk, socket, coinutOrder("BUY", "1", at: "100")).first
        #expect(reply?["price"]?.text == "100")
        #expect(reply?["order_price"] == nil)
    }

    @Test func `an order that would meet one of the same account is rejected`() throws {
        let (desk, socket) = try open()
        _ = place(desk, socket, coinutOrder("SELL", "1", at: "100.5"))
        let replies = place(desk, socket, coinutOrder("BUY", "1", at: "100.5", id: 8))
        #expect(kinds(replies) == ["order_rejected"])
        #expect(try desk.account()["open_orders"]?.items?.count == 1)
    }

    // MARK: - Batches

    @Test func `T3: a batch is answered by one list, longer than the request where orders fill`()
        throws
    {
        let (desk, socket) = try open()
        let orders: JSON = [
            coinutOrder("BUY", "1", at: "99", id: 1), coinutOrder("BUY", "6", at: "101", id: 2),
            coinutOrder("BUY", "100000", at: "99", id: 3),
        ]
        #expect(desk.ask(socket, "new_orders", ["orders": orders]) == nil)
        let heard = desk.take(socket).compactMap(\.items)
        #expect(heard.count == 1)
        let items = try #require(heard.first)
        #expect(
            kinds(items) == [
                "order_accepted", "order_filled", "order_accepted", "order_rejected",
            ])
        #expect(Set(items.map { $0["nonce"]?.integer }) == [Int64(desk.lastNonce)])
        let accepted = try #require(items.first)
        #expect(accepted["price"]?.text == "99.00000000")
        #expect(accepted["order_price"] == nil)
        #expect(accepted["open_qty"]?.text == "1.00000000")
        #expect(accepted["timestamp"]?.integer == desk.now.nanoseconds / 1_000)
    }

    @Test(arguments: [(1_000, true), (1_001, false)])
    func `a batch holds a thousand orders or cancels and no more`(
        _ count: Int, _ isTaken: Bool
    ) throws {
        let (desk, socket) = try open()
        let orders = (1...count).map { coinutOrder("BUY", "0.001", at: "90", id: $0) }
        let refusal = desk.ask(socket, "new_orders", ["orders": .array(orders)])
        #expect(try desk.account()["open_orders"]?.items?.count == (isTaken ? count : 0))
        #expect(refusal?["status"] == (isTaken ? nil : ["INVALID_REQUEST"]))
        let entries = (1...count).map { order(.integer(1_000 + $0)) }
        let reply = desk.ask(socket, "cancel_orders", ["entries": .array(entries)])
        #expect(reply?["status"] == [isTaken ? "OK" : "INVALID_REQUEST"])
        #expect(try desk.account()["open_orders"] == [])
    }

    @Test func `a quirk cuts the connection in the middle of a batch`() throws {
        var settings = CoinutSimulatorSettings()
        settings.quirks.cutBatches = 1
        let (desk, socket) = try open(settings)
        let orders = (1...4).map { coinutOrder("BUY", "1", at: "90", id: $0) }
        #expect(desk.ask(socket, "new_orders", ["orders": .array(orders)]) == nil)
        #expect(desk.closed == [socket])
        #expect(try desk.account()["open_orders"]?.items?.count == 2)
    }

    // MARK: - Cancelling

    @Test func `T20: a cancel tells neither instrument nor quantity, and frees the money`() throws {
        let (desk, socket) = try open()
        let accepted = place(desk, socket, coinutOrder("BUY", "2", at: "100")).first
        // 200, and 0.1 % of it.
        let frozen = { try desk.account()["balances"]?.items?.map { $0["frozen"]?.text ?? "" } }
        #expect(try frozen()?.contains("200.2") == true)
        let reply = try #require(desk.ask(socket, "cancel_order", order(accepted?["order_id"])))
        #expect(reply["status"] == ["OK"])
        #expect(reply["inst_id"] == nil && reply["qty"] == nil)
        #expect(reply["client_ord_id"]?.integer == 7)
        #expect(try Set(frozen() ?? []) == ["0"])
    }

    @Test func `T20: an order that is gone is no valid id, whatever it was`() throws {
        let (desk, socket) = try open()
        let filled = place(desk, socket, coinutOrder("BUY", "1", at: "101")).first
        for id in [filled?.at("order", "order_id"), 4, -1] {
            let reply = desk.ask(socket, "cancel_order", order(id))
            #expect(reply?["status"] == ["INVALID_ORDER_ID"])
            #expect(reply?["order_id"] == id)
        }
    }

    @Test func `T1: a batch of cancels is OK, though entries of it are not`() throws {
        let (desk, socket) = try open()
        let ids = [8, 9].map {
            place(desk, socket, coinutOrder("BUY", "1", at: "90", id: $0)).first?["order_id"]
        }
        let entries = JSON.array([order(ids[0]), order(4), order(ids[1])])
        let reply = try #require(desk.ask(socket, "cancel_orders", ["entries": entries]))
        #expect(reply["status"] == ["OK"])
        let results = reply["results"]?.items ?? []
        // Not in the order of the request.
        #expect(results.map { $0["order_id"] } == [ids[1], 4, ids[0]])
        #expect(results.map { $0["status"]?.text } == ["OK", "INVALID_ORDER_ID", "OK"])
        #expect(results.map { $0["client_ord_id"]?.integer } == [9, 0, 8])
    }

    // MARK: - What others hear

    @Test func `T7: a resting order's fill carries the old nonce, on every connection of the user`()
        throws
    {
        var market = try HandMadeMarket()
        market.pass(milliseconds: 1_000)
        try market.trade(HandMadeMarket.spot, .sell, "100", "5.5")  // 5 stood in front
        let desk = CoinutDesk(market)
        let sockets = try [desk.connect(), desk.connect()]
        let stranger = try desk.connect(loggedIn: false)
        let accepted = try #require(
            desk.ask(sockets[0], "new_order", coinutOrder("BUY", "1", at: "100")))
        // The other connection hears of the order, too.
        #expect(desk.take(sockets[1]) == [accepted])
        #expect(desk.take(sockets[0]) == [])
        for _ in 0..<3 { desk.ask(sockets[0], "hb") }
        desk.pass(milliseconds: 1_500)
        for socket in sockets {
            let heard = desk.take(socket)
            #expect(kinds(heard) == ["order_filled"])
            #expect(heard.first?["nonce"] == accepted["nonce"])
            #expect(heard.first?.at("order", "open_qty")?.text == "0.50000000")
            #expect(heard.first?.at("commission", "amount")?.text == "0.00000000")
        }
        #expect(desk.take(stranger) == [])
    }

    @Test func `a connection hears of no rejection and no cancel that another asked for`() throws {
        let desk = CoinutDesk(try HandMadeMarket())
        let sockets = try [desk.connect(), desk.connect()]
        let accepted = desk.ask(sockets[0], "new_order", coinutOrder("BUY", "1", at: "90"))
        _ = desk.take(sockets[1])
        desk.ask(sockets[0], "new_order", coinutOrder("BUY", "1", at: "0", id: 8))
        desk.ask(sockets[0], "cancel_order", order(accepted?["order_id"]))
        #expect(desk.take(sockets[1]) == [])
    }

    @Test func `a quirk lets a fill overtake the acceptance of its order`() throws {
        var market = try HandMadeMarket()
        market.pass(milliseconds: 100)
        try market.trade(HandMadeMarket.spot, .sell, "100", "9")
        var settings = CoinutSimulatorSettings()
        settings.quirks.lateAcceptances = true
        let desk = CoinutDesk(market, settings: settings)
        let socket = try desk.connect()
        #expect(desk.ask(socket, "new_order", coinutOrder("BUY", "1", at: "100")) == nil)
        desk.pass(milliseconds: 500)
        #expect(kinds(desk.take(socket)) == ["order_filled", "order_accepted"])
    }

    // MARK: - Questions

    @Test func `open orders are those of one instrument, with what is open of them`() throws {
        let (desk, socket) = try open()
        _ = place(desk, socket, coinutOrder("BUY", "6", at: "101"))
        let reply = desk.ask(socket, "user_open_orders", ["inst_id": .integer(CoinutDesk.pair)])
        let orders = reply?["orders"]?.items ?? []
        #expect(orders.count == 1)
        #expect(orders.first?["open_qty"]?.text == "1.00000000")
        #expect(orders.first?["qty"]?.text == "6.00000000")
        #expect(orders.first?["price"]?.text == "101.00000000")
        let other = desk.ask(socket, "user_open_orders", ["inst_id": 490_591])
        #expect(other?["orders"] == [])
        #expect(desk.ask(socket, "user_open_orders")?["status"] == ["INVALID_REQUEST"])
        let unknown = desk.ask(socket, "user_open_orders", ["inst_id": 4])
        #expect(unknown?["status"] == ["INVALID_INSTRUMENT"])
    }

    @Test func `the history comes by pages from the newest, and new fills shift them`() throws {
        let (desk, socket) = try open()
        let page = { (start: Int, limit: Int) -> [Int64] in
            let reply = desk.ask(
                socket, "trade_history",
                [
                    "inst_id": .integer(CoinutDesk.pair), "start": .integer(start),
                    "limit": .integer(limit),
                ])
            return (reply?["trades"]?.items ?? []).compactMap { $0["trans_id"]?.integer }
        }
        var told: [Int64] = []
        for id in 1...7 {
            let fills = place(desk, socket, coinutOrder("BUY", "0.1", at: "101", id: id))
            told += fills.compactMap { $0["trans_id"]?.integer }
            desk.pass(milliseconds: 100)
        }
        #expect(told == told.sorted() && Set(told).count == 7)
        #expect(page(0, 3) + page(3, 3) + page(6, 3) == told.reversed())
        let before = page(0, 3)
        _ = place(desk, socket, coinutOrder("BUY", "0.1", at: "101"))
        #expect(page(1, 3) == before)
        let all = desk.ask(socket, "trade_history", ["inst_id": .integer(CoinutDesk.pair)])
        #expect(all?["total_number"]?.integer == 8)
    }

    @Test func `T16: a balance is the whole, with what orders bind; a quirk leaves that out`()
        throws
    {
        for (isAvailable, expected) in [(false, "1000000.00000000"), (true, "999799.80000000")] {
            var settings = CoinutSimulatorSettings()
            settings.quirks.availableBalances = isAvailable
            let (desk, socket) = try open(settings)
            _ = place(desk, socket, coinutOrder("BUY", "2", at: "100"))
            let reply = try #require(desk.ask(socket, "user_balance"))
            #expect(reply["USDT"]?.text == expected)
            // Currencies and other things on one level.
            #expect(reply["equity"] != nil && reply["trans_id"] != nil && reply["PEPE"] != nil)
        }
    }

    @Test func `quirks let lists lag behind`() throws {
        var settings = CoinutSimulatorSettings()
        settings.quirks.staleLists = 1
        settings.quirks.lateExecutions = true
        let (desk, socket) = try open(settings)
        _ = place(desk, socket, coinutOrder("BUY", "6", at: "101"))
        let pair: JSON = ["inst_id": .integer(CoinutDesk.pair)]
        let counts = {
            [
                desk.ask(socket, "user_open_orders", pair)?["orders"]?.items?.count,
                desk.ask(socket, "trade_history", pair)?["trades"]?.items?.count,
            ]
        }
        #expect(counts() == [0, 0])
        desk.pass(milliseconds: 3_000)
        #expect(counts() == [0, 1])
        desk.pass(milliseconds: 4_000)
        #expect(counts() == [1, 1])
    }
}
