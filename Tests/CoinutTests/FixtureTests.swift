import Coinut
import PlainJSON
import PropertyTesting
import Testing
import TradingModel
import WireText

/// What reads each sample, by the file's name: no sample is read by a catch-all.
private let readers: [String: @Sendable ([UInt8]) throws -> Void] = [
    "capture_2018_inst_list.json": { body in
        guard case .instruments(let list) = try message(body).content else { throw wrong }
        #expect(list.instruments.count == 18)
        let tether = try #require(list.instruments.first { $0.pair == "USDTSGD" })
        #expect(tether.number == InstrumentNumber(899_746) && tether.decimals == 3)
        let symbols = list.instruments.compactMap { CoinutInstruments.symbol(of: $0) }
        #expect(symbols.count == 18 && symbols[0].description == "coinut:BTC/SGD")
    },
    "capture_2018_inst_order_book.json": { body in
        guard case .book(let book) = try message(body).content else { throw wrong }
        #expect(book.bids.count == 78 && book.asks.count == 99)
        #expect(book.bids[0].price == exact("11663.38") && book.bids[0].count == 2)
        #expect(book.asks.last?.price == exact("10000000"))
        #expect(book.totalBuy == exact("6884.98762122"))
        #expect(book.totalSell == book.asks.reduce(.zero) { $0 + $1.quantity })
        // Its totals are those of its levels, but for the venue's rounding of them.
        var keeper = DepthKeeper()
        let now = Timestamp(nanoseconds: 1_524_000_000_000_000_000)
        #expect(keeper.apply(book, at: now) == .changed && keeper.nextLook == nil)
    },
    "capture_2018_inst_tick_a.json": { body in
        let said = try message(body)
        guard case .tick(let tick) = said.content else { throw wrong }
        #expect(said.nonce == Nonce(56_567) && tick.transaction.value == 2_266_478_096)
        #expect(tick.change24 == exact("-0.00178819") && tick.low24 == exact("8774.7"))
        #expect(tick.quoteVolume24 == exact("12000.03956769"))
        #expect(tick.time == Timestamp(nanoseconds: 1_523_507_178_368_524_000))
    },
    "push_inst_order_book_update.json": { body in
        let said = try message(body)
        guard case .change(let change) = said.content else { throw wrong }
        #expect(said.nonce == nil && change.side == .buy && change.level.count == 7)
        #expect(change.level.price == exact("750.581") && change.level.quantity == exact("0.07"))
        #expect(change.totalBuy == exact("120.06412") && change.totalSell == nil)
        #expect(change.transaction == TransactionNumber(169_384))
    },
    "push_inst_tick.json": { body in
        let said = try message(body)
        guard case .tick(let tick) = said.content else { throw wrong }
        #expect(said.nonce == nil && tick.bid == exact("750.581") && tick.ask == exact("752"))
        #expect(tick.volume24 == exact("56.0765") && tick.high24 == nil)
    },
    "push_inst_trade_update.json": { body in
        guard case .trade(let push) = try message(body).content else { throw wrong }
        #expect(push.instrument == InstrumentNumber(1) && push.trade.side == .buy)
        #expect(push.trade.quantity == nil && push.trade.time == nil)
    },
    "reply_cancel_order.json": { body in
        guard case .cancelled(let order) = try message(body).content else { throw wrong }
        #expect(order.order == OrderNumber(1) && order.client == ClientNumber(13_556))
    },
    "reply_hb.json": { body in
        let said = try message(body)
        #expect(said.content == .heartbeat && said.nonce == Nonce(3_637_472))
    },
    "reply_inst_list.json": { body in
        guard case .instruments(let list) = try message(body).content else { throw wrong }
        #expect(list.instruments.map(\.pair) == ["ETHBTC", "LTCBTC"])
        #expect(list.instruments.map(\.number.value) == [2, 1])
    },
    "reply_inst_order_book.json": { body in
        guard case .book(let book) = try message(body).content else { throw wrong }
        #expect(book.bids.map(\.price) == [exact("751.345"), exact("751"), exact("750")])
        #expect(book.asks.map(\.price) == [exact("750.581"), exact("750.582"), exact("750.583")])
        #expect(book.totalBuy == exact("67.52345") && book.totalSell == exact("0.08"))
        #expect(book.transaction == nil)
    },
    "reply_inst_trade.json": { body in
        let said = try message(body)
        guard case .trades(let list) = said.content else { throw wrong }
        #expect(list.instrument == nil && said.nonce == Nonce(450_319))
        #expect(list.trades.map(\.transaction.value) == [169_502, 169_506, 169_510, 169_514])
        #expect(list.trades[3].quantity == exact("0.01"))
    },
    "reply_login.json": { body in
        guard case .login(let login) = try message(body).content else { throw wrong }
        #expect(login.username == "test" && !login.usesOneTimePasswords)
        #expect(login.products == ["SPOT", "FUTURE", "BINARY_OPTION", "OPTION"])
        #expect(login.session?.text == "f8833081-af69-4266-904d-eea088cdcc52")
    },
    "reply_order_accepted.json": { body in
        guard case .accepted(let order) = try message(body).content else { throw wrong }
        #expect(order.shown.price == exact("750.581") && order.shown.open == exact("0.01"))
        #expect(order.shown.client == ClientNumber(1_345) && order.shown.time == nil)
    },
    "reply_order_filled.json": { body in
        guard case .filled(let fill) = try message(body).content else { throw wrong }
        #expect(fill.price == exact("799") && fill.shown.price == exact("748"))
        #expect(fill.commission?.amount == exact("0.00799") && fill.commission?.currency == "USD")
        #expect(fill.shown.open == .zero && fill.shown.filled == exact("0.01"))
        let rate = CoinutAssumptions.takerFee
        let fee = fill.price.times(fill.quantity, .down)?.times(rate, .halfEven)
        #expect(fee == fill.commission?.amount)
    },
    "reply_order_rejected.json": { body in
        guard case .rejected(let order) = try message(body).content else { throw wrong }
        #expect(order.reasons.map(\.kind) == [.funds] && order.shown.filled == .zero)
        #expect(order.shown.order == OrderNumber(7_171))
    },
    "reply_user_balance.json": { body in
        guard case .balances(let list) = try message(body).content else { throw wrong }
        #expect(list.balances.map(\.currency) == ["BTC", "LTC", "ETC", "ETH"])
        #expect(list.balances[3].amount == exact("496.99938"))
    },
    "request_cancel_order.json": { body in
        let target = CancelTarget(instrument: InstrumentNumber(1), order: OrderNumber(39))
        try expectSame(CoinutRequests.cancel(target, Nonce(547_201)), body)
    },
    "request_hb.json": { body in
        try expectSame(CoinutRequests.heartbeat(Nonce(3_637_472)), body)
    },
    "request_inst_list.json": { body in
        try expectSame(CoinutRequests.instruments(Nonce(39_116)), body)
    },
    "request_inst_order_book_subscribe.json": { body in
        try expectSame(
            CoinutRequests.book(InstrumentNumber(1), pushes: true, Nonce(704_114)), body)
    },
    "request_inst_order_book_top_n.json": { body in
        try expectSame(
            CoinutRequests.book(
                InstrumentNumber(1), pushes: true, depth: .ten, decimals: 2, Nonce(704_114)), body)
    },
    "request_inst_tick_subscribe.json": { body in
        try expectSame(
            CoinutRequests.tick(InstrumentNumber(1), pushes: true, Nonce(61_514)), body)
    },
    "request_inst_trade_subscribe.json": { body in
        try expectSame(
            CoinutRequests.trades(InstrumentNumber(1), pushes: true, Nonce(450_319)), body)
    },
    // T7: the sample's nonce is above the range that the venue states, and is never sent here.
    "request_login_hmac.json": { body in
        let key = CoinutKey(username: "test", key: "ec9dd76b-71da-4ab9-bb65-1a19d1184b84")
        let sample = try JSON(parsing: body)
        let nonce = Nonce(try #require(sample["nonce"]?.integer))
        #expect(!nonce.isSendable)
        #expect(
            sample["hmac_sha256"]?.text == key.signature(nonce: nonce, seconds: 1_542_603_878))
        let ours = CoinutRequests.login(.key(key, seconds: 1_542_603_878), Nonce(12_345))
        let written = try JSON(parsing: Array(ours.text.utf8))
        #expect(written.members?.map(\.key).sorted() == sample.members?.map(\.key).sorted())
        #expect(written["timestamp"] == sample["timestamp"])
    },
    "request_login_password.json": { body in
        let login = CoinutLogin.password(
            username: "test", HiddenText("Abcdefg12345"), oneTime: nil)
        try expectSame(CoinutRequests.login(login, Nonce(829_055)), body)
    },
    "request_new_order.json": { body in
        let order = try CoinutOrder(
            instrument: InstrumentNumber(1), side: .sell, quantity: exact("0.01"),
            price: exact("750.581"), client: ClientNumber(1_345))
        try expectSame(CoinutRequests.place(order, Nonce(956_475)), body)
    },
    "request_user_balance.json": { body in
        try expectSame(CoinutRequests.balances(Nonce(306_254)), body)
    },
]

/// That a request of ours has the fields of a sample, in whatever order.
private func expectSame(_ request: CoinutRequest, _ sample: [UInt8]) throws {
    func fields(_ bytes: [UInt8]) throws -> [JSONMember] {
        (try JSON(parsing: bytes).members ?? []).sorted { $0.key < $1.key }
    }
    #expect(try fields(Array(request.text.utf8)) == fields(sample))
}

@Suite(.enabled(if: samples.areThere, noSamples))
struct `Coinut samples` {
    @Test(arguments: samples.names)
    func `are read, each as what it is`(name: String) throws {
        let read = try #require(readers[name], "no reader is named for \(name)")
        try read(try samples.read(name))
    }

    @Test func `are all there that have a reader`() {
        #expect(samples.names == readers.keys.sorted())
    }

    @Test(arguments: samples.names.filter { $0.hasPrefix("push_") })
    func `read quickly say the same as read slowly`(name: String) throws {
        let bytes = try samples.read(name)
        #expect(CoinutScanner.scan(bytes.span) != nil)
        try expectSameQuickly(bytes)
    }
}
