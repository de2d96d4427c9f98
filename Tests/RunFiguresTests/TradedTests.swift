import RunFigures
import TestInstruments
import Testing
import TradingModel

@Suite struct `What was traded` {
    @Test func `is not added up beyond what fits`() {
        var traded = Traded()
        let fill = Fill(
            id: "1", price: price("0.001"), quantity: quantity("100000000000000000000"),
            liquidity: .taker,
            fee: .zero, feeCurrency: Currency("USDT"))
        let added = [Side.buy, .sell, .buy].map { traded.add(fill, $0, perpetual) }
        #expect(added == [true, true, false])
        #expect(traded.bought.quantity == quantity("100000000000000000000"))
    }
}
