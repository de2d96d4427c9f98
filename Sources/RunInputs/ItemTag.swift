/// The first byte of a recorded item.
///
/// A number is never used for anything else again.
enum ItemTag: UInt8 {
    // What comes from a session, at its time.
    case trade = 1
    case change = 2
    case quote = 3
    case bar = 4
    case ticker = 5
    case funding = 6
    case report = 7
    case balance = 8
    case status = 9
    case correction = 10
    case holding = 11
    case time = 12
    case startInput = 13
    case dataEnded = 14
    case stopInput = 15
    case haltInput = 16
    case pauseInput = 17
    case flattenInput = 18
    /// A swap is recorded as ``swap``; nothing else may bring a version.
    case version = 19
    case foreignOrders = 20
    case adopt = 21
    /// As ``balance``, of another account than the first.
    case accountBalance = 22

    // The calls that are no input.
    case changes = 32
    /// A message whose changes are not all of one instrument and one time.
    case looseChanges = 33
    case start = 34
    case position = 35
    case pass = 36
    case pause = 37
    case windDown = 38
    case halt = 39
    case flatten = 40
    case rehearse = 41
    case swap = 42
    case resume = 43
    case reconciled = 44
    case limits = 45
    /// As ``resume``, of a simulated account.
    case resumeSimulated = 46
    /// As ``limits``, where venues have some.
    case venueLimits = 47

    // What came of them.
    case intent = 64
    case submitted = 65
    case cancelled = 66
    case amended = 67
    case refused = 68
    case stopped = 69
}

/// Texts that are said again and again, by the number that they have in a file.
///
/// As many as are worth it: one more is written out each time.
struct KnownTexts {
    /// A file's texts that are kept; those of a busy account are some dozens.
    static let most = 4_096

    /// What the number of a text says: 0: it follows and gets the next number; 1: it follows.
    static let new: UInt64 = 0
    static let unkept: UInt64 = 1
    static let firstKept: UInt64 = 2
}

/// What the next number is told against, for encoder and decoder alike.
struct CodingState {
    var time: Int64 = 0
    /// By instrument: the price of the last trade, and of the last change of each side.
    private var prices: [Int64]
    private var ids: [UInt64]

    enum Place: Int {
        case trade = 0
        case bids = 1
        case asks = 2
    }

    init(instruments: Int) {
        prices = Array(repeating: 0, count: instruments * 3)
        ids = Array(repeating: 0, count: instruments)
    }

    subscript(instrument: Int, place: Place) -> Int64 {
        get { prices[instrument * 3 + place.rawValue] }
        set { prices[instrument * 3 + place.rawValue] = newValue }
    }
    subscript(id instrument: Int) -> UInt64 {
        get { ids[instrument] }
        set { ids[instrument] = newValue }
    }
}
