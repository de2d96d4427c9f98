internal import CSQLite

/// What SQLite said of a call that failed.
struct DatabaseError: Error, Hashable {
    /// An extended result code, of those in `sqlite3.h`.
    let code: Int32
    let text: String

    /// The code without what it is extended by.
    private var primary: Int32 { code & 0xFF }

    var isBusy: Bool { primary == SQLITE_BUSY || primary == SQLITE_LOCKED }
    var isDamage: Bool { primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB }
    var isAnotherFormat: Bool { primary == SQLITE_NOTADB }
    var isReadOnly: Bool { primary == SQLITE_READONLY }
    var isFull: Bool { primary == SQLITE_FULL }
    /// Whether it is about the values of one row, so that trying again cannot help.
    var isOfTheRow: Bool {
        primary == SQLITE_CONSTRAINT || primary == SQLITE_MISMATCH || primary == SQLITE_TOOBIG
    }

    /// In words for the user, without the file's name.
    var reason: String {
        if isBusy { return "another program keeps it locked" }
        if isFull { return "the disk is full" }
        if isReadOnly { return "it may not be written" }
        if isDamage { return "it is damaged (\(text))" }
        return text
    }
}

/// A value of a column.
enum Value: Hashable, Sendable {
    case null
    case integer(Int64)
    case text(String)

    init(_ text: String?) { self = text.map { .text($0) } ?? .null }
    init(_ number: Int64?) { self = number.map { .integer($0) } ?? .null }
}

/// One connection to a file, for one thread at a time.
@safe final class Database {
    enum Access {
        case read
        /// What a write that was cut short left behind is undone first, which one that only reads may not do.
        case readRepaired
        /// A file that is not there is made.
        case write

        fileprivate var flags: Int32 {
            switch self {
            case .read: SQLITE_OPEN_READONLY
            case .readRepaired: SQLITE_OPEN_READWRITE
            case .write: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
            }
        }
    }

    let path: String
    private var handle: OpaquePointer?
    /// Statements by their text: each is compiled once.
    private var statements = unsafe [String: OpaquePointer]()

    init(_ path: String, _ access: Access) throws(DatabaseError) {
        self.path = path
        let flags = access.flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
        let code = unsafe sqlite3_open_v2(path, &self.handle, flags, nil)
        guard code == SQLITE_OK else {
            let error = failure(code)
            close()
            throw error
        }
    }

    deinit { close() }

    func close() {
        while let statement = unsafe statements.popFirst()?.value {
            unsafe sqlite3_finalize(statement)
        }
        unsafe sqlite3_close_v2(handle)
        unsafe handle = nil
    }

    // MARK: - Settings of the connection

    /// How long a call waits for another connection's lock.
    func waitForLocks(milliseconds: Int32) { unsafe sqlite3_busy_timeout(handle, milliseconds) }

    /// Whether the log of writes goes into the file when the last connection closes: not while the file may
    /// be another's.
    func foldLogOnClose(_ folds: Bool) {
        unsafe csqlite_set(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, folds ? 0 : 1)
    }

    var isReadOnly: Bool { unsafe sqlite3_db_readonly(handle, "main") == 1 }
    /// Rows that the last statement changed.
    var changes: Int { unsafe Int(sqlite3_changes64(handle)) }

    // MARK: - Statements

    /// Runs SQL without values and results, several statements too.
    func run(_ sql: String) throws(DatabaseError) {
        try check(unsafe sqlite3_exec(handle, sql, nil, nil, nil))
    }

    /// Runs one statement, and drops its rows.
    func run(_ sql: String, _ values: [Value]) throws(DatabaseError) {
        _ = try rows(sql, values)
    }

    /// Runs one statement; its rows, each as long as there are columns.
    func rows(_ sql: String, _ values: [Value] = []) throws(DatabaseError) -> [[Value]] {
        let statement = unsafe try prepared(sql)
        defer {
            unsafe sqlite3_reset(statement)
            unsafe sqlite3_clear_bindings(statement)
        }
        unsafe try bind(values, to: statement)
        var rows: [[Value]] = []
        while true {
            switch unsafe sqlite3_step(statement) {
            case SQLITE_DONE: return rows
            case SQLITE_ROW: rows.append(unsafe Self.row(of: statement))
            case let code: throw failure(code)
            }
        }
    }

    /// The number in the first column of the first row; nil: there is none.
    func number(_ sql: String, _ values: [Value] = []) throws(DatabaseError) -> Int64? {
        guard case .integer(let number)? = try rows(sql, values).first?.first else { return nil }
        return number
    }

    private static func row(of statement: OpaquePointer) -> [Value] {
        let count = unsafe sqlite3_column_count(statement)
        return (0..<count).map { column in
            switch unsafe sqlite3_column_type(statement, column) {
            case SQLITE_NULL: return .null
            case SQLITE_INTEGER: return .integer(unsafe sqlite3_column_int64(statement, column))
            default:
                guard let bytes = unsafe sqlite3_column_text(statement, column) else {
                    return .text("")
                }
                let count = unsafe Int(sqlite3_column_bytes(statement, column))
                let text = unsafe UnsafeBufferPointer(start: bytes, count: count)
                return .text(unsafe String(decoding: text, as: UTF8.self))
            }
        }
    }

    private func prepared(_ sql: String) throws(DatabaseError) -> OpaquePointer {
        if let known = unsafe statements[sql] { return unsafe known }
        var statement: OpaquePointer?
        try check(
            unsafe sqlite3_prepare_v3(
                handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil))
        guard let statement = unsafe statement else {
            throw DatabaseError(code: SQLITE_MISUSE, text: "this is not a statement: \(sql)")
        }
        unsafe statements[sql] = statement
        return unsafe statement
    }

    private func bind(
        _ values: [Value], to statement: OpaquePointer
    ) throws(DatabaseError) {
        // SQLite copies what it is given: nothing has to outlive the call. Source: sqlite3.h, SQLITE_TRANSIENT.
        let copies = unsafe unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        for (index, value) in values.enumerated() {
            let place = Int32(index + 1)
            let code =
                switch value {
                case .null: unsafe sqlite3_bind_null(statement, place)
                case .integer(let number): unsafe sqlite3_bind_int64(statement, place, number)
                case .text(let text):
                    unsafe sqlite3_bind_text(
                        statement, place, text, Int32(clamping: text.utf8.count), copies)
                }
            try check(code)
        }
    }

    private func check(_ code: Int32) throws(DatabaseError) {
        guard code == SQLITE_OK else { throw failure(code) }
    }

    private func failure(_ code: Int32) -> DatabaseError {
        let text = unsafe handle == nil ? sqlite3_errstr(code) : sqlite3_errmsg(handle)
        return DatabaseError(code: code, text: unsafe text.map { unsafe String(cString: $0) } ?? "")
    }
}
