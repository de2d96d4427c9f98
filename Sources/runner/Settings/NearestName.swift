import TradingModel

/// The name nearest to a misspelt one, for "did you mean"; nil when none is near.
func nearestName(to name: String, among names: [String]) -> String? {
    let limit = max(1, name.count / 3)
    let letters = Array(name.lowercased())
    let ranked = names.map { (distance: editDistance(letters, Array($0.lowercased())), name: $0) }
        .filter { $0.distance <= limit }
    return ranked.min { ($0.distance, $0.name) < ($1.distance, $1.name) }?.name
}
