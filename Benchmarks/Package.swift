// swift-tools-version: 6.2
import PackageDescription

let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
]

let package = Package(
    name: "moonrunner-benchmarks",
    targets: [
        .executableTarget(
            name: "BareLoop",
            cSettings: [.unsafeFlags(["-I/usr/include/lua5.4", "-O2", "-Wall", "-Werror"])],
            linkerSettings: [.linkedLibrary("lua5.4"), .linkedLibrary("m")]),
        .executableTarget(
            name: "GenerateData", cSettings: [.unsafeFlags(["-O2", "-Wall", "-Werror"])],
            linkerSettings: [.linkedLibrary("m")]),
        .executableTarget(name: "Compare", swiftSettings: strict),
        .target(
            name: "LiveWire", cSettings: [.unsafeFlags(["-O2", "-Wall", "-Werror"])],
            linkerSettings: [.linkedLibrary("crypto"), .linkedLibrary("z")]),
        .executableTarget(
            name: "PushToOrder", dependencies: ["LiveWire"],
            cSettings: [.unsafeFlags(["-O2", "-Wall", "-Werror"])]),
        .executableTarget(
            name: "LeanClient", dependencies: ["LiveWire"],
            cSettings: [.unsafeFlags(["-I/usr/include/lua5.4", "-O2", "-Wall", "-Werror"])],
            linkerSettings: [.linkedLibrary("lua5.4"), .linkedLibrary("m")]),
    ]
)
