internal import ByteCoding
internal import TradingCore
internal import TradingModel

extension ItemEncoder {
    mutating func add(_ outcome: RunOutcome) {
        switch outcome {
        case .intent(let intent):
            begin(.intent)
            add(intent)
        case .submitted(let id, let request):
            begin(.submitted)
            add(id)
            add(request)
        case .cancelled(let id, let instrument):
            begin(.cancelled)
            add(id)
            add(instrument)
        case .amended(let id, let instrument, let price, let quantity):
            begin(.amended)
            add(id)
            add(instrument)
            add(optional: price)
            add(optional: quantity)
        case .refused(let refusal, let intent):
            begin(.refused)
            add(text: refusal.rule.rawValue)
            writer.add(text: refusal.detail)  // with its figures it is mostly new
            add(intent)
        case .stopped(let reason):
            begin(.stopped)
            writer.add(text: reason)
        }
    }

    private mutating func begin(_ tag: ItemTag) { writer.add(byte: tag.rawValue) }

    private mutating func add(_ intent: Intent) {
        switch intent {
        case .place(let request):
            writer.add(byte: 0)
            add(request)
        case .cancel(.order(let id)):
            writer.add(byte: 1)
            add(id)
        case .cancel(.matching(let instrument, let tag)):
            writer.add(byte: 2)
            add(optional: instrument)
            writer.add(byte: tag == nil ? 0 : 1)
            if let tag { add(tag) }
        case .amend(let id, let price, let quantity):
            writer.add(byte: 3)
            add(id)
            add(optional: price)
            add(optional: quantity)
        case .target(let instrument, let quantity):
            writer.add(byte: 4)
            add(instrument)
            writer.add(attos: quantity.attos)
        case .close(let instrument):
            writer.add(byte: 5)
            add(instrument)
        }
    }

    mutating func add(_ request: OrderRequest) {
        add(request.instrument)
        var flags: UInt8 = request.side.rawValue
        if request.isPostOnly { flags |= 2 }
        if request.isReduceOnly { flags |= 4 }
        if request.timeInForce == .ioc { flags |= 8 }
        if request.timeInForce == .fok { flags |= 16 }
        writer.add(byte: flags)
        writer.add(attos: request.quantity.attos)
        add(optional: request.price)
        add(optional: request.stop)
        add(request.tag)
    }

    /// A script may put any bytes into it.
    private mutating func add(_ tag: OrderTag) {
        unsafe tag.withBytes { unsafe writer.add(counted: $0) }
    }
}
