internal import AccountSession
internal import TradingModel
public import VenueSessions

extension VenueConnector {
    /// Coinpit's perpetual contract.
    public static let coinpit = VenueConnector(
        name: CoinpitContracts.venue, title: "Coinpit", markets: "a quanto perpetual",
        requestBase: "https://live.coinpit.io", socketBase: "wss://live.coinpit.io",
        socketPath: "", spotFee: .received, example: CoinpitContracts.symbol,
        clientIDs: .text(coinpitClientOrderIDRules), abilities: VenueTraits.coinpit.abilities,
        patience: VenueTraits.coinpit.patience, card: .coinpit,
        makeProbe: { key in
            do throws(InvalidCoinpitKey) {
                return TimeProbe(
                    key: try key.map { key throws(InvalidCoinpitKey) in try CoinpitKey(key) })
            } catch {
                return RefusedKey(error)
            }
        },
        makeCleaner: { symbols, key, run in
            do throws(InvalidCoinpitKey) {
                return OrderSweep(key: try CoinpitKey(key), symbols: symbols, orders: run)
            } catch {
                return RefusedKey(error)
            }
        },
        makeSweep: { key, cancels, sightings, isMeant in
            do throws(InvalidCoinpitKey) {
                return OrderSweep(
                    key: try CoinpitKey(key), cancels: cancels, sightings: sightings,
                    isMeant: isMeant)
            } catch {
                return RefusedKey(error)
            }
        },
        makeSession: { plan throws(InvalidVenuePlan) in CoinpitSession(try CoinpitSettings(plan)) })
}

extension CoinpitKey {
    /// - Throws: where the name and the private key are not of one account.
    init(_ key: VenueKey) throws(InvalidCoinpitKey) {
        try self.init(wif: key.secret)
        guard key.id == userID else {
            throw InvalidCoinpitKey(
                description: "the private key is that of \(userID), and the settings name \(key.id)"
            )
        }
    }
}

extension CoinpitSettings {
    fileprivate init(_ plan: VenuePlan) throws(InvalidVenuePlan) {
        if let symbol = plan.symbols.first(where: { !CoinpitContracts.isTraded($0) }) {
            throw InvalidVenuePlan(
                "Coinpit is traded in \(CoinpitContracts.symbol) only, its contract without an expiry, and "
                    + "\(symbol) is another")
        }
        guard let key = plan.key else {
            throw InvalidVenuePlan(
                "Coinpit tells market data to registered accounts only, and a run without a key has none: trade with "
                    + "--live and a key, or in a backtest"
            )
        }
        if plan.leverage != nil || plan.isIsolated != nil {
            throw InvalidVenuePlan(
                "Coinpit has no leverage to set: leave venues.coinpit.leverage and margin out")
        }
        do throws(InvalidCoinpitKey) {
            self.init(symbols: plan.symbols, key: try CoinpitKey(key))
        } catch {
            throw InvalidVenuePlan("the key of Coinpit cannot be used: \(error)")
        }
        socketBase = plan.socketBase
        restoredOrders = plan.restoredOrders
        adoptsOrders = plan.adoptsOrders
        seed = plan.seed
    }
}
