internal import ByteCoding
internal import TradingCore
internal import TradingModel

extension ItemDecoder {
    /// Nil: the tag is none of an outcome.
    mutating func outcome(_ tag: ItemTag) throws(Unreadable) -> RunOutcome? {
        switch tag {
        case .intent: .intent(try intent())
        case .submitted: .submitted(ClientOrderID(try id()), try request())
        case .cancelled: .cancelled(ClientOrderID(try id()), try instrument())
        case .amended:
            .amended(
                ClientOrderID(try id()), try instrument(), price: try optional(),
                quantity: try optionalQuantity())
        case .refused: .refused(try refusal(), try intent())
        case .stopped: .stopped(reason: try reader.text())
        default: nil
        }
    }

    private mutating func refusal() throws(Unreadable) -> RiskRefusal {
        guard let rule = RiskRefusal.Rule(rawValue: try text()) else {
            throw Unreadable("there is no such rule")
        }
        return RiskRefusal(rule: rule, detail: try reader.text())
    }

    private mutating func intent() throws(Unreadable) -> Intent {
        switch try reader.byte() {
        case 0: .place(try request())
        case 1: .cancel(.order(ClientOrderID(try id())))
        case 2:
            .cancel(
                .matching(instrument: try optionalInstrument(), tag: try flag() ? try tag() : nil))
        case 3:
            .amend(
                ClientOrderID(try id()), price: try optional(), quantity: try optionalQuantity())
        case 4: .target(try instrument(), SignedQuantity(attos: try reader.attos()))
        case 5: .close(try instrument())
        default: throw Unreadable("there is no such intent")
        }
    }

    private mutating func tag() throws(Unreadable) -> OrderTag {
        let bytes = Array(try reader.counted())
        guard bytes.count <= OrderTag.mostBytes, !bytes.contains(0) else {
            throw Unreadable("there is no such tag")
        }
        return unsafe bytes.withUnsafeBytes { unsafe OrderTag(upToZero: $0) }
    }

    mutating func request() throws(Unreadable) -> OrderRequest {
        let instrument = try instrument()
        let flags = try reader.byte()
        guard flags < 32, flags & 24 != 24 else { throw Unreadable("there is no such order") }
        return OrderRequest(
            instrument: instrument, side: flags & 1 == 0 ? .buy : .sell, quantity: try quantity(),
            price: try optional(),
            timeInForce: flags & 8 != 0 ? .ioc : flags & 16 != 0 ? .fok : .gtc,
            isPostOnly: flags & 2 != 0, isReduceOnly: flags & 4 != 0, stop: try optional(),
            tag: try tag())
    }
}
