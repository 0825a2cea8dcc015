// swift-tools-version: 6.2
// SPDX-License-Identifier: MIT

import PackageDescription

let settings: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let package = Package(
    name: "moondial",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "moondial", targets: ["moondial"]),
        .library(name: "MoondialEmbedding", targets: ["MoondialEmbedding"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics.git", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
        .package(url: "https://github.com/apple/swift-system.git", from: "1.8.1"),
        .package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0"),
        .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
    ],
    targets: [
        // The operating system: knows nothing of what it is used for.
        .target(
            name: "Platform",
            dependencies: [
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: settings),

        // The Lua layer: knows no phones, no HTTP, no terminal.
        .systemLibrary(
            name: "CLua", pkgConfig: "lua5.4", providers: [.apt(["liblua5.4-dev"]), .brew(["lua@5.4"])]),
        .target(name: "CMoondialLua", dependencies: ["CLua"], cSettings: [.headerSearchPath(".")]),
        .target(
            name: "MoondialLua", dependencies: ["CMoondialLua", "Platform", "TextFormats"], swiftSettings: settings),

        // Formats: know nothing of what is said in them.
        .target(name: "TextFormats", dependencies: ["Platform"], swiftSettings: settings),
        .target(name: "JSON", dependencies: ["TextFormats"], swiftSettings: settings),
        .target(
            name: "HTTP1", dependencies: ["Platform", "TextFormats", .product(name: "NIOCore", package: "swift-nio")],
            swiftSettings: settings),

        // The language Lua: knows nothing of moondial.
        .target(name: "LuaSyntax", dependencies: ["TextFormats"], swiftSettings: settings),
        .target(name: "LuaCheck", dependencies: ["LuaSyntax"], swiftSettings: settings),
        .target(
            name: "RESP", dependencies: [.product(name: "NIOCore", package: "swift-nio")], swiftSettings: settings),

        // The service: wire types, client and stand-in. Knows no Lua.
        .target(
            name: "NumberVerification",
            dependencies: [
                "HTTP1",
                "JSON",
                "Platform",
                "TextFormats",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
            ],
            swiftSettings: settings),
        .target(
            name: "NumberVerificationSimulator",
            dependencies: [
                "HTTP1",
                "JSON",
                "NumberVerification",
                "Platform",
                "TextFormats",
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
            ],
            swiftSettings: settings),

        // The rules: where the two meet.
        .target(
            name: "MoondialRules",
            dependencies: [
                "JSON",
                "MoondialLua",
                "MoondialStore",
                "NumberVerification",
                "Platform",
                "TextFormats",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: settings),
        // What rules remember. Knows neither Lua nor rules.
        .target(
            name: "MoondialStore",
            dependencies: [
                "Platform",
                "TextFormats",
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: settings),
        // A client of Redis: knows nothing of what is kept there.
        .target(
            name: "RedisClient",
            dependencies: [
                "Platform",
                "RESP",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
            ],
            swiftSettings: settings),
        .target(
            name: "MoondialStoreRedis",
            dependencies: [
                "MoondialStore",
                "RESP",
                "RedisClient",
                "TextFormats",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: settings),
        .target(
            name: "MoondialStoreSQLite",
            dependencies: [
                "MoondialStore",
                "Platform",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings),

        // What people see of runs and errors, as text.
        .target(
            name: "MoondialPresentation",
            dependencies: [
                "JSON", "MoondialLua", "MoondialRules", "MoondialStore", "NumberVerification", "TextFormats",
            ],
            swiftSettings: settings),
        .target(
            name: "MoondialConsole",
            dependencies: [
                "JSON",
                "MoondialLua",
                "MoondialPresentation",
                "MoondialRules",
                "MoondialStore",
                "MoondialWorkbench",
                "NumberVerification",
                "NumberVerificationSimulator",
                "Platform",
                "TextFormats",
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            swiftSettings: settings),
        // The rules behind a port.
        .target(
            name: "MoondialGateway",
            dependencies: [
                "HTTP1",
                "JSON",
                "MoondialRules",
                "MoondialStore",
                "NumberVerification",
                "Platform",
                "TextFormats",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "NIOTLS", package: "swift-nio"),
            ],
            swiftSettings: settings),
        // What is known of a rulebook before it is deployed.
        .target(
            name: "MoondialWorkbench",
            dependencies: [
                "HTTP1",
                "JSON",
                "LuaCheck",
                "LuaSyntax",
                "MoondialLua",
                "MoondialPresentation",
                "MoondialRules",
                "MoondialStore",
                "NumberVerification",
                "NumberVerificationSimulator",
                "Platform",
                "TextFormats",
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings),
        // The rules inside other programs.
        .target(
            name: "MoondialEmbedding",
            dependencies: [
                "JSON",
                "MoondialPresentation",
                "MoondialRules",
                "NumberVerification",
                "NumberVerificationSimulator",
                "Platform",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings),
        // Such a program, which sees what is public and nothing else.
        .executableTarget(
            name: "EmbeddedRules",
            dependencies: [
                "MoondialEmbedding",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "examples/embedding", packageAccess: false, swiftSettings: settings),
        .executableTarget(
            name: "moondial",
            dependencies: [
                "JSON",
                "LuaCheck",
                "MoondialConsole",
                "MoondialGateway",
                "MoondialLua",
                "MoondialPresentation",
                "MoondialRules",
                "MoondialStore",
                "MoondialStoreRedis",
                "MoondialStoreSQLite",
                "MoondialWorkbench",
                "NumberVerification",
                "NumberVerificationSimulator",
                "Platform",
                "RedisClient",
                "TextFormats",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
                .product(name: "Yams", package: "Yams"),
            ],
            swiftSettings: settings),

        // What scripts/bench measures.
        .executableTarget(
            name: "MoondialBenchmarks",
            dependencies: [
                "MoondialLua",
                "MoondialRules",
                "MoondialStore",
                "MoondialStoreRedis",
                "MoondialStoreSQLite",
                "MoondialWorkbench",
                "NumberVerification",
                "NumberVerificationSimulator",
                "Platform",
                "RedisClient",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings),

        // What tests start programs with.
        .target(name: "CChildProcesses", path: "Tests/CChildProcesses"),
        .target(
            name: "ChildProcesses",
            dependencies: ["CChildProcesses", .product(name: "NIOConcurrencyHelpers", package: "swift-nio")],
            path: "Tests/ChildProcesses", swiftSettings: settings),

        // What tests of servers speak with.
        .target(
            name: "RawConnections",
            dependencies: [
                "HTTP1", .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Tests/RawConnections", swiftSettings: settings),

        // What tests and fuzzing draw their cases from.
        .target(
            name: "Generators", dependencies: ["TextFormats"], path: "Tests/Generators", swiftSettings: settings),

        // Where tests keep their files.
        .target(name: "TemporaryFolders", path: "Tests/TemporaryFolders", swiftSettings: settings),

        // What tests wait by.
        .target(
            name: "ProcessorClocks", dependencies: ["Platform"], path: "Tests/ProcessorClocks", swiftSettings: settings),

        // The cases that every store passes.
        .target(
            name: "StoreTesting",
            dependencies: ["ChildProcesses", "MoondialStore", .product(name: "NIOCore", package: "swift-nio")],
            path: "Tests/StoreTesting", swiftSettings: settings),

        // A process that uses a store beside others.
        .executableTarget(
            name: "StoreProcess",
            dependencies: [
                "MoondialStore",
                "MoondialStoreRedis",
                "MoondialStoreSQLite",
                "RedisClient",
                "StoreTesting",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Tests/StoreProcess", swiftSettings: settings),

        // Redis servers, real and played, and clients for tests.
        .target(
            name: "RedisServers",
            dependencies: [
                "ChildProcesses",
                "Platform",
                "RESP",
                "RedisClient",
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            path: "Tests/RedisServers", swiftSettings: settings),

        // At which tests sit.
        .target(name: "CTerminalWidths", path: "Tests/CTerminalWidths"),
        .target(
            name: "PseudoTerminals",
            dependencies: [
                "CTerminalWidths",
                "MoondialConsole",
                "MoondialPresentation",
                "MoondialRules",
                "Platform",
            ],
            path: "Tests/PseudoTerminals", swiftSettings: settings),

        // What scripts/fuzz runs.
        .executableTarget(
            name: "MoondialFuzz",
            dependencies: [
                "ChildProcesses",
                "Generators",
                "HTTP1",
                "JSON",
                "MoondialConsole",
                "MoondialLua",
                "MoondialRules",
                "NumberVerification",
                "NumberVerificationSimulator",
                "Platform",
                "ProcessorClocks",
                "TextFormats",
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings),

        .testTarget(
            name: "MoondialLuaTests",
            dependencies: [
                "ChildProcesses",
                "Generators",
                "MoondialLua",
                "ProcessorClocks",
                "TextFormats",
            ],
            swiftSettings: settings),
        .testTarget(
            name: "LuaSyntaxTests", dependencies: ["Generators", "LuaSyntax", "MoondialLua"], swiftSettings: settings),
        .testTarget(name: "TextFormatsTests", dependencies: ["TextFormats"], swiftSettings: settings),
        .testTarget(
            name: "JSONTests",
            dependencies: [
                "Generators",
                "JSON",
                "TextFormats",
            ], resources: [.copy("Fixtures")],
            swiftSettings: settings),
        .testTarget(
            name: "PlatformTests",
            dependencies: ["Platform", .product(name: "NIOConcurrencyHelpers", package: "swift-nio")],
            swiftSettings: settings),
        .testTarget(
            name: "RESPTests",
            dependencies: [
                "Generators",
                "RESP",
                "TextFormats",
                .product(name: "NIOCore", package: "swift-nio"),
            ],
            resources: [.copy("Fixtures")],
            swiftSettings: settings),
        .testTarget(
            name: "NumberVerificationTests",
            dependencies: [
                "Generators",
                "HTTP1",
                "JSON",
                "NumberVerification",
                "NumberVerificationSimulator",
                "Platform",
                "TextFormats",
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "NIOSSL", package: "swift-nio-ssl"),
            ],
            resources: [.copy("Fixtures")],
            swiftSettings: settings),
        .testTarget(
            name: "NumberVerificationSimulatorTests",
            dependencies: [
                "HTTP1",
                "JSON",
                "NumberVerification",
                "NumberVerificationSimulator",
                "RawConnections",
                "TextFormats",
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "MoondialRulesTests",
            dependencies: [
                "Generators",
                "HTTP1",
                "JSON",
                "MoondialLua",
                "MoondialPresentation",
                "MoondialRules",
                "MoondialStore",
                "NumberVerification",
                "NumberVerificationSimulator",
                "ProcessorClocks",
                "StoreTesting",
                "TemporaryFolders",
                "TextFormats",
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            resources: [.copy("Attacks")],
            swiftSettings: settings),
        .testTarget(
            name: "LuaCheckTests",
            dependencies: [
                "Generators",
                "JSON",
                "LuaCheck",
                "LuaSyntax",
                "MoondialLua",
                "MoondialRules",
                "MoondialWorkbench",
            ],
            resources: [.copy("Corpus")],
            swiftSettings: settings),
        .testTarget(
            name: "MoondialStoreTests",
            dependencies: [
                "Generators",
                "MoondialStore",
                "StoreTesting",
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "RedisClientTests",
            dependencies: [
                "RESP",
                "RedisClient",
                "RedisServers",
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "MoondialStoreRedisTests",
            dependencies: [
                "Generators",
                "MoondialStore",
                "MoondialStoreRedis",
                "RESP",
                "RedisClient",
                "RedisServers",
                "StoreProcess",
                "StoreTesting",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "MoondialStoreSQLiteTests",
            dependencies: [
                "Generators",
                "MoondialStore",
                "MoondialStoreSQLite",
                "StoreProcess",
                "StoreTesting",
                "TemporaryFolders",
                .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "MoondialPresentationTests", dependencies: ["MoondialPresentation"], swiftSettings: settings),
        .testTarget(
            name: "MoondialConsoleTests",
            dependencies: [
                "ChildProcesses",
                "Generators",
                "JSON",
                "MoondialConsole",
                "MoondialLua",
                "MoondialPresentation",
                "MoondialRules",
                "NumberVerification",
                "NumberVerificationSimulator",
                "Platform",
                "ProcessorClocks",
                "PseudoTerminals",
                "TemporaryFolders",
                "TextFormats",
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "MoondialGatewayTests",
            dependencies: [
                "HTTP1",
                "JSON",
                "MoondialGateway",
                "MoondialLua",
                "MoondialRules",
                "MoondialStore",
                "NumberVerification",
                "NumberVerificationSimulator",
                "Platform",
                "RawConnections",
                "StoreTesting",
                "TemporaryFolders",
                "TextFormats",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "NIOConcurrencyHelpers", package: "swift-nio"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "MoondialWorkbenchTests",
            dependencies: [
                "Generators",
                "HTTP1",
                "JSON",
                "MoondialLua",
                "MoondialPresentation",
                "MoondialRules",
                "MoondialWorkbench",
                "NumberVerification",
                "NumberVerificationSimulator",
                "TextFormats",
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
            ],
            swiftSettings: settings),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "ChildProcesses", "EmbeddedRules", "Platform", "PseudoTerminals", "TemporaryFolders", "moondial",
            ],
            swiftSettings: settings),
    ]
)
