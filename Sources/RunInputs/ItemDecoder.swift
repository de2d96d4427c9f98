package import ByteCoding
internal import TradingCore
package import TradingModel
internal import VenueSessions

/// Reads what an ``ItemEncoder`` wrote, from the beginning of a file on.
///
/// Whatever the bytes are it gives items that a run can be told, or says what is wrong with them.
package struct ItemDecoder {
    var reader = ByteReader([])
    var state: CodingState
    let instruments: [Instrument]
    private var texts: [String] = []

    package init(_ instruments: [Instrument]) {
        self.instruments = instruments
        state = CodingState(instruments: instruments.count)
    }

    /// The items of a chunk.
    package mutating func items(in bytes: ArraySlice<UInt8>) throws(Unreadable) -> [RecordedItem] {
        reader = ByteReader(bytes)
        var items: [RecordedItem] = []
        while !reader.isAtEnd { items.append(try item()) }
        return items
    }

    private mutating func item() throws(Unreadable) -> RecordedItem {
        let byte = try reader.byte()
        guard let tag = ItemTag(rawValue: byte) else {
            throw Unreadable("there is no item of kind \(byte)")
        }
        if let outcome = try outcome(tag) { return .outcome(outcome) }
        state.time &+= try reader.signed()
        let now = Timestamp(nanoseconds: state.time)
        return .call(try call(tag, at: now))
    }

    private mutating func call(_ tag: ItemTag, at now: Timestamp) throws(Unreadable) -> RunCall {
        switch tag {
        case .trade, .change, .quote, .bar, .ticker, .funding:
            .input(.market(try event(tag)), at: now)
        case .report, .balance, .accountBalance, .status, .correction, .holding, .time, .startInput,
            .dataEnded,
            .stopInput, .haltInput, .pauseInput, .flattenInput, .version, .foreignOrders,
            .adopt:
            .input(try input(tag), at: now)
        case .changes: .changes(try message(), at: now)
        case .looseChanges: .changes(try looseChanges(), at: now)
        case .resume: .resume(try earlierRun(), at: now)
        case .resumeSimulated: .resume(try earlierRunOnPaper(), at: now)
        case .reconciled: .reconciled(at: now)
        case .limits, .venueLimits: .limits(try limits(ofVenues: tag == .venueLimits), at: now)
        case .start: .start(at: now)
        case .position: .position(try position(), at: now)
        case .pass: .pass(until: now)
        case .pause: .pause(try optionalText(), at: now)
        case .windDown: .windDown(try text(), at: now)
        case .halt: .halt(try text(), at: now)
        case .flatten: .flatten(at: now)
        case .rehearse: .rehearse(at: now)
        case .swap: .swap(version: Int(try reader.signed()), at: now)
        case .intent, .submitted, .cancelled, .amended, .refused, .stopped:
            throw Unreadable("an outcome stands where a call should")
        }
    }

    private mutating func input(_ tag: ItemTag) throws(Unreadable) -> EngineInput {
        switch tag {
        case .report: return .report(try report())
        case .balance, .accountBalance:
            let account = tag == .balance ? 0 : try reader.count()
            let balance = Balance(
                currency: Currency(try text()), total: Money(attos: try reader.attos()),
                available: Money(attos: try reader.attos()), account: account)
            return .balance(balance, at: try time())
        case .status: return .status(try status())
        case .correction:
            return .position(
                PositionCorrection(
                    instrument: try instrument(), net: SignedQuantity(attos: try reader.attos()),
                    averagePrice: try optional(), reason: try text(), receiveTime: try time()))
        case .holding:
            return .holding(
                VenueHolding(
                    instrument: try instrument(), net: SignedQuantity(attos: try reader.attos()),
                    venueTime: try time(), receiveTime: try time()))
        case .time: return .time(try time())
        case .startInput:
            let time = try time()
            guard let reason = StartReason(rawValue: try text()) else {
                throw Unreadable("a start has no such reason")
            }
            return .start(reason, at: time)
        case .dataEnded: return .dataEnded(at: try time())
        case .stopInput:
            let time = try time()
            return .stop(reason: try text(), at: time)
        case .haltInput:
            let time = try time()
            return .halt(reason: try text(), at: time)
        case .pauseInput:
            let time = try time()
            return .pause(reason: try optionalText(), at: time)
        case .flattenInput: return .flatten(at: try time())
        case .adopt:
            let time = try time()
            return .adopt(try knownOrder(), at: time)
        case .foreignOrders:
            let time = try time()
            var exposures: [ForeignExposure] = []
            for _ in 0..<(try reader.number()) {
                exposures.append(
                    ForeignExposure(
                        instrument: try instrument(), buying: try quantity(),
                        selling: try quantity(), bid: try optional(),
                        ask: try optional()))
            }
            return .foreignOrders(exposures, at: time)
        default: throw Unreadable("it holds an input that cannot be made again")
        }
    }

    private mutating func status() throws(Unreadable) -> VenueStatus {
        let venue = try text()
        let instrument = try optionalInstrument()
        guard let state = VenueState(rawValue: try text()) else {
            throw Unreadable("a connection has no such state")
        }
        return VenueStatus(
            venue: venue, instrument: instrument, state: state, reason: try text(),
            receiveTime: try time())
    }

    private mutating func position() throws(Unreadable) -> VenuePosition {
        VenuePosition(
            instrument: try instrument(), net: SignedQuantity(attos: try reader.attos()),
            averagePrice: try optional(), liquidationPrice: try optional(),
            leverage: try optionalText(), isForced: try flag(),
            venueTime: try flag() ? try time() : nil, receiveTime: try time())
    }

    // MARK: - Reports

    private mutating func report() throws(Unreadable) -> ExecutionReport {
        let (order, instrument) = (ClientOrderID(try id()), try instrument())
        let (venueTime, receiveTime) = (try time(), try time())
        return ExecutionReport(
            order: order, instrument: instrument, event: try event(), venueTime: venueTime,
            receiveTime: receiveTime)
    }

    private mutating func event() throws(Unreadable) -> OrderEvent {
        switch try reader.byte() {
        case 0: .accepted(VenueOrderID(try id()))
        case 1: .rejected(reason: try reason())
        case 2: .triggered
        case 3: .fill(try fill())
        case 4: .cancelRequested
        case 5: .cancelRejected(reason: try reason())
        case 6: .cancelled
        case 7: .amendRequested(price: try optional(), quantity: try optionalQuantity())
        case 8: .amended(price: try optional(), quantity: try quantity())
        case 9: .amendRejected(reason: try reason())
        case 10: .expired(reason: try reason())
        case 11: .lost(reason: try reason())
        case 12: .notFound
        default: throw Unreadable("there is no such report")
        }
    }

    private mutating func fill() throws(Unreadable) -> Fill {
        Fill(
            FillID(try id()), price: Price(attos: try reader.attos()), quantity: try quantity(),
            liquidity: try flag() ? .taker : .maker, fee: Money(attos: try reader.attos()),
            feeCurrency: Currency(try text()))
    }

    // MARK: - Parts

    private mutating func reason() throws(Unreadable) -> InternedText {
        InternedText(passing: try text())
    }

    mutating func time() throws(Unreadable) -> Timestamp {
        Timestamp(nanoseconds: state.time &+ (try reader.signed()))
    }

    mutating func instrument() throws(Unreadable) -> InstrumentID {
        let index = try reader.number()
        guard index < UInt64(instruments.count) else {
            throw Unreadable("an instrument is not of the run")
        }
        return InstrumentID(Int(index))
    }

    mutating func optionalInstrument() throws(Unreadable) -> InstrumentID? {
        let number = try reader.number()
        guard number <= UInt64(instruments.count) else {
            throw Unreadable("an instrument is not of the run")
        }
        return number == 0 ? nil : InstrumentID(Int(number) - 1)
    }

    mutating func flag() throws(Unreadable) -> Bool {
        let byte = try reader.byte()
        guard byte < 2 else { throw Unreadable("a flag is neither 0 nor 1") }
        return byte == 1
    }

    mutating func quantity() throws(Unreadable) -> Quantity {
        try checked(try reader.attos())
    }

    func checked(_ attos: Int128) throws(Unreadable) -> Quantity {
        guard attos >= 0 else { throw Unreadable("a quantity is negative") }
        return Quantity(attos: attos)
    }

    mutating func optional() throws(Unreadable) -> Price? {
        try flag() ? Price(attos: try reader.attos()) : nil
    }

    mutating func optionalQuantity() throws(Unreadable) -> Quantity? {
        try flag() ? try quantity() : nil
    }

    mutating func optionalText() throws(Unreadable) -> String? { try flag() ? try text() : nil }

    mutating func text() throws(Unreadable) -> String {
        let number = try reader.number()
        guard number >= KnownTexts.firstKept else {
            let text = try reader.text()
            if number == KnownTexts.new { texts.append(text) }
            return text
        }
        guard number - KnownTexts.firstKept < UInt64(texts.count) else {
            throw Unreadable("a text is meant that was not written")
        }
        return texts[Int(number - KnownTexts.firstKept)]
    }

    mutating func id() throws(Unreadable) -> NumberedText {
        let number = try reader.number()
        guard number > 0 else { return NumberedText(try reader.text()) }
        let start = try text()
        guard number <= UInt64(Int.max) else { throw Unreadable("an id's number is too large") }
        return NumberedText(start + String(number - 1))
    }
}
