internal import CMoon
import TradingCore
import TradingModel

// The functions that the shim calls. Each answers with plain values, never touches Lua, and is
// called from inside Lua, so nothing here may run a handler.

private func context(_ pointer: UnsafeMutableRawPointer?) -> ScriptContext {
    guard let pointer = unsafe pointer else { preconditionFailure("the shim lost its context") }
    return unsafe Unmanaged<ScriptContext>.fromOpaque(pointer).takeUnretainedValue()
}

/// The same for what is called often: the host keeps the context alive.
@inline(__always)
private func with<Answer>(
    _ pointer: UnsafeMutableRawPointer?, _ ask: (ScriptContext) -> Answer
) -> Answer {
    guard let pointer = unsafe pointer else { preconditionFailure("the shim lost its context") }
    return unsafe Unmanaged<ScriptContext>.fromOpaque(pointer)._withUnsafeGuaranteedRef(ask)
}

extension ScriptContext {
    /// The table of functions for the shim; the context must outlive the host.
    func calls() -> moon_calls {
        var calls = unsafe moon_calls()
        unsafe calls.context = Unmanaged.passUnretained(self).toOpaque()
        unsafe Self.addLoading(to: &calls)
        unsafe Self.addDecimals(to: &calls)
        unsafe Self.addQueries(to: &calls)
        unsafe Self.addBooks(to: &calls)
        return unsafe calls
    }

    private static func addLoading(to calls: inout moon_calls) {
        unsafe calls.subscribe = { pointer, symbol, feed, error in
            let (symbol, feed) = unsafe (string(symbol), string(feed))
            do throws(ScriptMistake) {
                return try unsafe context(pointer).subscribe(symbol, feed)
            } catch let mistake {
                unsafe set(error, mistake.message)
                return -1
            }
        }
        unsafe calls.follow = { pointer, symbol, feed, text in
            let (symbol, feed) = unsafe (string(symbol), string(feed))
            do throws(ScriptMistake) {
                let (handler, size) = try unsafe context(pointer).follow(symbol, feed)
                unsafe set(text, size)
                return Int32(handler.rawValue)
            } catch let mistake {
                unsafe set(text, mistake.message)
                return -1
            }
        }
        unsafe calls.parameter = { pointer, declared, value, error in
            guard let declared = unsafe declared, let value = unsafe value else { return false }
            let context = unsafe context(pointer)
            do throws(ParameterTable.Problem) {
                try context.parameters.declare(unsafe Parameter(declared.pointee))
            } catch let problem {
                switch problem {
                case .declaration(let text): unsafe set(error, text)
                case .override(let text):
                    context.overrideProblem = text
                    unsafe set(error, text)
                }
                return false
            }
            guard let parameter = context.parameters.parameters.last else { return false }
            unsafe parameter.value.write(to: value)
            return true
        }
        unsafe calls.parameters_end = { pointer, error in
            let context = unsafe context(pointer)
            guard let problem = context.parameters.unused else { return true }
            context.overrideProblem = problem
            unsafe set(error, problem)
            return false
        }
        unsafe calls.module = { pointer, name, source, chunk, error in
            do throws(UnreadableFile) {
                let read = try unsafe context(pointer).files.module(unsafe string(name))
                unsafe set(source, loadable(read.text))
                unsafe set(chunk, read.chunk)
                return true
            } catch let problem {
                unsafe set(error, problem.message)
                return false
            }
        }
    }
}

// MARK: - Decimals

extension ScriptContext {
    private static func addDecimals(to calls: inout moon_calls) {
        unsafe calls.nearest = { value in Price(attos: Int128(value)).double }
        unsafe calls.shortest = { value, direction, attos, error in
            do throws(DecimalError) {
                let decimal = SignedQuantity(
                    attos: try shortestDecimal(value, roundedUp: direction > 0))
                unsafe attos?.pointee = moon_attos(try decimal.admitted().attos)
                return true
            } catch let problem {
                unsafe set(error, problem.description)
                return false
            }
        }
        unsafe calls.parse = { bytes, count, attos, error in
            do throws(DecimalError) {
                let bytes = unsafe Array(UnsafeRawBufferPointer(start: bytes, count: count))
                let decimal = try SignedQuantity(parsing: bytes.span).admitted()
                unsafe attos?.pointee = moon_attos(decimal.attos)
                return true
            } catch let problem {
                unsafe set(error, problem.description)
                return false
            }
        }
    }
}

/// The shortest decimal that reads back as `value`, in attos.
///
/// Digits behind the 18th decimal cannot be held: they are dropped towards the side asked for.
func shortestDecimal(_ value: Double, roundedUp: Bool) throws(DecimalError) -> Int128 {
    let text = value.description
    do {
        return try Price(text).attos
    } catch DecimalError.tooManyDecimals {
        let towardZero = try truncated(text)
        let isNegative = value < 0
        if isNegative { return roundedUp ? towardZero : towardZero - 1 }
        return roundedUp ? towardZero + 1 : towardZero
    } catch {
        throw error
    }
}

