package import TradingCore
package import TradingModel

// What a run says and the model does not, in words; empty where they agree to the last digit.
extension AccountModel {
    /// Positions, of the engine or of the account.
    package func differences(from positions: [Position]) -> [String] {
        zip(books, positions).flatMap { book, position in
            let pairs: [(String, Int128?, Int128?)] = [
                ("net", book.net, position.net.attos),
                ("average price", book.averagePrice, position.averagePrice?.attos),
                ("entry value", book.cost, position.entryValue.attos),
                ("realised", book.realised, position.realisedPnL.attos),
                ("fees", book.fees, position.fees.attos),
                ("funding", book.funding, position.funding.attos),
            ]
            return pairs.compactMap { name, own, other in
                own == other
                    ? nil
                    : "\(book.instrument.symbol) \(name): \(shown(other)), expected \(shown(own))"
            }
        }
    }

    /// What an account holds of each currency, what orders and positions bind included.
    package func differences(from balances: [Balance]) -> [String] {
        let own = self.balances
        return balances.compactMap { balance in
            let expected = own[balance.currency] ?? .zero
            guard balance.total != expected else { return nil }
            return "\(balance.currency): \(balance.total), expected \(expected)"
        }
    }

    package func differences(from equity: Money, maxDrawdown: Money) -> [String] {
        var lines: [String] = []
        if equity != self.equity { lines.append("equity: \(equity), expected \(self.equity)") }
        if maxDrawdown != self.maxDrawdown {
            lines.append("drawdown: \(maxDrawdown), expected \(self.maxDrawdown)")
        }
        return lines
    }

    /// All that can be said once everything has arrived: the engine's books, the account's, and what
    /// was wrong in itself.
    package func differencesAtEnd(
        from state: TradingState, account: [Position], balances: [Balance], equity: Money,
        maxDrawdown: Money
    ) -> [String] {
        let heard = Array(state.balances.values)
        return problems + wrongPayments
            + differences(from: state.positions).map { "engine: " + $0 }
            + differences(from: account).map { "account: " + $0 }
            + differences(from: heard).map { "balance heard: " + $0 }
            + differences(from: balances).map { "balance: " + $0 }
            + differences(from: equity, maxDrawdown: maxDrawdown)
    }

    private func shown(_ attos: Int128?) -> String {
        attos.map { Money(attos: $0).description } ?? "none"
    }
}
