internal import CMoon
import TradingCore
import TradingModel

extension LuaStrategy {
    /// Moves what the last call left in the shim to the end of `requests`.
    func appendRequests(to requests: inout [StrategyRequest]) {
        let count = unsafe moon_request_count(host)
        for index in 0..<count {
            let request = unsafe moon_request_at(host, index)
            requests.append(unsafe read(request))
        }
        unsafe moon_clear_requests(host)
    }

    private func read(_ request: moon_request) -> StrategyRequest {
        if let intent = unsafe request.intent?.pointee { return read(intent) }
        let name = unsafe string(request.text, request.count)
        switch unsafe request.kind {
        case MOON_REQUEST_LOG:
            return unsafe .log(LogLevel.allCases[Int(request.level)], name)
        case MOON_REQUEST_ALERT: return .alert(name)
        case MOON_REQUEST_PLOT: return unsafe .plot(name, request.number)
        case MOON_REQUEST_AFTER:
            return unsafe .after(nanoseconds: request.nanoseconds, name: name)
        case MOON_REQUEST_EVERY:
            return unsafe .every(nanoseconds: request.nanoseconds, name: name)
        case MOON_REQUEST_CANCEL_TIMER: return .cancelTimer(name: name)
        default: preconditionFailure("an intent request has its intent")
        }
    }

    /// The intent with its symbol and order looked up; a log line where they are not in this run.
    private func read(_ intent: moon_intent) -> StrategyRequest {
        var instrument: InstrumentID?
        if intent.slot >= 0 {
            let slot = Int(intent.slot)
            guard context.instrumentBySlot.indices.contains(slot),
                context.instrumentBySlot[slot] >= 0
            else {
                return .log(
                    .error,
                    "\(symbols[slot]) is not among the instruments of this run: intent dropped")
            }
            instrument = InstrumentID(Int(context.instrumentBySlot[slot]))
        }
        switch (intent.kind, instrument) {
        case (MOON_PLACE, let instrument?): return .intent(.place(read(intent, instrument)))
        case (MOON_TARGET, let instrument?):
            return .intent(.target(instrument, SignedQuantity(attos: Int128(intent.quantity))))
        case (MOON_CLOSE, let instrument?): return .intent(.close(instrument))
        case (MOON_CANCEL_MATCHING, _):
            return .intent(
                .cancel(.matching(instrument: instrument, tag: intent.has_tag ? tag(intent) : nil)))
        default: return readOrderIntent(intent)
        }
    }

    private func readOrderIntent(_ intent: moon_intent) -> StrategyRequest {
        guard let id = context.id(ofOrder: OrderSerial(Int(intent.order))) else {
            return .log(.error, "an order was forgotten before its cancel or amend: intent dropped")
        }
        guard intent.kind == MOON_AMEND else { return .intent(.cancel(.order(id))) }
        return .intent(
            .amend(
                id, price: intent.has_price ? Price(attos: Int128(intent.price)) : nil,
                quantity: intent.has_quantity ? Quantity(attos: Int128(intent.quantity)) : nil))
    }

    private func read(_ intent: moon_intent, _ instrument: InstrumentID) -> OrderRequest {
        OrderRequest(
            instrument: instrument, side: Side(shim: intent.side),
            quantity: Quantity(attos: Int128(intent.quantity)),
            price: intent.has_price ? Price(attos: Int128(intent.price)) : nil,
            timeInForce: TimeInForce.allCases[Int(intent.tif)],
            isPostOnly: intent.is_post_only, isReduceOnly: intent.is_reduce_only,
            stop: intent.has_stop ? Price(attos: Int128(intent.stop)) : nil,
            tag: intent.has_tag ? tag(intent) : .empty)
    }

    /// The bytes of the tag up to its zero.
    private func tag(_ intent: moon_intent) -> OrderTag {
        unsafe withUnsafeBytes(of: intent.tag) { unsafe OrderTag(upToZero: $0) }
    }
}
