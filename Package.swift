// swift-tools-version: 6.2
import PackageDescription

/// Whether an optimised build checks accesses at run time, as `make test` has it: see
/// docs/decisions/0008-no-dynamic-exclusivity-checks.md.
let checksExclusivity = Context.environment["MOONRUNNER_CHECK_EXCLUSIVITY"] == "1"

let exclusivity: [SwiftSetting] =
    checksExclusivity
    ? [.unsafeFlags(["-enforce-exclusivity=checked"]), .define("CHECKS_EXCLUSIVITY")]
    : [
        .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
        .define("CHECKS_EXCLUSIVITY", .when(configuration: .debug)),
    ]

let strict: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .strictMemorySafety(),
        .treatAllWarnings(as: .error),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ] + exclusivity

/// What tests hold against each other was built as it ships; the tests themselves are built in a
/// third of the time without being optimised.
let tests: [SwiftSetting] = strict + [.unsafeFlags(["-Onone"])]

/// What the connector of each venue is made of.
let connector: [Target.Dependency] = [
    "AccountSession", "Cryptography", "PlainJSON", "TradingCore", "TradingModel", "VenueSessions",
    "WireText",
]

let venueTests: [Target.Dependency] = connector + ["HostileVenues", "PropertyTesting"]

let package = Package(
    name: "moonrunner",
    products: [.executable(name: "runner", targets: ["runner"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    ],
    targets: [
        // Imports point down only: a target may name those below it, never one above.
        .executableTarget(
            name: "runner",
            dependencies: [
                "CProcess", "CYaml", "Bitunix", "CoinEx", "CoinTR", "Coinpit", "Coinut",
                "JournalStore", "LiveTrading", "MarketFiles", "Matching", "PaperTrading",
                "PlainJSON", "RunFigures", "RunInputs",
                "ScriptHost", "SessionGap", "SimulatorServer", "StrategyTesting", "TradingCore",
                "TradingModel", "Transport", "VenueSessions", "VenueSimulators",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
            ],
            swiftSettings: strict,
            linkerSettings: [
                // Swift's library and C++'s are linked in: half the start-up time, and nothing to
                // install where it runs. Of this folder's archives, see scripts/setup.
                // The last two are what FoundationEssentials, which ArgumentParser takes, is made of.
                .unsafeFlags([
                    "-static-stdlib", "-l_FoundationCollections", "-l_FoundationCShims", "-L",
                    Context.packageDirectory + "/.build/archives",
                    "-Xclang-linker", "-static-libgcc", "-Xlinker", "--no-export-dynamic",
                ]),
                // What a backtest's start uses lies together (docs/decisions/0022). Names that are gone are
                // left out; scripts/start_order makes the list anew.
                .unsafeFlags([
                    "-use-ld=lld", "-Xlinker", "--no-warn-symbol-ordering", "-Xlinker",
                    "--symbol-ordering-file=" + Context.packageDirectory
                        + "/scripts/start_order.txt",
                ]),
            ]),
        // Connectors: what all venues share, then one target for each venue.
        .target(
            name: "CoinEx",
            dependencies: [
                "AccountSession", "CZlib", "Cryptography", "PlainJSON", "TradingCore",
                "TradingModel", "VenueSessions", "WireText",
            ],
            path: "Sources/Connectors/CoinEx", swiftSettings: strict),
        .target(
            name: "Bitunix", dependencies: connector, path: "Sources/Connectors/Bitunix",
            swiftSettings: strict),
        .target(
            name: "Coinpit", dependencies: connector, path: "Sources/Connectors/Coinpit",
            swiftSettings: strict),
        // The truth about orders, balances and positions, for all venues.
        .target(
            name: "AccountSession",
            dependencies: ["TradingCore", "TradingModel", "VenueSessions", "WireText"],
            path: "Sources/Connectors/AccountSession", swiftSettings: strict),
        .target(
            name: "Coinut", dependencies: connector, path: "Sources/Connectors/Coinut",
            swiftSettings: strict),
        .target(
            name: "CoinTR", dependencies: connector, path: "Sources/Connectors/CoinTR",
            swiftSettings: strict),
        // What messages of any venue are read from and written with.
        .target(
            name: "WireText", dependencies: ["CZlib", "PlainJSON", "TradingModel"],
            path: "Sources/Connectors/WireText", swiftSettings: strict),
        .target(
            name: "VenueSessions", dependencies: ["TradingCore", "TradingModel"],
            path: "Sources/Connectors/VenueSessions", swiftSettings: strict),
        // Sockets for sessions: WebSocket, HTTP, TLS, proxies, on one event loop.
        .target(
            name: "Transport",
            dependencies: [
                "TLS", "CZlib", "TradingCore", "TradingModel", "VenueSessions",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOTLS", package: "swift-nio"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
            ],
            path: "Sources/Connectors/Transport", swiftSettings: strict),
        // TLS for channels, by OpenSSL's libssl.
        .target(
            name: "TLS",
            dependencies: [
                "CCrypto", "Cryptography", .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOTLS", package: "swift-nio"),
            ],
            path: "Sources/Connectors/TLS", swiftSettings: strict),
        .target(
            name: "LiveTrading",
            dependencies: [
                "Cryptography", "JournalStore", "MarketFiles", "Matching", "PaperTrading",
                "PlainJSON",
                "RunFigures", "RunInputs", "ScriptHost", "SessionGap", "Threads", "TradingCore",
                "TradingModel", "Transport", "VenueSessions",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .target(
            name: "StrategyTesting",
            dependencies: [
                "Matching", "PaperTrading", "RunFigures", "ScriptHost", "TradingCore",
                "TradingModel",
            ],
            swiftSettings: strict),
        // The sockets of the venue simulators.
        .target(
            name: "SimulatorServer",
            dependencies: [
                "TLS", "Cryptography", "TradingModel", "VenueSimulators",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
            ],
            swiftSettings: strict),
        .target(
            name: "VenueSimulators",
            dependencies: [
                "CZlib", "Cryptography", "Matching", "PaperTrading", "PlainJSON", "TradingCore",
                "TradingModel",
            ],
            swiftSettings: strict),
        .target(
            name: "MarketFiles",
            dependencies: ["CZlib", "PlainJSON", "TradingCore", "TradingModel"],
            swiftSettings: strict),
        // Numbers and texts as few bytes.
        .target(name: "ByteCoding", swiftSettings: strict),
        // What runs on an account did, kept for later ones.
        .target(
            name: "JournalStore",
            dependencies: [
                "ByteCoding", "CSQLite", "CZlib", "Cryptography", "Threads", "TradingCore",
                "TradingModel",
            ],
            swiftSettings: strict),
        // What a run at a venue was told, recorded so that it can be made again.
        .target(
            name: "RunInputs",
            dependencies: [
                "ByteCoding", "CZlib", "PlainJSON", "Threads", "TradingCore", "TradingModel",
                "VenueSessions",
            ],
            swiftSettings: strict),
        .target(
            name: "ScriptHost",
            dependencies: ["CMoon", "LuaSyntax", "TradingCore", "TradingModel"],
            swiftSettings: strict),
        .target(name: "LuaSyntax", swiftSettings: strict),
        .target(
            name: "CMoon",
            cSettings: [
                .headerSearchPath("Calls"), .headerSearchPath("Heap"),
                .headerSearchPath("Indicators"), .headerSearchPath("Intents"),
                .headerSearchPath("Sandbox"), .headerSearchPath("State"),
                .headerSearchPath("Views"),
                .unsafeFlags(["-I/usr/include/lua5.4", "-Wall", "-Wextra", "-Werror"]),
            ],
            linkerSettings: [
                .linkedLibrary(":liblua5.4.a"), .linkedLibrary("m"),
                // The length of a table is ours, and what a view's field is: see moon_border.c, moon_places.c.
                // lld: of others a call within Lua's own file is none that can be wrapped.
                .unsafeFlags([
                    "-use-ld=lld", "-Xlinker", "--wrap=luaH_getn", "-Xlinker",
                    "--wrap=luaV_finishget",
                ]),
            ]),
        // A strategy over data: backtests and paper trading, and the embedded exchange's markets.
        .target(
            name: "PaperTrading",
            dependencies: ["Matching", "RunFigures", "TradingCore", "TradingModel"],
            swiftSettings: strict),
        // What a session made against what the simulation makes of the same orders.
        .target(
            name: "SessionGap", dependencies: ["Matching", "TradingCore", "TradingModel"],
            swiftSettings: strict),
        // A venue that fills orders against data, for one account; venue simulators have it too.
        .target(
            name: "Matching", dependencies: ["TradingCore", "TradingModel"],
            swiftSettings: strict),
        // What is counted about any run, simulated or live.
        .target(
            name: "RunFigures", dependencies: ["Cryptography", "TradingCore", "TradingModel"],
            swiftSettings: strict),
        .target(
            name: "TradingCore", dependencies: ["Bars", "TradingModel"], swiftSettings: strict),
        .target(name: "Bars", dependencies: ["TradingModel"], swiftSettings: strict),
        .target(name: "TradingModel", swiftSettings: strict),
        .target(name: "PlainJSON", swiftSettings: strict),
        // Threads that can be waited for, and bells that wake them.
        .target(name: "Threads", swiftSettings: strict),
        // Digests, signatures and certificates by OpenSSL's libcrypto: TLS has a library of its own.
        .target(name: "Cryptography", dependencies: ["CCrypto"], swiftSettings: strict),
        .target(
            name: "CCrypto", cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])],
            linkerSettings: [.linkedLibrary(":libssl.a"), .linkedLibrary(":libcrypto.a")]),
        .systemLibrary(name: "CProcess"),
        .systemLibrary(name: "CSQLite"),
        .systemLibrary(name: "CYaml"),
        .systemLibrary(name: "CZlib"),

        // Speed, run by `make bench` and `make instructions`; the other benchmarks need nothing of ours and stand apart.
        .executableTarget(
            name: "CompareDepthScanners",
            dependencies: ["CDepthScanner", "CoinEx", "TradingModel"],
            path: "Benchmarks/DepthScanners/Compare", swiftSettings: strict),
        .executableTarget(
            name: "MakeOrders",
            dependencies: ["AccountSession", "CoinEx", "TradingModel", "VenueSessions"],
            path: "Benchmarks/Orders", swiftSettings: strict),
        .target(
            name: "CDepthScanner", path: "Benchmarks/DepthScanners/C",
            cSettings: [.unsafeFlags(["-Wall", "-Wextra", "-Werror"])]),

        // Seeded randomness and exact arithmetic of its own, for the property tests of any target.
        .target(name: "PropertyTesting", path: "Tests/PropertyTesting", swiftSettings: strict),
        // Instruments and decimals, for tests of what trades them.
        .target(
            name: "TestInstruments", dependencies: ["TradingModel"],
            path: "Tests/TestInstruments", swiftSettings: strict),
        // An account worked out anew from inputs and reports, for tests to hold runs against.
        .target(
            name: "AccountBooks", dependencies: ["PropertyTesting", "TradingCore", "TradingModel"],
            path: "Tests/AccountBooks", swiftSettings: strict),
        .target(
            name: "ModelledRuns",
            dependencies: [
                "AccountBooks", "Matching", "PaperTrading", "RunFigures", "TradingCore",
                "TradingModel",
            ],
            path: "Tests/ModelledRuns", swiftSettings: strict),
        // All that a run's ledger holds, for comparing it with another's.
        .target(
            name: "LedgerFigures", dependencies: ["RunFigures", "TradingModel"],
            path: "Tests/LedgerFigures", swiftSettings: strict),
        // A venue that fails as venues do, in no venue's words, and a session that trades with it.
        .target(
            name: "HostileVenues",
            dependencies: ["PropertyTesting", "TradingCore", "TradingModel", "VenueSessions"],
            path: "Tests/HostileVenues", swiftSettings: strict),
        // Runs of generated strategies on generated markets, the quick ways against plain ones.
        .target(
            name: "DifferentialTesting",
            dependencies: [
                "Matching", "ModelledRuns", "PaperTrading", "PropertyTesting", "RunFigures",
                "ScriptHost", "TradingCore", "TradingModel",
            ],
            path: "Tests/DifferentialTesting", swiftSettings: strict),
        .executableTarget(
            name: "differential", dependencies: ["DifferentialTesting", "PropertyTesting"],
            path: "Tests/Differential", swiftSettings: strict),
        // Accounts with all that lives on them, real sessions and simulated venues, in virtual time.
        .target(
            name: "AccountSimulation",
            dependencies: [
                "Bitunix", "CoinEx", "CoinTR", "Coinpit", "Coinut", "JournalStore", "LiveTrading",
                "PaperTrading", "PlainJSON", "PropertyTesting", "RunFigures", "RunInputs",
                "ScriptHost",
                "TradingCore", "TradingModel", "VenueSessions", "VenueSimulators",
            ],
            path: "Tests/AccountSimulation", exclude: ["Strategies"], swiftSettings: strict),
        .executableTarget(
            name: "simulate", dependencies: ["AccountSimulation", "PropertyTesting", "ScriptHost"],
            path: "Tests/Simulate", exclude: ["plants.py"], swiftSettings: strict),
        .testTarget(
            name: "AccountSessionTests",
            dependencies: [
                "AccountSession", "HostileVenues", "TradingCore", "TradingModel", "VenueSessions",
                "WireText",
            ], swiftSettings: tests),
        .testTarget(
            name: "CryptographyTests", dependencies: ["Cryptography", "PropertyTesting"],
            swiftSettings: tests),
        .testTarget(
            name: "DifferentialTests",
            dependencies: [
                "DifferentialTesting", "MarketFiles", "Matching", "PaperTrading", "PropertyTesting",
                "RunFigures", "ScriptHost", "TradingCore", "TradingModel",
            ], swiftSettings: tests),
        .testTarget(
            name: "VenueSessionsTests",
            dependencies: ["PropertyTesting", "TradingModel", "VenueSessions"],
            swiftSettings: tests),
        .testTarget(
            name: "CoinExTests",
            dependencies: [
                "AccountSession", "CZlib", "CoinEx", "HostileVenues", "PropertyTesting",
                "TradingCore", "TradingModel", "VenueSessions", "WireText",
            ], swiftSettings: tests),
        .testTarget(
            name: "CoinTRTests", dependencies: venueTests + ["CoinTR"], swiftSettings: tests),
        .testTarget(
            name: "BitunixTests", dependencies: venueTests + ["Bitunix"], swiftSettings: tests),
        .testTarget(
            name: "CoinpitTests", dependencies: venueTests + ["Coinpit"], swiftSettings: tests),
        .testTarget(
            name: "CoinutTests", dependencies: venueTests + ["Coinut"], swiftSettings: tests),
        // Starts the runner that was built beside it.
        .testTarget(
            name: "CommandTests", dependencies: ["MarketFiles", "TradingModel"],
            swiftSettings: tests),
        .testTarget(
            name: "JournalStoreTests",
            dependencies: [
                "CSQLite", "Cryptography", "JournalStore", "PropertyTesting", "TestInstruments",
                "TradingCore", "TradingModel",
            ], swiftSettings: tests),
        .testTarget(
            name: "RunInputsTests",
            dependencies: [
                "PropertyTesting", "RunInputs", "TestInstruments", "TradingCore", "TradingModel",
                "VenueSessions",
            ], swiftSettings: tests),
        // Session, live run and venue simulator in virtual time, without sockets.
        .testTarget(
            name: "LiveAccountTests",
            dependencies: [
                "AccountSession", "AccountSimulation", "Bitunix", "CoinEx", "CoinTR", "Coinpit",
                "Coinut",
                "HostileVenues", "JournalStore", "LiveTrading", "Matching", "PaperTrading",
                "PlainJSON", "PropertyTesting", "RunFigures", "RunInputs", "ScriptHost",
                "SessionGap", "TradingCore", "TradingModel", "VenueSessions", "VenueSimulators",
            ],
            exclude: ["Strategies"], swiftSettings: tests),
        .testTarget(
            name: "LiveTradingTests",
            dependencies: [
                "AccountSimulation", "DifferentialTesting", "JournalStore", "LedgerFigures",
                "LiveTrading", "MarketFiles", "Matching", "PaperTrading", "PropertyTesting",
                "RunFigures", "RunInputs", "ScriptHost", "TradingCore", "TradingModel",
                "VenueSessions",
            ], swiftSettings: tests),
        .testTarget(
            name: "LuaSyntaxTests", dependencies: ["CMoon", "LuaSyntax", "PropertyTesting"],
            swiftSettings: tests),
        .testTarget(
            name: "MarketFilesTests",
            dependencies: [
                "MarketFiles", "PlainJSON", "PropertyTesting", "TradingCore", "TradingModel",
            ], swiftSettings: tests),
        .testTarget(
            name: "MatchingTests",
            dependencies: [
                "Matching", "PropertyTesting", "TestInstruments", "TradingCore", "TradingModel",
            ], swiftSettings: tests),
        .testTarget(
            name: "RunFiguresTests",
            dependencies: [
                "LedgerFigures", "PropertyTesting", "RunFigures", "TestInstruments", "TradingCore",
                "TradingModel",
            ], swiftSettings: tests),
        .testTarget(
            name: "PaperTradingTests",
            dependencies: [
                "Matching", "ModelledRuns", "PaperTrading", "PropertyTesting", "RunFigures",
                "TestInstruments", "TradingCore", "TradingModel",
            ], swiftSettings: tests),
        .testTarget(
            name: "PlainJSONTests", dependencies: ["PlainJSON"], swiftSettings: tests),
        .testTarget(
            name: "ScriptHostTests",
            dependencies: [
                "CMoon", "LuaSyntax", "PropertyTesting", "ScriptHost", "TradingCore",
                "TradingModel",
            ],
            exclude: ["Attacks", "Mistakes", "Vectors"], swiftSettings: tests),
        .testTarget(
            name: "SessionGapTests",
            dependencies: [
                "Matching", "PropertyTesting", "SessionGap", "TestInstruments", "TradingCore",
                "TradingModel",
            ], swiftSettings: tests),
        .testTarget(
            name: "SimulatorServerTests",
            dependencies: [
                "AccountSession", "CoinEx", "LiveTrading", "PlainJSON", "SimulatorServer", "TLS",
                "TradingModel", "Transport", "VenueSessions", "VenueSimulators",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ], swiftSettings: tests),
        .testTarget(
            name: "StrategyTests",
            dependencies: [
                "Matching", "ModelledRuns", "PaperTrading", "RunFigures", "ScriptHost",
                "TradingCore", "TradingModel",
            ], swiftSettings: tests),
        .testTarget(
            name: "StrategyTestingTests",
            dependencies: ["PropertyTesting", "ScriptHost", "StrategyTesting"],
            swiftSettings: tests),
        .testTarget(
            name: "BarsTests", dependencies: ["Bars", "PropertyTesting", "TradingModel"],
            swiftSettings: tests),
        .testTarget(
            name: "TradingCoreTests",
            dependencies: ["PropertyTesting", "TradingCore", "TradingModel"],
            swiftSettings: tests),
        .testTarget(
            name: "TradingModelTests", dependencies: ["PropertyTesting", "TradingModel"],
            swiftSettings: tests),
        .testTarget(
            name: "TLSTests",
            dependencies: [
                "Cryptography", "PropertyTesting", "TLS",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOTLS", package: "swift-nio"),
            ], swiftSettings: tests),
        // Sockets over loopback, against a scripted peer with certificates of its own.
        .testTarget(
            name: "TransportTests",
            dependencies: [
                "TLS", "CZlib", "Cryptography", "PropertyTesting", "TradingCore", "TradingModel",
                "Transport", "VenueSessions", .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOWebSocket", package: "swift-nio"),
            ], swiftSettings: tests),
        .testTarget(
            name: "VenueSimulatorsTests",
            dependencies: [
                "CZlib", "Cryptography", "PaperTrading", "PlainJSON", "PropertyTesting",
                "TradingCore", "TradingModel", "VenueSimulators",
            ], swiftSettings: tests),
    ]
)
