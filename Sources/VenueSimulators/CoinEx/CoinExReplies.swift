internal import PlainJSON
internal import TradingModel

typealias CoinExParameters = WireParameters<CoinExRefusal>

extension WireParameters<CoinExRefusal> {
    /// Which of the rows a reply holds: page from 1, at most 100 rows.
    func page() throws(CoinExRefusal) -> (first: Int, limit: Int) {
        let page = try integer("page", in: 1...1_000_000, usual: 1)
        let limit = try integer("limit", in: 1...100, usual: 10)
        return ((page - 1) * limit, limit)
    }

    func side() throws(CoinExRefusal) -> Side? {
        try choice("side") { $0 == "buy" ? .buy : $0 == "sell" ? .sell : nil }
    }
}

extension JSON {
    static func success(_ data: JSON) -> JSON {
        ["code": 0, "data": data, "message": "OK"]
    }

    /// A page of rows; the total where the venue tells it.
    static func success(
        page rows: [JSON], _ parameters: CoinExParameters, hasTotal: Bool = true
    ) throws(CoinExRefusal) -> JSON {
        let (first, limit) = try parameters.page()
        let page = Array(rows.dropFirst(first).prefix(limit))
        let hasNext = rows.count > first + page.count && !page.isEmpty
        let total: JSON = hasTotal ? ["total": .integer(rows.count)] : [:]
        return [
            "code": 0, "data": .array(page),
            "pagination": total.adding(["has_next": .bool(hasNext)]), "message": "OK",
        ]
    }

    /// An item of a batch, as both products wrap it.
    static func item(_ result: Result<JSON, CoinExRefusal>) -> JSON {
        switch result {
        case .success(let row): ["code": 0, "data": row, "message": "OK"]
        case .failure(let refusal):
            [
                "code": .integer(refusal.code), "data": .null,
                "message": .text(refusal.message),
            ]
        }
    }
}
