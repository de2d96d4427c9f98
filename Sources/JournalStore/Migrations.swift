internal import Cryptography

/// A step from one form of the file to the next.
///
/// What was released is never edited: files are out there that have it. A test holds each one's digest.
package struct Migration: Sendable {
    /// The form of the file behind it: `PRAGMA user_version`.
    package let version: Int64
    package let sql: String

    /// In hexadecimal.
    package var digest: String { hexadecimal(SHA256.digest(of: Array(sql.utf8))) }

    /// All there are, in order.
    package static let all = [
        Migration(version: 1, sql: firstSchema), Migration(version: 2, sql: secondSchema),
        Migration(version: 3, sql: thirdSchema), Migration(version: 4, sql: fourthSchema),
    ]
    /// The form that this release reads and writes.
    package static let newest = all.last?.version ?? 0

    /// `MRJ1`: that the file is a journal of Moonrunner (`PRAGMA application_id`).
    package static let applicationID: Int64 = 0x4D_524A31

    /// Brings a file to the newest form, all or nothing.
    static func apply(to database: Database, from version: Int64) throws(DatabaseError) {
        guard version < newest else { return }
        try database.run("BEGIN IMMEDIATE")
        do throws(DatabaseError) {
            for step in all where step.version > version { try database.run(step.sql) }
            try database.run("PRAGMA application_id = \(applicationID)")
            try database.run("PRAGMA user_version = \(newest)")
            try database.run("COMMIT")
        } catch {
            try? database.run("ROLLBACK")
            throw error
        }
    }
}
