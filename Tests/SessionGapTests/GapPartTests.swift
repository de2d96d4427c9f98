import SessionGap
import TestInstruments
import Testing
import TradingCore
import TradingModel

@Suite struct `The parts of a gap` {
    @Test func `are nothing where the simulation has what the session had`() throws {
        var setting = GapSetting()
        let fill = setting.fill("1", "100", fee: "0.05")
        setting.happened(fill)
        setting.simulate(fill)
        let gap = try setting.gap()
        #expect(gap.parts.figures == ["0", "0", "0", "0", "0", "0"])
        #expect(gap.session.only == "9.95")
        #expect(gap.simulation.only == "9.95")
        #expect(gap.difference.isEmpty)
    }

    @Test func `have a fill that only the simulation has as missed, with its fee`() throws {
        var setting = GapSetting()
        setting.simulate(setting.fill("1", "100", fee: "0.05"))
        let gap = try setting.gap()
        #expect(gap.parts.figures == ["-9.95", "0", "0", "0", "0", "0"])
        #expect(gap.difference.only == "-9.95")
    }

    @Test func `have a fill that only the session has as extra, with its fee`() throws {
        var setting = GapSetting(perpetual, .sell)
        setting.happened(setting.fill("1", "100", fee: "0.05"))
        let gap = try setting.gap()
        #expect(gap.parts.figures == ["0", "-10.05", "0", "0", "0", "0"])
    }

    @Test func `have another price of the same quantity as price alone`() throws {
        var setting = GapSetting()
        setting.happened(setting.fill("2", "101"))
        setting.simulate(setting.fill("1", "100"), setting.fill("1", "100.5"))
        #expect(try setting.gap().parts.figures == ["0", "0", "-1.5", "0", "0", "0"])
    }

    @Test func `have another fee of the same quantity as fee alone`() throws {
        var setting = GapSetting()
        setting.happened(setting.fill("1", "100", fee: "0.05"))
        setting.simulate(setting.fill("1", "100", fee: "0.02"))
        #expect(try setting.gap().parts.figures == ["0", "0", "0", "-0.03", "0", "0"])
    }

    @Test func `have a payment of funding as funding alone`() throws {
        var setting = GapSetting()
        setting.deeds.add(funding: money("-0.25"), of: InstrumentID(0))
        setting.retimed.funding = [money("-0.2")]
        setting.modelled.funding = [money("-0.2")]
        #expect(try setting.gap().parts.figures == ["0", "0", "0", "0", "-0.05", "0"])
    }

    @Test func `have what only the modelled latency does as latency, funding too`() throws {
        var setting = GapSetting()
        let fill = setting.fill("1", "101", fee: "0.05")
        setting.happened(fill)
        setting.simulate(fill)
        setting.modelled.fills[GapSetting.order] = [setting.fill("2", "100", fee: "0.02")]
        setting.modelled.funding = [money("-0.5")]
        // 9 − 0.05 with the session's latency, 20 − 0.02 − 0.5 with the modelled one.
        #expect(try setting.gap().parts.figures == ["0", "0", "0", "0", "0", "-10.53"])
    }

    @Test func `cut a fill where the other side's quantity ends`() throws {
        var setting = GapSetting()
        setting.happened(setting.fill("3", "100", fee: "0.3"))
        setting.simulate(setting.fill("1", "99", fee: "0.2"))
        // One at 100 for 99 and a fee of 0.1 for 0.2; two more at 100 make 20 − 0.2.
        #expect(try setting.gap().parts.figures == ["0", "19.8", "-1", "0.1", "0", "0"])
    }

    @Test func `count an inverse contract in its base currency`() throws {
        var setting = GapSetting(instrument("test:BTC/USD:BTC", tick: "0.5", lot: "1"))
        setting.happened(setting.fill("100", "50000"))
        setting.simulate(setting.fill("100", "40000"))
        let gap = try setting.gap(mark: "50000")
        #expect(gap.session.isEmpty)
        #expect(gap.simulation[Currency("BTC")] == money("0.0005"))
        #expect(gap.parts.figures == ["0", "0", "-0.0005", "0", "0", "0"])
    }

    @Test func `value a fee out of the position like the position`() throws {
        var setting = GapSetting(spot)
        setting.happened(setting.fill("1", "100", fee: "0.001", of: "BTC"))
        setting.simulate(setting.fill("1", "100", fee: "0.1", of: "USDT"))
        // 0.001 BTC are worth 0.11 USDT at the end.
        #expect(try setting.gap().parts.figures == ["0", "0", "0", "-0.01", "0", "0"])
    }

    @Test func `keep a fee in a third currency in that currency`() throws {
        var setting = GapSetting()
        setting.happened(setting.fill("1", "100", fee: "2", of: "CET"))
        setting.simulate(setting.fill("1", "100", fee: "0.05"))
        let gap = try setting.gap()
        #expect(gap.parts.fee[Currency("CET")] == money("-2"))
        #expect(gap.parts.fee[Currency("USDT")] == money("0.05"))
        #expect(gap.difference == gap.parts.fee)
    }

    @Test func `value everything at the last fill where no price was told`() throws {
        var setting = GapSetting()
        setting.happened(setting.fill("1", "100"))
        setting.simulate(setting.fill("1", "99"))
        let gap = try setting.gap(mark: nil)
        #expect(gap.marks == [price("99")])
        #expect(gap.parts.figures == ["0", "0", "-1", "0", "0", "0"])
    }

    @Test func `have nothing of what was there before, which both sides hold`() throws {
        let setting = GapSetting()
        setting.deeds.explain(
            SignedQuantity(attos: 5 * attosPerUnit), of: InstrumentID(0), at: price("100"), time(0))
        let earlier = OrderRequest(
            instrument: InstrumentID(0), side: .sell, quantity: quantity("1"), price: price("120"))
        setting.deeds.add(
            ExecutionReport(
                order: ClientOrderID("old"), instrument: InstrumentID(0),
                event: .fill(
                    Fill(
                        id: "x", price: price("120"), quantity: quantity("1"), liquidity: .maker,
                        fee: money("0.1"), feeCurrency: Currency("USDT"))), venueTime: time(1),
                receiveTime: time(1)), ofEarlier: earlier)
        let gap = try setting.gap()
        #expect(setting.deeds.adoptions.map(\.isFill) == [false, true])
        #expect(gap.session.only == "59.9")
        #expect(gap.simulation == gap.session)
        #expect(gap.difference.isEmpty)
    }

    @Test func `say whose worth does not fit`() throws {
        var setting = GapSetting()
        setting.happened(setting.fill("100000000000000000", "1000000000000000"))
        #expect(throws: GapProblem.tooLarge(perpetual.symbol)) {
            try setting.gap(mark: "999999999999999")
        }
    }
}
