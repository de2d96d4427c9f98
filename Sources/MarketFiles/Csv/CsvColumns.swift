internal import TradingModel

/// What a column can hold, and the names that files give it, the most fitting first.
///
/// Names are compared in small letters and digits alone: `Open Time`, `open_time` and `openTime`
/// are one name.
enum CsvRole: CaseIterable {
    case receiveTime
    case venueTime
    case openTime
    case closeTime
    case symbol
    case price
    case quantity
    case side
    case buyerIsMaker
    case tradeID
    case bidPrice
    case bidQuantity
    case askPrice
    case askQuantity
    case isSnapshot
    case updateKind
    case firstUpdateID
    case lastUpdateID
    case previousUpdateID
    case level
    case open
    case high
    case low
    case close
    case volume
    case buyVolume
    case tradeCount

    var names: [String] {
        switch self {
        case .receiveTime:
            [
                "localtimestamp", "recvns", "recvus", "recvms", "recvtime", "receivetime",
                "receivens", "receiveus", "receivems", "localts", "recv",
            ]
        case .venueTime:
            [
                "timestamp", "tradems", "tradetime", "transacttime", "time", "timens", "timeus",
                "timems", "times", "datetime", "date", "eventms", "eventtime", "exchangetimestamp",
                "exchts", "ts",
            ]
        case .openTime:
            [
                "opentime", "opentimens", "opentimeus", "opentimems", "opentimes", "timestamp",
                "time", "timens", "timeus", "timems", "times", "datetime", "date", "ts",
            ]
        case .closeTime:
            ["closetime", "closetimens", "closetimeus", "closetimems", "closetimes", "endtime"]
        case .symbol: ["symbol", "instrument", "ticker", "pair", "market"]
        case .price: ["price", "px", "tradeprice"]
        case .quantity: ["qty", "quantity", "amount", "size", "volume", "tradeqty", "baseqty"]
        case .side: ["takerside", "side", "direction", "aggressor"]
        case .buyerIsMaker: ["isbuyermaker", "buyermaker"]
        case .tradeID: ["tradeid", "aggtradeid", "id", "tid"]
        case .bidPrice: ["bidprice", "bestbidprice", "bestbid", "bidpx", "bid"]
        case .bidQuantity: ["bidqty", "bidamount", "bidsize", "bidquantity", "bestbidqty"]
        case .askPrice: ["askprice", "bestaskprice", "bestask", "askpx", "ask"]
        case .askQuantity: ["askqty", "askamount", "asksize", "askquantity", "bestaskqty"]
        case .isSnapshot: ["issnapshot"]
        case .updateKind: ["kind", "updatetype"]
        case .firstUpdateID: ["firstupdateid"]
        case .lastUpdateID: ["lastupdateid", "finalupdateid"]
        case .previousUpdateID: ["previousupdateid", "prevupdateid", "pu"]
        case .level: ["level"]
        case .open: ["open", "openprice"]
        case .high: ["high", "highprice"]
        case .low: ["low", "lowprice"]
        case .close: ["close", "closeprice"]
        case .volume:
            ["volume", "volumebase", "basevolume", "vol", "volumeusdcontracts", "amount", "qty"]
        case .buyVolume: ["takerbuyvolume", "takerbuybasevolume", "takerbuybase", "buyvolume"]
        case .tradeCount: ["trades", "count", "tradecount", "numberoftrades"]
        }
    }
}

/// The columns that a header names.
struct CsvColumns {
    /// The names as the file writes them.
    let names: [String]
    private let plainNames: [String]

    init(names: [String]) {
        self.names = names
        plainNames = names.map { name in
            String(name.lowercased().filter { $0.isASCII && ($0.isLetter || $0.isNumber) })
        }
    }

    /// The column that fits `role` best; nil where none has one of its names.
    func column(_ role: CsvRole) -> CsvColumn? {
        for name in role.names {
            if let index = plainNames.firstIndex(of: name) {
                return CsvColumn(index: index, name: names[index])
            }
        }
        return nil
    }

    func has(_ roles: CsvRole...) -> Bool { roles.allSatisfy { column($0) != nil } }

    /// The column of exactly this plain name.
    func named(_ name: String) -> CsvColumn? {
        plainNames.firstIndex(of: name).map { CsvColumn(index: $0, name: names[$0]) }
    }

    /// A name in the file that is almost one of `role`'s: what it is and what it may have meant.
    func misspelt(_ role: CsvRole) -> (found: String, meant: String)? {
        var best: (found: String, meant: String, distance: Int)?
        for (index, plain) in plainNames.enumerated() where plain.count >= 3 {
            for name in role.names where name.count >= 3 {
                let distance = editDistance(Array(plain.utf8), Array(name.utf8))
                guard distance <= max(1, name.count / 4), distance < best?.distance ?? .max else {
                    continue
                }
                best = (names[index], name, distance)
            }
        }
        return best.map { ($0.found, $0.meant) }
    }
}
