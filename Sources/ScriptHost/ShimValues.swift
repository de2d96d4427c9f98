internal import CMoon
import TradingCore
import TradingModel

// Values on their way into the shim's plain memory, and text on its way out.

extension moon_attos {
    init(_ value: Int128) {
        self.init(
            low: UInt64(truncatingIfNeeded: value), high: Int64(truncatingIfNeeded: value >> 64))
    }
}

extension Int128 {
    init(_ value: moon_attos) { self = Int128(value.high) << 64 | Int128(value.low) }
}

extension Trade {
    /// Whether the shim may read trades where Swift has put them.
    static let liesAsTheShimReadsIt: Bool = {
        let shim = unsafe withUnsafeBytes(of: moon_trade_offsets) { bytes in
            unsafe Array(bytes.bindMemory(to: Int64.self)).map { Int($0) }
        }
        return MemoryLayout<Trade>.stride == MemoryLayout<moon_trade>.stride
            && fieldOffsets == shim
    }()
}

extension BookChange {
    /// Whether the shim may read changes of depth where Swift has put them.
    static let liesAsTheShimReadsIt: Bool = {
        let shim = unsafe withUnsafeBytes(of: moon_change_offsets) { bytes in
            unsafe Array(bytes.bindMemory(to: Int64.self)).map { Int($0) }
        }
        return MemoryLayout<BookChange>.stride == MemoryLayout<moon_change>.stride
            && fieldOffsets == shim
            && EventBatch.Kind.trade.rawValue == UInt8(MOON_EVENT_TRADE)
    }()
}

extension moon_stretch {
    /// Of all events of a stretch.
    init(_ stretch: EventStretch) {
        let batch = stretch.batch
        let places = stretch.position..<stretch.end
        unsafe self.init(
            trades: UnsafeRawPointer(batch.tradeColumn).assumingMemoryBound(to: moon_trade.self),
            is_heard: UnsafePointer(stretch.isTradeWanted.base), next: places.lowerBound,
            end: places.upperBound,
            kinds: UnsafeRawPointer(batch.kindColumn).assumingMemoryBound(to: UInt8.self),
            changes: UnsafeRawPointer(batch.changeColumn)
                .assumingMemoryBound(to: moon_change.self),
            is_book_heard: UnsafePointer(stretch.isBookWanted.base),
            trade: batch.tradeRows(at: places).lowerBound,
            change: batch.changeRows(at: places).lowerBound)
    }
}

extension Side {
    /// From MOON_BUY and MOON_SELL.
    init(shim value: UInt8) { self = value == UInt8(MOON_BUY) ? .buy : .sell }
    var shim: UInt8 { self == .buy ? UInt8(MOON_BUY) : UInt8(MOON_SELL) }
}

extension OrderState {
    /// To MOON_PENDING and so on.
    var shim: Int {
        switch self {
        case .pendingNew, .pendingStop: MOON_PENDING
        case .waiting: MOON_WAITING
        case .working: MOON_WORKING
        case .pendingAmend: MOON_AMENDING
        case .pendingCancel: MOON_CANCELLING
        case .unknown: MOON_UNKNOWN
        case .filled: MOON_FILLED
        case .cancelled: MOON_CANCELLED
        case .rejected: MOON_REJECTED
        case .expired: MOON_EXPIRED
        }
    }
}

extension TimeInForce {
    /// To MOON_GTC, MOON_IOC and MOON_FOK.
    var shim: UInt8 {
        switch self {
        case .gtc: UInt8(MOON_GTC)
        case .ioc: UInt8(MOON_IOC)
        case .fok: UInt8(MOON_FOK)
        }
    }
}

extension moon_scale {
    init(_ scale: DecimalScale) {
        self.init(
            divisor: scale.divisor, inverse: scale.inverse, step: scale.attosPerStep,
            decimals: Int32(scale.decimals))
    }
}

/// The text of a C string; empty for none.
func string(_ bytes: UnsafePointer<CChar>?) -> String {
    guard let bytes = unsafe bytes else { return "" }
    return unsafe String(cString: bytes)
}

/// The text of counted bytes, repaired where it is not UTF-8.
func string(_ bytes: UnsafePointer<CChar>?, _ count: Int) -> String {
    guard let bytes = unsafe bytes, count > 0 else { return "" }
    return unsafe String(
        decoding: UnsafeRawBufferPointer(start: UnsafeRawPointer(bytes), count: count),
        as: UTF8.self)
}

/// The text of a C array up to its zero.
func text(of bytes: UnsafeRawBufferPointer) -> String {
    unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
}

