internal import AccountSession
internal import Synchronization
internal import TradingModel

/// What the two halves of the dialect share: the rules of the markets, what was asked over the socket,
/// and the windows of time that lists are read in.
final class CoinTRMemory: Sendable {
    /// What requests about a market need to know of it.
    struct Market: Hashable, Sendable {
        var unit = SizeUnit.base
        var tick = Price(attos: 1)
        /// The finest width of levels that its books are told in.
        var step: Price?
        /// The lowest price that was asked last.
        var ask: Price?
    }

    /// A request over the socket.
    struct Asked: Hashable, Sendable {
        var event: SocketReply.Event
        var channel: String?
        var instrument: String?
        var isPrivate = false
    }

    private struct State {
        var markets: [Market]
        var asked: [Int64: Asked] = [:]
        /// The path of a list's first page, as far as it is known before it leaves.
        var windows: [Ask: String] = [:]
        /// The same with what was added when it left.
        var paths: [String: String] = [:]
    }

    private let state: Mutex<State>

    init(markets: Int) {
        state = Mutex(State(markets: Array(repeating: Market(), count: markets)))
    }

    // MARK: - Markets

    func market(_ index: InstrumentID) -> Market { state.withLock { $0.markets[index] } }
    func learn(_ market: Market, of index: InstrumentID) {
        state.withLock { $0.markets[index] = market }
    }
    func learn(ask: Price?, of index: InstrumentID) {
        state.withLock { $0.markets[index].ask = ask }
    }

    // MARK: - The socket

    /// A new connection: what was asked over the one before will not be answered.
    func open() { state.withLock { $0.asked = [:] } }
    func asks(_ asked: Asked, _ number: Int64) { state.withLock { $0.asked[number] = asked } }
    func asked(_ number: Int64) -> Asked? { state.withLock { $0.asked[number] } }
    func answered(_ number: Int64) { state.withLock { $0.asked[number] = nil } }

    // MARK: - Windows

    /// A list is asked for from its beginning.
    func begin(_ ask: Ask, _ path: String) {
        state.withLock { state in
            if let old = state.windows.updateValue(path, forKey: ask), old != path {
                state.paths[old] = nil
            }
        }
    }

    /// The first page of a list leaves with this path.
    func left(_ path: String, as whole: String) { state.withLock { $0.paths[path] = whole } }

    /// The path that the first page had; nil: it has not left.
    func path(of ask: Ask) -> String? {
        state.withLock { state in state.windows[ask].flatMap { state.paths[$0] } }
    }

    /// The last page has come.
    func end(_ ask: Ask) {
        state.withLock { state in
            if let path = state.windows.removeValue(forKey: ask) { state.paths[path] = nil }
        }
    }
}

extension Ask {
    /// The same with the first page, whatever page it is for.
    var ofFirstPage: Ask {
        switch self {
        case .executions(let index, _): .executions(index, page: .first)
        case .executionsOf(let serial, let id, _): .executionsOf(serial, id: id, page: .first)
        default: self
        }
    }
}
