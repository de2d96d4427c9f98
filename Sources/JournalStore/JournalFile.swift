internal import CSQLite
internal import Glibc

/// Opens the file of a journal: only where it is one, whole, and of a form that is known.
///
/// The file itself is opened by SQLite alone: closing another descriptor of it would let go of the locks
/// that the process has on it.
enum JournalFile {
    /// For the one that writes: a new file where there is none, an older form made newest.
    static func openForWriting(
        _ path: String, _ settings: JournalSettings
    ) throws(JournalProblem) -> Database {
        let isNew = try size(of: path).map { $0 == 0 } ?? true
        if isNew { try make(path) }
        let database = try connect(path, .write, settings.lockMilliseconds)
        let version = try admit(database)
        try explaining(path) { () throws(DatabaseError) in
            if version == 0 {
                // Before there is a table; afterwards it would need all to be written anew.
                try database.run("PRAGMA auto_vacuum = INCREMENTAL")
            }
            try checkWhole(database)
            guard !database.isReadOnly else {
                throw DatabaseError(code: SQLITE_READONLY, text: "")
            }
            try prepare(database)
            try Migration.apply(to: database, from: version)
            database.foldLogOnClose(true)
        }
        return database
    }

    /// For one that reads, also while another writes.
    static func openForReading(_ path: String) throws(JournalProblem) -> Database {
        guard let size = try size(of: path), size > 0 else {
            throw JournalProblem(.missing, path, "there is no journal: no run has traded here yet")
        }
        let (database, version) = try connectForReading(path)
        guard version > 0 else {
            throw JournalProblem(.missing, path, "it is empty: no run has traded here yet")
        }
        guard version == Migration.newest else {
            throw JournalProblem(
                .older, path,
                "an older release wrote it: it can be read once a run of this one has traded here")
        }
        try explaining(path) { () throws(DatabaseError) in
            try database.run("PRAGMA query_only = ON")
        }
        return database
    }

    // MARK: - Steps

    /// Of a run that died in the middle of a write, which is undone before anything can be read.
    private static func connectForReading(
        _ path: String
    ) throws(JournalProblem) -> (Database, version: Int64) {
        do throws(JournalProblem) {
            let database = try connect(path, .read, readPatience)
            return (database, try admit(database))
        } catch {
            guard error.kind == .readOnly else { throw error }
            let database = try connect(path, .readRepaired, readPatience)
            return (database, try admit(database))
        }
    }

    /// In milliseconds.
    private static let readPatience: Int32 = 5_000

    private static func connect(
        _ path: String, _ access: Database.Access, _ lockMilliseconds: Int32
    ) throws(JournalProblem) -> Database {
        try explaining(path) { () throws(DatabaseError) in
            let database = try Database(path, access)
            database.waitForLocks(milliseconds: lockMilliseconds)
            // The file may turn out to be another's: nothing of its log is written into it then.
            database.foldLogOnClose(false)
            return database
        }
    }

    /// The form of a file that is a journal; 0: it is new.
    private static func admit(_ database: Database) throws(JournalProblem) -> Int64 {
        let path = database.path
        let (version, application, tables) = try explaining(path) {
            () throws(DatabaseError) -> (Int64, Int64, Int64) in
            (
                try database.number("PRAGMA user_version") ?? 0,
                try database.number("PRAGMA application_id") ?? 0,
                try database.number("SELECT count(*) FROM sqlite_schema") ?? 0
            )
        }
        // A run that died while it made the file left it without a table.
        if application == 0, version == 0, tables == 0 { return 0 }
        guard application == Migration.applicationID, version > 0 else {
            throw JournalProblem(
                .foreign, path, "it is a database of another program: move it away")
        }
        guard version <= Migration.newest else {
            throw JournalProblem(
                .newer, path,
                "a newer release wrote it, which this one cannot read: trade with that one, or move the "
                    + "file away")
        }
        return version
    }

    /// Goes through all pages, some seconds for a gigabyte; a column's own checks would cost ten times that,
    /// and find what ``JournalReader`` names.
    private static func checkWhole(_ database: Database) throws(DatabaseError) {
        try database.run("PRAGMA ignore_check_constraints = ON")
        let words = try database.rows("PRAGMA quick_check(1)").first?.first
        try database.run("PRAGMA ignore_check_constraints = OFF")
        guard words != .text("ok") else { return }
        var text = "it is not whole"
        if case .text(let found)? = words { text = found }
        throw DatabaseError(code: SQLITE_CORRUPT, text: text)
    }

    private static func prepare(_ database: Database) throws(DatabaseError) {
        let mode = try database.rows("PRAGMA journal_mode = WAL").first?.first
        guard mode == .text("wal") else {
            throw DatabaseError(
                code: SQLITE_ERROR,
                text: "its file system does not let processes share memory, as those of networks "
                    + "do not")
        }
        // What a power cut may undo the venue still knows, and ids of orders are not counted here
        // (docs/decisions/0044).
        try database.run(
            """
            PRAGMA synchronous = NORMAL;
            PRAGMA foreign_keys = ON;
            PRAGMA cell_size_check = ON;
            PRAGMA journal_size_limit = 67108864;
            """)
    }

    // MARK: - In words

    /// Gives what SQLite says the file's name, and says what to do.
    static func explaining<Result>(
        _ path: String, _ body: () throws(DatabaseError) -> Result
    ) throws(JournalProblem) -> Result {
        do throws(DatabaseError) {
            return try body()
        } catch {
            if error.isAnotherFormat {
                throw JournalProblem(
                    .foreign, path,
                    "it does not begin as a journal does: it is another file, or damaged. Move it "
                        + "away, and a new one is made")
            }
            if error.isDamage {
                throw JournalProblem(
                    .damaged, path,
                    "it is damaged (\(error.text)). Nothing in it was changed. Move it away together "
                        + "with those of its name that end in -wal and -shm, and a new one is made; "
                        + "`sqlite3 FILE .recover` shows what is left in it")
            }
            throw JournalProblem(error.isReadOnly ? .readOnly : .system, path, error.reason)
        }
    }

    // MARK: - The file itself

    /// In bytes; nil: there is none.
    private static func size(of path: String) throws(JournalProblem) -> Int? {
        var facts = stat()
        if unsafe stat(path, &facts) == 0 { return Int(facts.st_size) }
        guard errno == ENOENT else { throw JournalProblem(.system, path, systemReason()) }
        return nil
    }

    /// Makes an empty file that only its user can read; SQLite gives its log the same rights.
    private static func make(_ path: String) throws(JournalProblem) {
        let file = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard file >= 0 else {
            let isReadOnly = errno == EROFS || errno == EACCES
            throw JournalProblem(isReadOnly ? .readOnly : .system, path, systemReason())
        }
        close(file)
    }
}
