internal import ByteCoding
internal import TradingCore
internal import TradingModel

extension ByteReader {
    /// Reads an entry that a ``ByteWriter`` wrote.
    ///
    /// - Parameter instruments: of the run that wrote it.
    mutating func entry(_ instruments: [Instrument]) throws(Unreadable) -> JournalEntry {
        guard let kind = TailKind(rawValue: try byte()) else { throw Unreadable("an unknown kind") }
        let time = try time()
        switch kind {
        case .started: return .started(at: time)
        case .takenUp: return .takenUp(try knownOrder(instruments, updated: time))
        case .submitted:
            let id = ClientOrderID(try text())
            let request = try request(instruments)
            return .submitted(
                SubmittedOrder(id: id, request: request, version: try count32(), at: time))
        case .transition: return .transition(try transition(instruments, at: time))
        case .filled:
            let transition = try transition(instruments, at: time)
            return .filled(transition, try position(instruments).1)
        case .execution:
            let order = ClientOrderID(try text())
            let (instrument, side) = try instrumentAndSide(instruments)
            let fill = try fill()
            return .execution(
                OrderExecution(
                    fill, of: order, instrument, side, venueTime: try self.time(), at: time))
        case .position:
            let (instrument, position) = try position(instruments)
            return .position(instrument, position, at: time)
        case .settlement:
            let (instrument, position) = try position(instruments)
            return .settlement(
                Settlement(
                    instrument: instrument, settled: try self.time(),
                    rate: Rate(attos: try attos()), payment: try optional(), at: time),
                position)
        case .state:
            let shape = try signed()
            return .state(StrategyState(text: try text(), shape: shape), at: time)
        case .timer:
            let name = try text()
            let period = try signed()
            return .timer(name: name, due: time, period: period > 0 ? period : nil)
        case .timerCleared:
            let isOne = try byte() == 1
            let name = try text()
            return .timerCleared(name: isOne ? name : nil)
        case .counters:
            return .counters(
                RiskCounters(
                    day: try signed(), dayStart: Money(attos: try attos()),
                    peak: Money(attos: try attos())), at: time)
        }
    }

    private mutating func time() throws(Unreadable) -> Timestamp {
        Timestamp(nanoseconds: try signed())
    }

    private mutating func count32() throws(Unreadable) -> Int {
        let number = try number()
        guard number <= UInt32.max else { throw Unreadable("a number is too large") }
        return Int(number)
    }

    private mutating func instrument(
        _ instruments: [Instrument]
    ) throws(Unreadable) -> InstrumentID {
        let index = try count32()
        guard index < instruments.count else { throw Unreadable("an unknown instrument") }
        return InstrumentID(index)
    }

    private mutating func position(
        _ instruments: [Instrument]
    ) throws(Unreadable) -> (InstrumentID, Position) {
        let instrument = try instrument(instruments)
        let position = Position(
            of: instruments[instrument.index], net: SignedQuantity(attos: try attos()),
            entryValue: Money(attos: try attos()), realisedPnL: Money(attos: try attos()),
            fees: Money(attos: try attos()), funding: Money(attos: try attos()))
        let _: Price? = try optional()  // its average, which follows from the others
        return (instrument, position)
    }

    private mutating func instrumentAndSide(
        _ instruments: [Instrument]
    ) throws(Unreadable) -> (InstrumentID, Side) {
        let number = try count32()
        guard number >> 1 < instruments.count, let side = Side(rawValue: UInt8(number & 1)) else {
            throw Unreadable("an unknown instrument")
        }
        return (InstrumentID(number >> 1), side)
    }

    private mutating func optional<Amount: ExactDecimal>() throws(Unreadable) -> Amount? {
        try byte() == 0 ? nil : Amount(attos: try attos())
    }

    private mutating func word<Word: RawRepresentable<String>>() throws(Unreadable) -> Word {
        guard let word = Word(rawValue: try text()) else { throw Unreadable("an unknown word") }
        return word
    }

