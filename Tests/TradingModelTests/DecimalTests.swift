import PropertyTesting
import Testing
import TradingModel

@Suite struct `Exact decimals` {
    @Test(arguments: [
        "0", "61602.01", "-0.000000152823", "7173493138592", "0.000000000000000001",
        "-0.000000000000000001", "170141183460469231731.687303715884105727",
        "-170141183460469231731.687303715884105727", "100000000000000000000",
        "99999999999999999999.999999999999999999", "0.1",
    ])
    func `print what they read`(text: String) throws {
        #expect(try Price(text).description == text)
    }

    @Test(arguments: [
        ("+1", "1"), ("1.", "1"), (".5", "0.5"), ("-.5", "-0.5"), ("007.50", "7.5"), ("-0", "0"),
        ("0.0", "0"), ("1e-7", "0.0000001"), ("1E+3", "1000"), ("-2.5e2", "-250"), ("0e40", "0"),
        ("0e-40", "0"), ("1.0000000000000000000000", "1"), ("1000e-21", "0.000000000000000001"),
        ("1e20", "100000000000000000000"),
        ("0.00000000000000000000000000000000000000001e40", "0.1"),
        ("100000000000000000000000000000000000000000000e-40", "10000"),
        ("1000000000000000000000000000000000000000.0e-30", "1000000000"),
    ])
    func `read every way to write them`(text: String, value: String) throws {
        #expect(try Price(text).description == value)
    }

    @Test(arguments: [
        ("", DecimalError.empty), ("-", .missingDigits), ("+", .missingDigits),
        (".", .missingDigits), ("-.", .missingDigits), ("1e", .missingDigits),
        ("1e+", .missingDigits), ("e5", .missingDigits), (".e5", .missingDigits),
        ("NaN", .unexpectedByte(UInt8(ascii: "N"), at: 0)),
        ("inf", .unexpectedByte(UInt8(ascii: "i"), at: 0)),
        ("-Infinity", .unexpectedByte(UInt8(ascii: "I"), at: 1)),
        ("1.2.3", .unexpectedByte(UInt8(ascii: "."), at: 3)),
        ("1,5", .unexpectedByte(UInt8(ascii: ","), at: 1)),
        (" 1", .unexpectedByte(UInt8(ascii: " "), at: 0)),
        ("1 ", .unexpectedByte(UInt8(ascii: " "), at: 1)),
        ("1e5 ", .unexpectedByte(UInt8(ascii: " "), at: 3)),
        ("1e1.5", .unexpectedByte(UInt8(ascii: "."), at: 3)),
        ("--1", .unexpectedByte(UInt8(ascii: "-"), at: 1)),
        ("1-", .unexpectedByte(UInt8(ascii: "-"), at: 1)),
        ("0x10", .unexpectedByte(UInt8(ascii: "x"), at: 1)),
        ("12\u{0}", .unexpectedByte(0, at: 2)), ("1€", .unexpectedByte(0xE2, at: 1)),
        ("1e41", .outOfRange), ("1e-41", .outOfRange), ("1e99999999999999999999", .outOfRange),
        ("1e21", .outOfRange), ("170141183460469231731.687303715884105728", .outOfRange),
        ("-170141183460469231731.687303715884105728", .outOfRange),
        ("340282366920938463463.374607431768211456", .outOfRange),
        ("999999999999999999999", .outOfRange), ("1000000000000000000000000000001", .outOfRange),
        ("1e-19", .tooManyDecimals), ("0.0000000000000000001", .tooManyDecimals),
        ("1.0000000000000000001", .tooManyDecimals),
        ("99999999999999999999.9999999999999999999", .tooManyDecimals),
        ("0.00000000000000000000000000000000000000001", .tooManyDecimals),
    ])
    func `refuse what is no decimal or does not fit`(text: String, error: DecimalError) {
        #expect(throws: error) { try Price(text) }
    }

    @Test func `a quantity is never negative`() throws {
        #expect(throws: DecimalError.negative) { try Quantity("-1") }
        #expect(throws: DecimalError.negative) { try Quantity("-1e-18") }
        #expect(try Quantity("-0") == .zero)
    }

    @Test func `say what is wrong`() {
        #expect(
            DecimalError.unexpectedByte(UInt8(ascii: "x"), at: 3).description
                == "is not a decimal number: unexpected `x` at position 4")
    }

    @Test(arguments: seeds)
    func `read and print any number the same`(seed: UInt64) throws {
        var random = Seeded(seed)
        for _ in 0..<200 {
            let attos = random.attos()
            let text = Price(attos: attos).description
            #expect(try Price(text).attos == attos)
            // The digits, counted in attos by hand.
            let parts = text.split(separator: ".")
            let decimals = parts.count == 2 ? parts[1].count : 0
            let digits = BigInteger(parts.joined()) * .power(ofTen: 18 - decimals)
            #expect(digits == BigInteger(attos))
            #expect(!text.contains(".") || !text.hasSuffix("0"))
        }
    }

    /// Against digits moved by hand, whatever the length, the point and the exponent.
    @Test(arguments: seeds)
    func `read random text exactly or refuse it`(seed: UInt64) throws {
        var random = Seeded(seed)
        for _ in 0..<500 {
            let digits = (0..<random.int(1...45)).map { _ in
                random.chance(40) ? "0" : String(random.int(0...9))
            }
            let point = random.int(0...digits.count)
            let exponent = random.int(-42...42)
            let sign = random.pick(["", "-", "+"])
            var text = sign + digits[..<point].joined() + "." + digits[point...].joined()
            if random.bool() {
                text += "e\(exponent)"
                try expectExact(text, sign, digits, scale: exponent - (digits.count - point))
            } else {
                try expectExact(text, sign, digits, scale: point - digits.count)
            }
        }
    }

    private func expectExact(
        _ text: String, _ sign: String, _ digits: [String], scale: Int
    ) throws {
        let number = BigInteger((sign == "-" ? "-" : "") + digits.joined())
        let (attos, rest) =
            scale + 18 >= 0
            ? (number * .power(ofTen: scale + 18), .zero)
            : number.divided(by: .power(ofTen: -scale - 18))
        let isBeyond = attos.magnitude > BigInteger(Int128.max)
        let hasExponentBeyond = text.split(separator: "e").dropFirst().contains {
            abs(Int($0) ?? 0) > 40
        }
        do {
            let read = try Price(text)
            #expect(BigInteger(read.attos) == attos && rest.isZero, "\(text)")
            #expect(!hasExponentBeyond, "\(text)")
        } catch .outOfRange {
            #expect(isBeyond || hasExponentBeyond, "\(text)")
        } catch .tooManyDecimals {
            #expect(!rest.isZero, "\(text)")
        }
    }
}
