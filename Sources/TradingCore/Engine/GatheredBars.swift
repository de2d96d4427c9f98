internal import Bars
internal import TradingModel

/// What the strategy and the log hear of bars that the engine gathers.
extension Engine {
    /// Tells the strategy of bars that are over, and of what went wrong while they were gathered.
    mutating func emit(_ closed: [Bar], _ index: Int, into commands: inout [Command]) {
        for bar in closed { settle(strategy.onBar(bar), into: &commands) }
        for builder in bars[index].indices where bars[index][builder].trouble != nil {
            reportTrouble(index, builder, into: &commands)
        }
        findDeadline()
    }

    private mutating func reportTrouble(
        _ index: Int, _ builder: Int, into commands: inout [Command]
    ) {
        guard let trouble = bars[index][builder].popTrouble() else { return }
        let text = trouble.text(bars[index][builder].size, of: state.instruments[index].symbol)
        if trouble.isFatal {
            stopTrading(text, into: &commands)
        } else {
            commands.append(.log(.warn, text))
        }
    }

    /// Tells the bars that were over when the data ended; those still forming are never told.
    mutating func closeLastBars(at time: Timestamp, into commands: inout [Command]) {
        for index in bars.indices {
            for builder in bars[index].indices {
                if let bar = bars[index][builder].closeLast(at: time) {
                    settle(strategy.onBar(bar), into: &commands)
                }
                reportDoubts(bars[index][builder], into: &commands)
            }
        }
        findDeadline()
    }

    private func reportDoubts(_ builder: BarBuilder, into commands: inout [Command]) {
        guard builder.doubtedStamps > 1 else { return }
        let symbol = state.instruments[builder.instrument.index].symbol
        commands.append(
            .log(
                .warn,
                "bars:\(builder.size) of \(symbol): \(builder.doubtedStamps) trades had a stamp "
                    + "of the venue that is not believed; they counted at their arrival"))
    }
}
