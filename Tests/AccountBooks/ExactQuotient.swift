import PropertyTesting

/// The product of `factors` over the product of `divisors`, rounded once, half to even.
///
/// Whole numbers of any size; all of it is done as on paper.
func quotient(of factors: [Int128], over divisors: [Int128]) -> Int128 {
    if let quick = quickQuotient(of: factors, over: divisors) { return quick }
    let product = factors.reduce(BigInteger(1)) { $0 * BigInteger($1) }
    let divisor = divisors.reduce(BigInteger(1)) { $0 * BigInteger($1) }
    let text = product.dividedHalfEven(by: divisor).description
    guard let value = Int128(text) else { fatalError("\(text) does not fit an amount") }
    return value
}

/// The same where, after tens on both sides are struck out, no product exceeds 128 bits; else nil.
private func quickQuotient(of factors: [Int128], over divisors: [Int128]) -> Int128? {
    var (factors, divisors) = (factors, divisors)
    for over in factors.indices {
        for under in divisors.indices where factors[over] != 0 {
            while factors[over] % 10 == 0, divisors[under] % 10 == 0 {
                factors[over] /= 10
                divisors[under] /= 10
            }
        }
    }
    guard let product = multiplied(factors), let divisor = multiplied(divisors) else {
        return nil
    }
    let (quotient, remainder) = product.quotientAndRemainder(dividingBy: divisor)
    let (rest, half) = (remainder.magnitude, divisor.magnitude - remainder.magnitude)
    guard rest > half || (rest == half && quotient % 2 != 0) else { return quotient }
    return (product < 0) == (divisor < 0) ? quotient + 1 : quotient - 1
}

private func multiplied(_ numbers: [Int128]) -> Int128? {
    var product: Int128 = 1
    for number in numbers {
        let (next, overflow) = product.multipliedReportingOverflow(by: number)
        guard !overflow else { return nil }
        product = next
    }
    return product
}