/// Decimal text such as `3.33e-06` in attos, cut off behind the 18th decimal.
private func truncated(_ text: String) throws(DecimalError) -> Int128 {
    let parts = text.split(separator: "e")
    let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    let number = parts[0].split(separator: ".")
    let fraction = number.count > 1 ? number[1] : ""
    let isNegative = number[0].hasPrefix("-")
    let digits = number[0].filter { $0 != "-" } + fraction
    // The point stands behind this many of the digits; 18 more are kept.
    let whole = number[0].count - (isNegative ? 1 : 0) + exponent
    let kept = String(digits.prefix(max(0, whole + 18)))
    guard !kept.isEmpty else { return 0 }
    let magnitude = try Price("\(kept)e\(whole - kept.utf8.count)").attos
    return isNegative ? -magnitude : magnitude
}

// MARK: - Queries

extension ScriptContext {
    private static func addQueries(to calls: inout moon_calls) {
        unsafe calls.now = { pointer in
            unsafe with(pointer) { $0.state?.now.nanoseconds ?? 0 }
        }
        unsafe calls.order = { pointer, serial, out in
            guard let out = unsafe out else { return false }
            return unsafe with(pointer) { unsafe $0.write(OrderSerial(Int(serial)), to: out) }
        }
        unsafe calls.order_id = { pointer, serial, id in
            unsafe set(id, context(pointer).read(OrderSerial(Int(serial))) { $0.id.text } ?? "")
        }
        unsafe calls.order_reason = { pointer, serial, reason in
            unsafe set(
                reason, context(pointer).read(OrderSerial(Int(serial))) { "\($0.reason)" } ?? "")
        }
        unsafe calls.order_average = { pointer, serial, price in
            let average =
                unsafe context(pointer).read(OrderSerial(Int(serial))) { $0.averagePrice } ?? nil
            unsafe price?.pointee = moon_attos(average?.attos ?? 0)
            return average != nil
        }
        unsafe calls.position = { pointer, index, out in
            guard let out = unsafe out, let state = unsafe context(pointer).state else { return }
            let position = state.positions[Int(index)]
            unsafe position.write(to: out, at: state.valuation(InstrumentID(Int(index))))
        }
        unsafe calls.balance = { pointer, currency, out, error in
            do throws(ScriptMistake) {
                let balance = try unsafe context(pointer).balance(unsafe string(currency))
                unsafe out?.pointee.total = moon_attos(balance.total.attos)
                unsafe out?.pointee.available = moon_attos(balance.available.attos)
                return true
            } catch let mistake {
                unsafe set(error, mistake.message)
                return false
            }
        }
        unsafe calls.permission = { pointer, index in
            guard let state = unsafe context(pointer).state else { return MOON_HALTED }
            let permission =
                index < 0 ? state.permission : state.permission(of: InstrumentID(Int(index)))
            switch permission {
            case .active: return MOON_ACTIVE
            case .reducing: return MOON_REDUCING
            case .halted: return MOON_HALTED
            }
        }
        unsafe calls.orders = { pointer, index, tag, serials, capacity in
            // A text that is too long is no order's.
            let wanted = unsafe tag.map { unsafe OrderTag(string($0)) }
            if case .some(.none) = wanted { return 0 }
            let tag = wanted.flatMap { $0 }
            let found = unsafe context(pointer).openOrders(instrument: index, tag: tag)
            for (place, serial) in found.prefix(Int(capacity)).enumerated() {
                unsafe serials?[place] = Int64(serial.number)
            }
            return Int64(found.count)
        }
    }

    private static func addBooks(to calls: inout moon_calls) {
        unsafe calls.top = { pointer, index, out in
            guard let out = unsafe out else { return false }
            return unsafe with(pointer) { unsafe $0.writeTop(of: Int(index), to: out) }
        }
        unsafe calls.book = { pointer, index, venueTime, receiveTime in
            // A book that the venue shares is there before any depth has come.
            guard let book = unsafe context(pointer).book(Int(index)), book.receiveTime != nil
            else { return false }
            unsafe venueTime?.pointee = book.venueTime?.nanoseconds ?? 0
            unsafe receiveTime?.pointee = book.receiveTime?.nanoseconds ?? 0
            return true
        }
        unsafe calls.level_count = { pointer, index, side in
            guard let book = unsafe context(pointer).book(Int(index)) else { return 0 }
            return Int32(clamping: book.levelCount(Side(shim: side)))
        }
        unsafe calls.level = { pointer, index, side, depth, out in
            let book = unsafe context(pointer).book(Int(index))
            guard let level = book?.level(Side(shim: side), Int(depth)) else { return false }
            unsafe out?.pointee.price = moon_attos(level.price.attos)
            unsafe out?.pointee.quantity = moon_attos(level.quantity.attos)
            return true
        }
    }
}
