public import AccountSession
internal import TradingCore
internal import TradingModel
internal import VenueSessions
internal import WireText

/// A connection to CoinEx, spot and futures, as a state machine without I/O: the incoming half of the
/// venue's dialect over the account that all venues share.
public struct CoinExSession: Dialect {
    public var core: AccountCore
    /// By instrument.
    var books: [CheckedBook]
    private var scanner = PushScanner()
    private let inflater = GzipInflater()

    public init(_ settings: CoinExSettings) { self.init(settings, traits: .coinEx) }

    /// - Parameter traits: those of another venue, to try what CoinEx does not do.
    package init(_ settings: CoinExSettings, traits: VenueTraits) {
        let plan = AccountPlan(
            symbols: settings.symbols, hasKey: settings.key != nil, leverage: settings.leverage,
            restoredOrders: settings.restoredOrders, settledUntil: settings.settledUntil,
            adoptsOrders: settings.adoptsOrders, seed: settings.seed)
        core = AccountCore(
            plan, names: settings.symbols.map { CoinExInstruments.market(of: $0) }, traits: traits,
            words: CoinExWords(settings), rates: EndpointGroups.rates)
        books = settings.symbols.map { _ in CheckedBook() }
    }

    // MARK: - Frames

    public mutating func receive(_ frame: Span<UInt8>, isText: Bool, on line: LineID) {
        if isText { return read(frame, line) }
        do throws(BadCompression) {
            // The unpacked bytes lie in the inflater, which the closure does not touch.
            try inflater.withUnpacked(frame) { read($0, line) }
        } catch {
            core.lose(line, error.description)
        }
    }

    private mutating func read(_ bytes: Span<UInt8>, _ line: LineID) {
        let segment = core.segment(of: line)
        switch scanner.scan(bytes) {
        case .depth: received(scanner.depth, bytes, segment)
        case .deals:
            if let index = core.markets.index(bytes, scanner.market, segment) {
                received(scanner.deals, index)
            }
        case .quote:
            if let index = core.markets.index(bytes, scanner.market, segment) {
                quote(index, scanner.bid, scanner.ask, scanner.quoteTime)
            }
        case nil: readSlowly(bytes, line, segment)
        }
    }

    private mutating func readSlowly(_ bytes: Span<UInt8>, _ line: LineID, _ segment: Segment) {
        let frame: Frame
        do throws(BadMessage) {
            frame = try Frame(parsing: (0..<bytes.count).map { bytes[$0] })
        } catch {
            return core.unreadable(line, error.description)
        }
        switch frame {
        case .reply(let reply):
            core.answered(reply.id, on: line, reply.refusal.map { $0.onSocket })
        case .push(let push): received(push, segment)
        }
    }

    private mutating func received(_ push: Push, _ segment: Segment) {
        switch push {
        case .depth(let message): received(message.push, message.bytes.span, segment)
        case .deals(let push):
            if let index = core.markets.index(push.market, segment) { received(push.deals, index) }
        case .quote(let best):
            if let index = core.markets.index(best.market, segment) {
                quote(index, best.bid, best.ask, best.updatedAt)
            }
        case .states(let states): for state in states { received(state, segment) }
        case .index(let price): received(price, segment)
        case .order(let push): received(push, segment)
        case .stop(let push): received(push, segment)
        case .ownDeal(let deal): received(deal, segment)
        case .balances(let balances): core.pushed(facts(balances, segment))
        case .position(let push): received(push)
        case .maintenance(let maintenance):
            core.maintenanceIsAnnounced(for: maintenance.scope.joined(separator: ", "))
        case .premium: break
        case .unknown(let method):
            core.log(.debug, "the venue pushes \(method), which is not known")
        }
    }
}
