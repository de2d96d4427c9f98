/// What a file is by its first bytes, where it is not a text, and how to make text of it.
struct FileMagic {
    let magic: [UInt8]
    var offset = 0
    let name: String
    /// The command that makes a file that is read; `FILE` stands for the file.
    let command: String

    /// What is said of the file after its path; nil where its start looks like text.
    static func refusal(_ head: [UInt8], path: String) -> String? {
        if let known = known.first(where: { $0.fits(head) }) { return known.refusal(path) }
        let strange = head.prefix(4096).count { $0 < 32 && ![9, 10, 13].contains($0) }
        guard strange > 0 else { return nil }
        let shown = head.prefix(8).map { byte in
            (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }
        return "is a binary file of unknown kind (it begins with \(shown.joined(separator: " "))); "
            + understoodFormats
    }

    /// What is said of a workbook, which is a zip.
    static func workbook(path: String) -> String {
        FileMagic(magic: [], name: "an Excel workbook", command: pandas("read_excel"))
            .refusal(path)
    }

    private func fits(_ head: [UInt8]) -> Bool {
        head.count >= offset + magic.count && head.dropFirst(offset).starts(with: magic)
    }

    private func refusal(_ path: String) -> String {
        let parts = command.split(separator: "|FILE|", omittingEmptySubsequences: false)
        return "is \(name), which is not read; make a CSV of it: " + parts.joined(separator: path)
    }

    private static func pandas(_ reader: String) -> String {
        "python3 -c \"import pandas; pandas.\(reader)('|FILE|').to_csv('|FILE|.csv')\""
    }

    private static let known: [FileMagic] = [
        FileMagic(
            magic: Array("PAR1".utf8), name: "a Parquet file", command: pandas("read_parquet")),
        FileMagic(
            magic: Array("ARROW1".utf8), name: "a Feather (Arrow) file",
            command: pandas("read_feather")),
        FileMagic(
            magic: Array("FEA1".utf8), name: "a Feather file", command: pandas("read_feather")),
        FileMagic(
            magic: [0xFF, 0xFF, 0xFF, 0xFF], name: "a stream of Arrow",
            command: "python3 -c \"import pyarrow; "
                + "pyarrow.ipc.open_stream('|FILE|').read_pandas().to_csv('|FILE|.csv')\""),
        FileMagic(
            magic: [0x89, 0x48, 0x44, 0x46], name: "an HDF5 file", command: pandas("read_hdf")),
        FileMagic(
            magic: [0xD0, 0xCF, 0x11, 0xE0], name: "an Excel workbook",
            command: pandas("read_excel")),
        FileMagic(
            magic: Array("SQLite format 3".utf8), name: "an SQLite database",
            command: "sqlite3 -header -csv '|FILE|' 'SELECT * FROM bars' > '|FILE|.csv' "
                + "(with the name of its table for bars)"),
        FileMagic(magic: [0x80, 0x02], name: "a pickle", command: pandas("read_pickle")),
        FileMagic(magic: [0x80, 0x03], name: "a pickle", command: pandas("read_pickle")),
        FileMagic(magic: [0x80, 0x04], name: "a pickle", command: pandas("read_pickle")),
        FileMagic(magic: [0x80, 0x05], name: "a pickle", command: pandas("read_pickle")),
        FileMagic(
            magic: [0x28, 0xB5, 0x2F, 0xFD], name: "packed with zstd",
            command: "zstd -d '|FILE|' -o '|FILE|.csv'"),
        FileMagic(
            magic: [0xFD, 0x37, 0x7A], name: "packed with xz",
            command: "xz -dc '|FILE|' > '|FILE|.csv'"),
        FileMagic(
            magic: Array("BZh".utf8), name: "packed with bzip2",
            command: "bzip2 -dc '|FILE|' > '|FILE|.csv'"),
        FileMagic(
            magic: [0x04, 0x22, 0x4D, 0x18], name: "packed with lz4",
            command: "lz4 -d '|FILE|' '|FILE|.csv'"),
        FileMagic(
            magic: [0x37, 0x7A, 0xBC, 0xAF], name: "a 7z archive", command: "7z x '|FILE|'"),
        FileMagic(magic: Array("Rar!".utf8), name: "a rar archive", command: "unrar x '|FILE|'"),
        FileMagic(
            magic: Array("ustar".utf8), offset: 257, name: "a tar archive",
            command: "tar xf '|FILE|'"),
        FileMagic(
            magic: [0x1F, 0x8B], name: "packed with gzip twice",
            command: "zcat '|FILE|' | zcat > '|FILE|.csv'"),
        FileMagic(
            magic: [0x50, 0x4B, 3, 4], name: "a zip in another file", command: "unzip '|FILE|'"),
        FileMagic(
            magic: [0xFF, 0xFE], name: "text in UTF-16",
            command: "iconv -f UTF-16 -t UTF-8 '|FILE|' > '|FILE|.csv'"),
        FileMagic(
            magic: [0xFE, 0xFF], name: "text in UTF-16",
            command: "iconv -f UTF-16 -t UTF-8 '|FILE|' > '|FILE|.csv'"),
    ]
}