    private mutating func venueID() throws(Unreadable) -> VenueOrderID? {
        let text = try text()
        return text.isEmpty ? nil : VenueOrderID(text)
    }

    private mutating func request(
        _ instruments: [Instrument]
    ) throws(Unreadable) -> OrderRequest {
        let (instrument, side) = try instrumentAndSide(instruments)
        let quantity = Quantity(attos: try attos())
        let price: Price? = try optional()
        let stop: Price? = try optional()
        let flags = try byte()
        let forces = TimeInForce.allCases
        guard Int(flags >> 2) < forces.count, let tag = OrderTag(try text()) else {
            throw Unreadable("an order that there cannot be")
        }
        return OrderRequest(
            instrument: instrument, side: side, quantity: quantity, price: price,
            timeInForce: forces[Int(flags >> 2)], isPostOnly: flags & 1 != 0,
            isReduceOnly: flags & 2 != 0, stop: stop, tag: tag)
    }

    private mutating func fill() throws(Unreadable) -> Fill {
        let id = FillID(try text())
        let price = Price(attos: try attos())
        let quantity = Quantity(attos: try attos())
        let liquidity: Liquidity = try byte() == 1 ? .maker : .taker
        let fee = Money(attos: try attos())
        return Fill(
            id, price: price, quantity: quantity, liquidity: liquidity, fee: fee,
            feeCurrency: Currency(try text()))
    }

    private mutating func knownOrder(
        _ instruments: [Instrument], updated: Timestamp
    ) throws(Unreadable) -> EarlierRun.KnownOrder {
        let id = ClientOrderID(try text())
        let request = try request(instruments)
        let status: OrderStatus = try word()
        let filled = Quantity(attos: try attos())
        let venueID = try venueID()
        let state: OrderState =
            switch (status, venueID) {
            case (.waiting, let id?): .waiting(id)
            case (.unknown, nil) where filled == .zero:
                .unknown(.sent(isStop: request.stop != nil), amending: nil, reason: .empty)
            case (.unknown, nil):
                .unknown(.working(nil, filled: filled), amending: nil, reason: .empty)
            default: .working(venueID, filled: filled)
            }
        return EarlierRun.KnownOrder(
            id: id, request: request, state: state, filledNotional: .zero, fills: [],
            createdAt: try time(), updatedAt: updated)
    }

    private mutating func transition(
        _ instruments: [Instrument], at time: Timestamp
    ) throws(Unreadable) -> OrderTransition {
        let order = ClientOrderID(try text())
        let (instrument, side) = try instrumentAndSide(instruments)
        let before: OrderStatus = try word()
        let after: OrderStatus = try word()
        let filled = Quantity(attos: try attos())
        let venueID = try venueID()
        let reason = InternedText(passing: try text())
        let venueTime = try byte() == 0 ? nil : try self.time()
        return OrderTransition(
            try event(venueID), of: order, instrument, side, before: before, after: after,
            filled: filled, venueID: venueID, reason: reason, venueTime: venueTime, at: time)
    }

    /// - Parameter venueID: what the order is at the venue afterwards.
    private mutating func event(_ venueID: VenueOrderID?) throws(Unreadable) -> OrderEvent {
        let word = try text()
        let price: Price? = try optional()
        let quantity: Quantity? = try optional()
        let reason = InternedText(passing: try text())
        switch word {
        case "accepted": return .accepted(venueID ?? VenueOrderID(""))
        case "rejected": return .rejected(reason: reason)
        case "triggered": return .triggered
        case "fill": return .fill(try fill())
        case "cancel_requested": return .cancelRequested
        case "cancel_rejected": return .cancelRejected(reason: reason)
        case "cancelled": return .cancelled
        case "amend_requested": return .amendRequested(price: price, quantity: quantity)
        case "amended": return .amended(price: price, quantity: quantity ?? .zero)
        case "amend_rejected": return .amendRejected(reason: reason)
        case "expired": return .expired(reason: reason)
        case "lost": return .lost(reason: reason)
        case "not_found": return .notFound
        default: throw Unreadable("an unknown event")
        }
    }
}
