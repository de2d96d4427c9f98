internal import Cryptography
internal import Glibc
public import TradingModel
public import VenueSessions

/// The client order ids of one run on one account: reserved before any of them is used, by a file that
/// all runs on the account share.
///
/// The file lies in `accounts` of ``RunFolder/home``, named by the venue and a digest of the key's
/// id. It tells a later run which orders an earlier one left.
public final class AccountOrderIDs: Sendable {
    /// Whose order an open one is.
    public enum Origin: Hashable, Sendable {
        case thisRun
        /// A run that is no more.
        case deadRun
        /// Another run, which trades at this moment.
        case livingRun
        /// A person, another program, or a run that this account's file does not know.
        case stranger
    }

    /// The number that no other run of the account has.
    public let session: UInt64
    private let account: Account
    /// As it was when the run began.
    private let ledger: OrderIDLedger

    /// Where an account's runs meet.
    private struct Account: Sendable {
        let path: String
        let locks: OrderIDLocks
    }

    /// Reserves a session for a run that begins now.
    ///
    /// - Parameters:
    ///   - keyID: the public part of the account's key.
    ///   - least: the session is no lower number.
    ///   - home: the folder for what runs write; it is made, with what it needs.
    /// - Throws: ``OrderIDProblem``, with the file and what to do; then no order may be sent.
    public convenience init(
        venue: String, keyID: String, at now: Timestamp, session least: UInt64 = 0,
        home: String = RunFolder.home
    ) throws(OrderIDProblem) {
        let path = Self.path(venue: venue, keyID: keyID, home: home)
        do throws(OrderIDProblem) {
            try Self.makeFolders(for: path)
            let account = Account(path: path, locks: try OrderIDLocks(path + ".lock"))
            try self.init(account, at: now, least)
        } catch {
            throw OrderIDProblem("\(path): \(error)")
        }
    }

    private init(
        _ account: Account, at now: Timestamp, _ least: UInt64
    ) throws(OrderIDProblem) {
        self.account = account
        let locks = account.locks
        (session, ledger) = try locks.alone { () throws(OrderIDProblem) in
            var file = OrderIDFile(account.path)
            let begun = try OrderIDLedger.update(&file) { ledger throws(OrderIDProblem) in
                (ledger.begin(at: now, session: least), ledger)
            }
            try locks.show(begun.0)
            return begun
        }
    }

    /// Numbers for orders, at a venue whose client order ids are numbers: durable when it returns.
    ///
    /// - Throws: ``OrderIDProblem``; then none of them may be used.
    public func reserveNumbers(
        _ rule: ClientNumberRule, at now: Timestamp
    ) throws(OrderIDProblem) -> Range<Int> {
        let (session, locks) = (session, account.locks)
        do throws(OrderIDProblem) {
            return try locks.alone { () throws(OrderIDProblem) in
                var file = OrderIDFile(account.path)
                return try OrderIDLedger.update(&file) { ledger throws(OrderIDProblem) in
                    let block = ledger.reserveNumbers(
                        rule, for: session, at: now, isAlive: locks.isShown)
                    guard let block else {
                        throw OrderIDProblem("other runs have all client order ids of the account")
                    }
                    return block
                }
            }
        } catch {
            throw OrderIDProblem("\(account.path): \(error)")
        }
    }

    /// Whose order this is, by its client id and what the file and the locks say now.
    public func origin(of clientID: ClientOrderID?) -> Origin {
        let bytes = try? OrderIDFile(account.path).read()
        let ledger = bytes.flatMap { OrderIDLedger($0) } ?? ledger
        guard let clientID, let run = ledger.run(of: clientID) else { return .stranger }
        if run.session == session { return .thisRun }
        return account.locks.isShown(run.session) ? .livingRun : .deadRun
    }

    // MARK: - Other runs

    /// Whether a run lives; of this one it says no.
    public func isAlive(_ session: UInt64) -> Bool {
        session != self.session && account.locks.isShown(session)
    }

    /// The runs that trade the account now and began before this one.
    public var livingRuns: [UInt64] {
        ledger.runs.map(\.session).filter { $0 < session && isAlive($0) }
    }

    /// What an order is on the wire, at a venue that takes numbers; nil: that is not known any more.
    public func number(of order: ClientOrderID) -> Int? { ledger.number(of: order) }

    // MARK: - Where it lies

    /// The key's id is not in it: whoever sees names of files learns nothing.
    static func path(venue: String, keyID: String, home: String) -> String {
        let digest = SHA256.digest(of: Array("moonrunner account of \(venue): \(keyID)".utf8))
        return "\(home)/accounts/\(venue)-\(hexadecimal(digest.prefix(8))).ids"
    }

    /// Makes the folders in which a file of an account lies.
    static func makeFolders(for path: String) throws(OrderIDProblem) {
        let accounts = path[..<(path.lastIndex(of: "/") ?? path.startIndex)]
        let home = accounts[..<(accounts.lastIndex(of: "/") ?? accounts.startIndex)]
        for folder in [String(home), String(accounts)]
        where unsafe mkdir(folder, 0o700) != 0 && errno != EEXIST {
            throw .system()
        }
    }
}

/// What an account's file says of client order ids, for whoever looks and trades nothing.
public struct KnownOrderIDs: Sendable {
    private let ledger: OrderIDLedger

    /// Where there is no file, or none that can be read, only the form of an id tells.
    public init(venue: String, keyID: String, home: String = RunFolder.home) {
        let path = AccountOrderIDs.path(venue: venue, keyID: keyID, home: home)
        let bytes = try? OrderIDFile(path).read()
        ledger = bytes.flatMap { OrderIDLedger($0) } ?? OrderIDLedger()
    }

    /// Whether a run of this program gave the id: on any machine where it is text, and where it is a
    /// number one of those that are in the file.
    public func isOfARun(_ clientID: String?) -> Bool {
        guard let clientID else { return false }
        return ClientOrderIDMaker.session(of: clientID) != nil
            || ledger.run(of: ClientOrderID(clientID)) != nil
    }
}
