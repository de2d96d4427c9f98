extension Intent {
    /// The one text of an intent: what a run's hash and its records are made of.
    ///
    /// Fields in a fixed order, decimals without trailing zeros, one line without its end. A tag
    /// is quoted, with `\` before quotes and backslashes, and control characters as `\xNN`.
    public func canonical(_ instruments: [Instrument]) -> String {
        var bytes: [UInt8] = []
        appendCanonical(instruments, to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends ``canonical(_:)`` as UTF-8.
    public func appendCanonical(_ instruments: [Instrument], to line: inout [UInt8]) {
        switch self {
        case .place(let request): request.appendCanonical(instruments, to: &line)
        case .cancel(.order(let id)): line.append("cancel ", id.text)
        case .cancel(.matching(let instrument, let tag)):
            line.append("cancel all")
            if let instrument { line.append(" ", name(instrument, instruments)) }
            if let tag {
                line.append(" tag ")
                line.appendQuoted(tag)
            }
        case .amend(let id, let price, let quantity):
            line.append("amend ", id.text)
            if let price { line.append(" price ", price.attos) }
            if let quantity { line.append(" qty ", quantity.attos) }
        case .target(let instrument, let quantity):
            line.append("target ", name(instrument, instruments))
            line.append(" ", quantity.attos)
        case .close(let instrument): line.append("close ", name(instrument, instruments))
        }
    }
}

extension OrderRequest {
    fileprivate func appendCanonical(_ instruments: [Instrument], to line: inout [UInt8]) {
        line.append("place ", name(instrument, instruments))
        line.append(side == .buy ? " buy " : " sell ", quantity.attos)
        if let price { line.append(" limit ", price.attos) } else { line.append(" market") }
        if let stop { line.append(" stop ", stop.attos) }
        line.append(" ", timeInForce.rawValue)
        if isPostOnly { line.append(" post_only") }
        if isReduceOnly { line.append(" reduce_only") }
        if !tag.isEmpty {
            line.append(" tag ")
            line.appendQuoted(tag)
        }
    }
}

private func name(_ id: InstrumentID, _ instruments: [Instrument]) -> String {
    instruments[id.index].symbol.description
}

extension [UInt8] {
    fileprivate mutating func append(_ first: String, _ second: String = "") {
        append(contentsOf: first.utf8)
        append(contentsOf: second.utf8)
    }

    fileprivate mutating func append(_ first: String, _ attos: Int128) {
        append(contentsOf: first.utf8)
        unsafe withAttosText(attos) { unsafe append(contentsOf: $0) }
    }

    fileprivate mutating func appendQuoted(_ tag: OrderTag) {
        append(UInt8(ascii: "\""))
        for byte in tag.description.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                append(UInt8(ascii: "\\"))
                append(byte)
            case 0..<32, 127:
                let digits = String(byte, radix: 16)
                append("\\x", byte < 16 ? "0" + digits : digits)
            default: append(byte)
            }
        }
        append(UInt8(ascii: "\""))
    }
}
