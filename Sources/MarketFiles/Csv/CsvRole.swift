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
    case fundingTime
    case fundingRate
    case nextFundingTime
    case mark
    case index
    case last

    /// Times under whatever name: of a bar its start.
    private static let times = [
        "timestamp", "tradems", "tradetime", "transacttime", "time", "timens", "timeus", "timems",
        "times", "datetime", "unix", "unixtime", "unixtimestamp", "unixtimestampms", "unixms",
        "createdtime", "createdat", "executedat", "participanttimestamp", "siptimestamp",
        "timeexchange", "mts", "epoch", "epochms", "date", "eventms", "eventtime",
        "exchangetimestamp", "exchts", "ts", "t", "gmttime", "localtime", "utctime", "timeutc",
        "dateutc", "datetimeutc", "timestamputc", "timestampms", "timestampus", "timestampns",
        "dateandtime", "datestamp", "day", "tradedate",
    ]
    /// Names that a bar's start has of its own.
    private static let starts = [
        "opentime", "opentimens", "opentimeus", "opentimems", "opentimes", "timeopen",
        "windowstart", "starttime", "start", "startat", "starttimestamp", "timeperiodstart",
        "periodstart", "candlebegintime", "begin",
    ]

    var names: [String] {
        switch self {
        case .receiveTime:
            [
                "localtimestamp", "recvns", "recvus", "recvms", "recvtime", "receivetime",
                "receivens", "receiveus", "receivems", "localts", "recv", "timecoinapi",
            ]
        case .venueTime: Self.times
        case .openTime: Self.starts + Self.times
        case .closeTime:
            [
                "closetime", "closetimens", "closetimeus", "closetimems", "closetimes", "endtime",
                "timeclose", "timeperiodend",
            ]
        case .symbol:
            [
                "symbol", "instrument", "ticker", "pair", "market", "instrumentname", "instid",
                "currencypair", "tradingpair", "symbolid", "productid", "product",
            ]
        case .price: ["price", "px", "tradeprice", "executionprice"]
        case .quantity:
            [
                "qty", "quantity", "amount", "size", "volume", "vol", "tradeqty", "baseqty",
                "baseamount", "tradesize", "tradeamount", "basevolume",
            ]
        case .side: ["takerside", "side", "direction", "aggressor", "aggressorside"]
        case .buyerIsMaker: ["isbuyermaker", "buyermaker"]
        case .tradeID: ["tradeid", "aggtradeid", "id", "tid", "dealid"]
        case .bidPrice: ["bidprice", "bestbidprice", "bestbid", "bidpx", "bid"]
        case .bidQuantity:
            ["bidqty", "bidamount", "bidsize", "bidquantity", "bestbidqty", "bidvolume"]
        case .askPrice: ["askprice", "bestaskprice", "bestask", "askpx", "ask"]
        case .askQuantity:
            ["askqty", "askamount", "asksize", "askquantity", "bestaskqty", "askvolume"]
        case .isSnapshot: ["issnapshot"]
        case .updateKind: ["kind", "updatetype"]
        case .firstUpdateID: ["firstupdateid"]
        case .lastUpdateID: ["lastupdateid", "finalupdateid"]
        case .previousUpdateID: ["previousupdateid", "prevupdateid", "pu"]
        case .level: ["level"]
        case .open: ["open", "openprice", "priceopen", "pxopen", "openingprice", "o"]
        case .high: ["high", "highprice", "pricehigh", "pxhigh", "highestprice", "h"]
        case .low: ["low", "lowprice", "pricelow", "pxlow", "lowestprice", "l"]
        // Those behind the fourth count where open, high and low are there too.
        case .close:
            [
                "close", "closeprice", "priceclose", "pxclose", "closingprice", "c", "last",
                "lastprice", "price",
            ]
        case .volume:
            [
                "volume", "volumebase", "basevolume", "vol", "volumeusdcontracts", "volumetraded",
                "baseassetvolume", "volumefrom", "sxsum", "v", "amount", "qty",
            ]
        case .buyVolume: ["takerbuyvolume", "takerbuybasevolume", "takerbuybase", "buyvolume"]
        case .tradeCount:
            [
                "trades", "count", "tradecount", "numberoftrades", "transactions", "tradescount",
                "sxcnt",
            ]
        case .fundingTime:
            ["fundingtime", "calctime", "fundingratetimestamp", "settlementtime"] + Self.times
        case .fundingRate:
            ["realizedrate", "fundingrate", "lastfundingrate", "fundrate", "rate"]
        case .nextFundingTime: ["fundingtimestamp", "nextfundingtime"]
        case .mark: ["markprice", "mark"]
        case .index: ["indexprice", "index"]
        case .last: ["lastprice", "last"]
        }
    }

    /// What it is to a reader of a message.
    var words: String {
        switch self {
        case .receiveTime, .venueTime, .openTime, .closeTime, .fundingTime: "the time"
        case .price: "the price"
        case .quantity: "the quantity"
        case .bidPrice: "the best bid's price"
        case .bidQuantity: "the best bid's quantity"
        case .askPrice: "the best ask's price"
        case .askQuantity: "the best ask's quantity"
        case .open: "the open"
        case .high: "the high"
        case .low: "the low"
        case .close: "the close"
        case .volume: "the volume"
        case .fundingRate: "the funding rate"
        default: names[0]
        }
    }

    /// The plainest name to give to its column.
    var usualName: String {
        switch self {
        case .receiveTime, .venueTime, .openTime, .closeTime, .fundingTime: "time"
        case .bidPrice: "bid_price"
        case .bidQuantity: "bid_qty"
        case .askPrice: "ask_price"
        case .askQuantity: "ask_qty"
        case .fundingRate: "funding_rate"
        default: names[0]
        }
    }
}
