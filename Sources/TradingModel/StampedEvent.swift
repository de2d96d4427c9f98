extension MarketEvent {
    /// The same of another instrument, or at other times; what is nil stays.
    ///
    /// A bar keeps its span and moves with the venue's time.
    public func with(
        instrument: InstrumentID? = nil, venueTime: Timestamp? = nil, receiveTime: Timestamp? = nil
    ) -> MarketEvent {
        func changed<Event: StampedEvent>(_ event: Event) -> Event {
            var event = event
            event.instrument = instrument ?? event.instrument
            event.venueTime = venueTime ?? event.venueTime
            event.receiveTime = receiveTime ?? event.receiveTime
            return event
        }
        return switch self {
        case .trade(let event): .trade(changed(event))
        case .book(let event): .book(changed(event))
        case .quote(let event): .quote(changed(event))
        case .ticker(let event): .ticker(changed(event))
        case .funding(let event): .funding(changed(event))
        case .bar(let event): .bar(changed(event))
        }
    }
}

/// What an event of any kind says besides what happened.
private protocol StampedEvent {
    var instrument: InstrumentID { get set }
    var venueTime: Timestamp { get set }
    var receiveTime: Timestamp { get set }
}

extension Trade: StampedEvent {}
extension BookChange: StampedEvent {}
extension Quote: StampedEvent {}
extension Ticker: StampedEvent {}
extension Funding: StampedEvent {}

extension Bar: StampedEvent {
    fileprivate var venueTime: Timestamp {
        get { closeTime }
        set {
            openTime = newValue.advanced(
                byNanoseconds: openTime.nanoseconds - closeTime.nanoseconds)
            closeTime = newValue
        }
    }
    fileprivate var receiveTime: Timestamp {
        get { closeTime }
        set {}  // it has none of its own
    }
}
