// swift-tools-version: 6.0
import PackageDescription

/// One line per room. A target depends only on targets above it: the order here is the architecture.
/// A release is optimised across rooms: the walls between them are for readers.
let optimised: [SwiftSetting] = [.unsafeFlags(["-cross-module-optimization"], .when(configuration: .release))]

let package = Package(
    name: "mask",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
    ],
    targets: [
        // C libraries: the only places that name a C header.
        .systemLibrary(name: "CMariaDB", pkgConfig: "libmariadb", providers: [.apt(["libmariadb-dev"])]),
        .systemLibrary(name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        // Without pkg-config: all that it says of hiredis is a flag that 64-bit systems need not have, and SwiftPM warns of.
        .systemLibrary(name: "CHiredis", providers: [.apt(["libhiredis-dev"])]),
        .systemLibrary(name: "CIDN2", pkgConfig: "libidn2", providers: [.apt(["libidn2-dev"])]),
        .systemLibrary(name: "CAres", pkgConfig: "libcares", providers: [.apt(["libc-ares-dev"])]),
        .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(name: "CCurl", pkgConfig: "libcurl", providers: [.apt(["libcurl4-openssl-dev"])]),
        .systemLibrary(name: "CLinux"),
        .systemLibrary(name: "CSystemd", pkgConfig: "libsystemd", providers: [.apt(["libsystemd-dev"])]),
        .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
        .systemLibrary(name: "CTurboJPEG", pkgConfig: "libturbojpeg", providers: [.apt(["libturbojpeg0-dev"])]),
        .systemLibrary(name: "CWebP", pkgConfig: "libwebp", providers: [.apt(["libwebp-dev"])]),
        .systemLibrary(name: "CQRencode", pkgConfig: "libqrencode", providers: [.apt(["libqrencode-dev"])]),

        // Wrappers and foundations: they know nothing of links.
        .target(name: "Threads", swiftSettings: optimised),
        .target(name: "Systemd", dependencies: ["CSystemd", .product(name: "Logging", package: "swift-log")], swiftSettings: optimised),
        .target(name: "Metrics", dependencies: ["CLinux", "Threads"], swiftSettings: optimised),
        .target(name: "IDN", dependencies: ["CIDN2"], swiftSettings: optimised),
        .target(name: "DNS", dependencies: ["CAres", "Threads"], swiftSettings: optimised),
        .target(name: "MariaDB", dependencies: ["CMariaDB", "Threads"], swiftSettings: optimised),
        .target(name: "Redis", dependencies: ["CHiredis", "Threads"], swiftSettings: optimised),
        .target(name: "Crypto", dependencies: ["COpenSSL"], swiftSettings: optimised),
        .target(name: "Curl", dependencies: ["CCurl", "Threads"], swiftSettings: optimised),
        .target(name: "Images", dependencies: ["CLinux", "CPNG", "CTurboJPEG", "CWebP", "Threads"], swiftSettings: optimised),
        .target(name: "HTTP", swiftSettings: optimised),
        .target(name: "FastCGI", dependencies: ["CLinux", "HTTP", "Threads", .product(name: "Logging", package: "swift-log")], swiftSettings: optimised),

        // The application.
        .target(name: "Model", dependencies: ["IDN"], swiftSettings: optimised),
        .target(name: "Store", dependencies: ["Metrics", "MariaDB", "Model", "Crypto", "Threads"], swiftSettings: optimised),
        .target(name: "QRCodes", dependencies: ["CQRencode", "Images", "Model", "Crypto"], swiftSettings: optimised),
        .target(name: "Webhooks", dependencies: ["Metrics", "Store", "Curl", "Crypto", "HTTP", "Model", "Threads", .product(name: "Logging", package: "swift-log")], swiftSettings: optimised),
        .target(name: "Journal", dependencies: ["CLinux", "Metrics", "Store", "Webhooks", "HTTP", "Threads", .product(name: "Logging", package: "swift-log")], swiftSettings: optimised),
        .target(name: "Pages", dependencies: ["CLinux", "CZlib", "QRCodes", "Store", "HTTP", "Model", "Threads", .product(name: "Mustache", package: "swift-mustache"), .product(name: "Logging", package: "swift-log")], swiftSettings: optimised),
        .target(name: "API", dependencies: ["Metrics", "HTTP", "Store", "Webhooks", "Journal", "QRCodes", "Pages", "Images", "DNS", "Redis", "Crypto", "Threads", .product(name: "Logging", package: "swift-log")], swiftSettings: optimised),
        .target(name: "Bootstrap", dependencies: ["Metrics", "API", "Images", "FastCGI", "Webhooks", "Curl", "Systemd", .product(name: "Logging", package: "swift-log")], swiftSettings: optimised),

        // The programs.
        .executableTarget(name: "mask-worker", dependencies: ["Bootstrap"], swiftSettings: optimised),
        .executableTarget(name: "mask-webhooks", dependencies: ["Bootstrap", .product(name: "ArgumentParser", package: "swift-argument-parser")], swiftSettings: optimised),
        .executableTarget(name: "maskctl", dependencies: ["Bootstrap", .product(name: "ArgumentParser", package: "swift-argument-parser")], swiftSettings: optimised),

        // Tests: one target per module; Support brings up real servers, EndToEnd goes through nginx.
        .target(name: "Support", dependencies: ["Bootstrap", "CCurl", "Threads"], path: "Tests/Support"),
        .testTarget(name: "ThreadsTests", dependencies: ["Threads"]),
        .testTarget(name: "SystemdTests", dependencies: ["Systemd", "Support"]),
        .testTarget(name: "MetricsTests", dependencies: ["Metrics", "Support"]),
        .testTarget(name: "IDNTests", dependencies: ["IDN"]),
        .testTarget(name: "DNSTests", dependencies: ["DNS", "Support"]),
        .testTarget(name: "MariaDBTests", dependencies: ["MariaDB", "Support"]),
        .testTarget(name: "RedisTests", dependencies: ["Redis", "Support"]),
        .testTarget(name: "CryptoTests", dependencies: ["Crypto"]),
        .testTarget(name: "CurlTests", dependencies: ["Curl", "Support"]),
        .testTarget(name: "ImagesTests", dependencies: ["Images"]),
        .testTarget(name: "HTTPTests", dependencies: ["HTTP"]),
        .testTarget(name: "FastCGITests", dependencies: ["FastCGI", "Support"]),
        .testTarget(name: "ModelTests", dependencies: ["Model"], exclude: ["UserAgents"]),
        .testTarget(name: "StoreTests", dependencies: ["Store", "Support"]),
        .testTarget(name: "QRCodesTests", dependencies: ["QRCodes", "Support"]),
        .testTarget(name: "WebhooksTests", dependencies: ["Webhooks", "Support"]),
        .testTarget(name: "JournalTests", dependencies: ["Journal", "Support"]),
        .testTarget(name: "PagesTests", dependencies: ["Pages", "Support"]),
        .testTarget(name: "APITests", dependencies: ["API", "Support"]),
        .testTarget(name: "BootstrapTests", dependencies: ["Bootstrap", "Journal", "Support"]),
        .testTarget(name: "EndToEndTests", dependencies: ["Support"], path: "Tests/EndToEnd"),
    ],
    swiftLanguageModes: [.v6]
)

// Tests/fuzz.sh alone builds it: it is linked with libFuzzer.
if Context.environment["MASK_FUZZ_BUILD"] == "1" {
    package.targets.append(
        .executableTarget(
            name: "Fuzz", dependencies: ["HTTP", "FastCGI", "DNS", "Images"], path: "Tests/Fuzz", exclude: ["corpus"],
            swiftSettings: [.unsafeFlags(["-parse-as-library"])]))
}
