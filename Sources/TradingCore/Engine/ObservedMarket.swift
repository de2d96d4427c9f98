import TradingModel

/// What rare market events say of the market, before a strategy hears of them.
extension Engine {
    func record(_ quote: Quote) {
        let index = quote.instrument.index
        // Where the depth is kept too it is the one truth about the top; quotes would say it twice.
        guard state.books[index] == nil else { return }
        state.marksTable[index].bid = quote.bid
        state.marksTable[index].ask = quote.ask
        state.marksTable[index].receiveTime = quote.receiveTime
        state.marksTable[index].quoted = QuoteTimes(
            venueTime: quote.venueTime, receiveTime: quote.receiveTime)
    }

    func record(_ bar: Bar) {
        state.marksTable[bar.instrument.index].last = bar.close
        state.marksTable[bar.instrument.index].receiveTime = bar.closeTime
    }

    func record(_ ticker: Ticker) {
        if let mark = ticker.mark { state.marksTable[ticker.instrument.index].mark = mark }
    }
}