extension String {
    /// The text for a message: a long one loses its end.
    var cut: String { utf8.count <= 80 ? self : prefix(60) + "…" }
}

/// Copies `value` into a text of the shim.
func set(_ text: UnsafeMutablePointer<moon_text>?, _ value: String) {
    var value = value
    value.withUTF8 { bytes in
        unsafe bytes.withMemoryRebound(to: CChar.self) { bytes in
            unsafe moon_text_set(text, bytes.baseAddress, bytes.count)
        }
    }
}

/// Source as Lua reads it from memory: without a byte order mark, a `#!` line as a comment.
func loadable(_ source: String) -> String {
    let source = source.first == "\u{feff}" ? String(source.dropFirst()) : source
    return source.hasPrefix("#") ? "--" + source : source
}

extension moon_quote {
    /// All but the instrument.
    @inline(__always)
    mutating func write(_ quote: Quote) {
        write(
            bid: quote.bid, ask: quote.ask, venueTime: quote.venueTime,
            receiveTime: quote.receiveTime)
    }

    @inline(__always)
    mutating func write(
        bid: BookLevel?, ask: BookLevel?, venueTime: Timestamp, receiveTime: Timestamp
    ) {
        has_bid = bid != nil
        has_ask = ask != nil
        self.bid = moon_attos(bid?.price.attos ?? 0)
        self.ask = moon_attos(ask?.price.attos ?? 0)
        bid_quantity = moon_attos(bid?.quantity.attos ?? 0)
        ask_quantity = moon_attos(ask?.quantity.attos ?? 0)
        venue_time = venueTime.nanoseconds
        receive_time = receiveTime.nanoseconds
    }
}

extension moon_bar {
    mutating func write(_ bar: Bar, size text: String) {
        unsafe instrument = Int32(bar.instrument.index)
        unsafe open = moon_attos(bar.open.attos)
        unsafe high = moon_attos(bar.high.attos)
        unsafe low = moon_attos(bar.low.attos)
        unsafe close = moon_attos(bar.close.attos)
        unsafe volume = moon_attos(bar.volume.attos)
        unsafe has_buy_volume = bar.buyVolume != nil
        unsafe buy_volume = moon_attos(bar.buyVolume?.attos ?? 0)
        unsafe has_trades = bar.tradeCount != nil
        unsafe trades = Int64(bar.tradeCount ?? 0)
        unsafe open_time = bar.openTime.nanoseconds
        unsafe close_time = bar.closeTime.nanoseconds
        unsafe set(&size, text)
    }
}

extension moon_ticker {
    mutating func write(_ ticker: Ticker) {
        instrument = Int32(ticker.instrument.index)
        has_last = ticker.last != nil
        has_mark = ticker.mark != nil
        has_index = ticker.index != nil
        has_volume = ticker.volume24h != nil
        last = moon_attos(ticker.last?.attos ?? 0)
        mark = moon_attos(ticker.mark?.attos ?? 0)
        index = moon_attos(ticker.index?.attos ?? 0)
        volume = moon_attos(ticker.volume24h?.attos ?? 0)
        venue_time = ticker.venueTime.nanoseconds
        receive_time = ticker.receiveTime.nanoseconds
    }
}

extension moon_fill {
    mutating func write(_ fill: Fill, of owner: Order) {
        unsafe instrument = Int32(owner.request.instrument.index)
        unsafe side = owner.request.side.shim
        unsafe is_maker = fill.liquidity == .maker
        unsafe price = moon_attos(fill.price.attos)
        unsafe quantity = moon_attos(fill.quantity.attos)
        unsafe fee = moon_attos(fill.fee.attos)
        unsafe order = Int64(owner.serial.number)
        unsafe time = owner.updatedAt.nanoseconds
        unsafe set(&id, fill.id)
        unsafe set(&fee_currency, fill.feeCurrency.code)
    }
}

extension Order {
    fileprivate static let placeOfTag: Int = {
        guard let place = MemoryLayout<Order>.offset(of: \.request.tag) else {
            preconditionFailure("a tag lies in its order")
        }
        return place
    }()
}

