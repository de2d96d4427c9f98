extension AccountJournal {
    /// Whether an account of this name is simulated.
    public static func isPaper(_ name: String) -> Bool { name.hasPrefix(paperPrefix) }

    /// The accounts that have a journal here.
    ///
    /// - Returns: each with its name, which is that of its files up to the first point, and the paths of
    ///   its journals.
    public static func accounts(
        home: String = RunFolder.home
    ) -> [(name: String, paths: [String])] {
        let folder = home + "/accounts"
        var accounts: [String: [String]] = [:]
        for file in fileNames(in: folder) where file.hasSuffix(".journal") {
            accounts[String(file.prefix { $0 != "." }), default: []].append(folder + "/" + file)
        }
        return accounts.sorted { $0.key < $1.key }.map { ($0.key, $0.value.sorted()) }
    }
}
