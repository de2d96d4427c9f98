internal import TradingModel

/// Which entry of a zip is the data.
enum ZipChoice {
    /// `data.npy` of an `.npz`, or the only entry that is no by-file.
    static func entry(of file: OpenFile) throws(MarketDataError) -> ZipDirectory.Entry {
        let entries = try ZipDirectory(file).entries.filter { !$0.name.hasSuffix("/") }
        if let data = entries.first(where: { $0.name == "data.npy" }) {
            return try usable(data, file)
        }
        if entries.contains(where: { $0.name == "[Content_Types].xml" }) {
            throw MarketDataError(file: file.path, reason: FileMagic.workbook(path: file.path))
        }
        var data = entries.filter { !isByFile($0.name) }
        if data.isEmpty, entries.count == 1 { data = entries }
        if data.count == 1 { return try usable(data[0], file) }
        let shown = data.isEmpty ? entries : data
        let names =
            shown.prefix(10).map { "`\($0.name)`" }.joined(separator: ", ")
            + (shown.count > 10 ? ", …" : "")
        throw MarketDataError(
            file: file.path,
            reason: data.isEmpty
                ? "is a zip without a file of market data: \(names)"
                : "is a zip of \(data.count) files (\(names)), expected one file of market data, or "
                    + "`data.npy` among them; unpack it and name each with --data")
    }

    private static func usable(
        _ entry: ZipDirectory.Entry, _ file: OpenFile
    ) throws(MarketDataError) -> ZipDirectory.Entry {
        guard let fault = entry.fault else { return entry }
        throw MarketDataError(file: file.path, reason: "its entry `\(entry.name)` is \(fault)")
    }

    /// What systems, venues and people put beside the data.
    private static func isByFile(_ path: String) -> Bool {
        let parts = path.split { $0 == "/" || $0 == "\\" }
        if parts.contains("__MACOSX") { return true }
        let name = (parts.last ?? "").lowercased()
        if name.hasPrefix(".") || ["thumbs.db", "desktop.ini"].contains(name) { return true }
        let endings = [
            ".checksum", ".md5", ".sha1", ".sha256", ".sha512", ".asc", ".sig", ".md", ".pdf",
            ".html", ".htm", ".rst", ".rtf", ".png", ".jpg",
        ]
        if endings.contains(where: { name.hasSuffix($0) }) { return true }
        let stem = name.split(separator: ".").first ?? ""
        return ["readme", "license", "licence", "copying", "notice", "changelog", "disclaimer"]
            .contains { stem.hasPrefix($0) }
    }
}