extension UnsafePointer<Order> {
    /// Field by field, for an order is large; the tag stays where it lies.
    func write(to out: UnsafeMutablePointer<moon_order>) {
        unsafe out.pointee.instrument = Int32(pointee.request.instrument.index)
        unsafe out.pointee.side = pointee.request.side.shim
        let (price, stop) = unsafe (pointee.request.price, pointee.request.stop)
        unsafe out.pointee.has_price = price != nil
        unsafe out.pointee.has_stop = stop != nil
        unsafe out.pointee.is_post_only = pointee.request.isPostOnly
        unsafe out.pointee.is_reduce_only = pointee.request.isReduceOnly
        unsafe out.pointee.quantity = moon_attos(pointee.request.quantity.attos)
        unsafe out.pointee.price = moon_attos(price?.attos ?? 0)
        unsafe out.pointee.stop = moon_attos(stop?.attos ?? 0)
        unsafe out.pointee.filled = moon_attos(pointee.state.filled.attos)
        unsafe out.pointee.remaining = moon_attos(pointee.remaining.attos)
        unsafe out.pointee.created = pointee.createdAt.nanoseconds
        unsafe out.pointee.updated = pointee.updatedAt.nanoseconds
        unsafe out.pointee.version = Int64(pointee.version)
        unsafe out.pointee.tif = pointee.request.timeInForce.shim
        unsafe out.pointee.tag = (UnsafeRawPointer(self) + Order.placeOfTag)
            .assumingMemoryBound(to: CChar.self)
        unsafe out.pointee.state = UInt8(truncatingIfNeeded: pointee.state.shim)
    }
}

extension Position {
    /// Writes the position, valued at `mark` where there is one.
    func write(to out: UnsafeMutablePointer<moon_position>, at mark: Price?) {
        let average = averagePrice
        let unrealised = net.attos == 0 ? Money.zero : mark.flatMap { unrealisedPnL(at: $0) }
        unsafe out.pointee = moon_position(
            has_average: average != nil, has_unrealised: unrealised != nil,
            quantity: moon_attos(net.attos), average: moon_attos(average?.attos ?? 0),
            realised: moon_attos(realisedPnL.attos),
            unrealised: moon_attos(unrealised?.attos ?? 0), fees: moon_attos(fees.attos),
            funding: moon_attos(funding.attos))
    }
}

extension Instrument {
    func write(to out: UnsafeMutablePointer<moon_instrument>) {
        unsafe set(&out.pointee.symbol, symbol.description)
        unsafe set(&out.pointee.kind, kind.rawValue)
        unsafe set(&out.pointee.base, symbol.base.code)
        unsafe set(&out.pointee.quote, symbol.quote.code)
        unsafe set(&out.pointee.settle, settle.code)
        unsafe out.pointee.price_scale = moon_scale(priceScale)
        unsafe out.pointee.quantity_scale = moon_scale(quantityScale)
        unsafe out.pointee.tick = moon_attos(tick.attos)
        unsafe out.pointee.lot = moon_attos(lot.attos)
        unsafe out.pointee.min_quantity = moon_attos(minQuantity.attos)
        unsafe out.pointee.min_notional = moon_attos(minNotional.attos)
        unsafe out.pointee.contract_size = moon_attos(contractSize.attos)
        unsafe out.pointee.maker_fee = moon_attos(makerFee.attos)
        unsafe out.pointee.taker_fee = moon_attos(takerFee.attos)
    }
}

// MARK: - Parameters

extension ParameterValue {
    init(_ value: moon_value) {
        switch unsafe Int(value.type) {
        case MOON_INTEGER: self = unsafe .integer(value.integer)
        case MOON_NUMBER: self = unsafe .number(value.number)
        case MOON_BOOLEAN: self = unsafe .boolean(value.integer != 0)
        default: self = unsafe .text(string(value.text.bytes, value.text.count))
        }
    }

    func write(to out: UnsafeMutablePointer<moon_value>) {
        switch self {
        case .integer(let value):
            unsafe out.pointee.type = Int32(MOON_INTEGER)
            unsafe out.pointee.integer = value
        case .number(let value):
            unsafe out.pointee.type = Int32(MOON_NUMBER)
            unsafe out.pointee.number = value
        case .boolean(let value):
            unsafe out.pointee.type = Int32(MOON_BOOLEAN)
            unsafe out.pointee.integer = value ? 1 : 0
        case .text(let value):
            unsafe out.pointee.type = Int32(MOON_STRING)
            unsafe set(&out.pointee.text, value)
        }
    }
}

extension Parameter {
    init(_ declared: moon_parameter) {
        let value = unsafe ParameterValue(declared.value)
        let choices = unsafe UnsafeBufferPointer(
            start: declared.choices, count: declared.choice_count)
        unsafe self.init(
            name: string(declared.name.bytes, declared.name.count), defaultValue: value,
            value: value,
            minimum: declared.has_minimum ? declared.minimum : nil,
            maximum: declared.has_maximum ? declared.maximum : nil,
            choices: choices.map { unsafe ParameterValue($0) },
            help: string(declared.help.bytes, declared.help.count))
    }
}
