// swift-tools-version: 6.0
import PackageDescription

// One line for each target, which depends only on targets above it: the order here is the architecture.

/// A release is optimised across targets: the walls between them are for readers.
let optimised: [SwiftSetting] = [.unsafeFlags(["-cross-module-optimization"], .when(configuration: .release))]
/// Relocations in the format of `.relr.dyn` (glibc 2.36), which lld writes: 2 MB less of each program. What two programs have in common
/// is in the package once while each of them is smaller than the 64 MiB that xz looks back.
let compact: [LinkerSetting] = [
    .unsafeFlags(["-use-ld=lld", "-Xlinker", "-z", "-Xlinker", "pack-relative-relocs"], .when(configuration: .release))
]

let package = Package(
    name: "mask",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
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
        // Debian's has no file for pkg-config.
        .systemLibrary(name: "CZxcvbn", providers: [.apt(["libzxcvbn-dev"])]),
        .systemLibrary(name: "CQRencode", pkgConfig: "libqrencode", providers: [.apt(["libqrencode-dev"])]),
        .systemLibrary(name: "CCmark", pkgConfig: "libcmark-gfm", providers: [.apt(["libcmark-gfm-dev", "libcmark-gfm-extensions-dev"])]),

        // Wrappers and foundations: they know nothing of links.
        .target(name: "Threads", dependencies: [.product(name: "OrderedCollections", package: "swift-collections")], swiftSettings: optimised),
        .target(name: "POSIX", swiftSettings: optimised),
        .target(name: "Text", swiftSettings: optimised),
        .target(name: "JSON", dependencies: ["Text"], swiftSettings: optimised),
        .target(name: "IDN", dependencies: ["CIDN2"], swiftSettings: optimised),
        .target(name: "DNS", dependencies: ["CAres", "Threads"], swiftSettings: optimised),
        .target(name: "MariaDB", dependencies: ["CMariaDB", "Threads"], swiftSettings: optimised),
        .target(name: "Redis", dependencies: ["CHiredis", "Threads"], swiftSettings: optimised),
        .target(name: "Crypto", dependencies: ["COpenSSL"], swiftSettings: optimised),
        .target(name: "Curl", dependencies: ["CCurl", "Threads"], swiftSettings: optimised),
        .target(name: "Images", dependencies: ["CLinux", "CPNG", "CTurboJPEG", "CWebP", "Text", "Threads"], swiftSettings: optimised),
        .target(name: "Metrics", dependencies: ["CLinux", "Threads"], swiftSettings: optimised),
        .target(name: "Systemd", dependencies: ["CSystemd", .product(name: "Logging", package: "swift-log")], swiftSettings: optimised),
        .target(name: "HTTP", dependencies: ["JSON", "Text"], swiftSettings: optimised),
        .target(name: "FastCGI", dependencies: ["CLinux", "HTTP", "POSIX", "Text", "Threads", .product(name: "Logging", package: "swift-log")], swiftSettings: optimised),

        // The application. What a room never reaches, not even by way of another (HouseTests has the whole list): Model and
        // Mail no Store; Store and Work no HTTP; Journal no Webhooks; Access and Visits no Work and no API; API no FastCGI, and no SQL
        // of its own; Bootstrap no API, so that mask-webhooks links none of it; Operations neither API nor Application.
        .target(name: "Model", dependencies: ["IDN", "Text"], swiftSettings: optimised),
        .target(name: "Mail", dependencies: ["Crypto", "JSON", "Model", "Text"], swiftSettings: optimised),
        .target(name: "Store", dependencies: ["Metrics", "MariaDB", "Model", "Crypto", "JSON", "Text", "Threads"], swiftSettings: optimised),
        .target(name: "LinkStore", dependencies: ["Store", "MariaDB", "Model", "Text"], swiftSettings: optimised),
        .target(name: "DeliveryStore", dependencies: ["Store", "MariaDB", "Model", "JSON", "Text"], swiftSettings: optimised),
        .target(name: "AnalyticsStore", dependencies: ["Store", "MariaDB", "Model", "Crypto", "JSON", "Text"], swiftSettings: optimised),
        .target(name: "AccountStore", dependencies: ["Mail", "Store", "MariaDB", "Model", "Crypto", "Text"], swiftSettings: optimised),
        .target(name: "Signals", dependencies: ["Metrics", "Model", "Redis"], swiftSettings: optimised),
        .target(name: "SignIn", dependencies: ["Crypto", "CZxcvbn", "JSON", "Text"], swiftSettings: optimised),
        .target(name: "Journal", dependencies: ["AnalyticsStore", "CLinux", "DeliveryStore", "Metrics", "LinkStore", "Store", "Crypto", "JSON", "POSIX", "Text", "Threads", .product(name: "Logging", package: "swift-log")], swiftSettings: optimised),
        .target(name: "QRCodes", dependencies: ["CQRencode", "Images", "Model", "Crypto"], swiftSettings: optimised),
        .target(name: "Webhooks", dependencies: ["AccountStore", "DeliveryStore", "Mail", "Metrics", "Store", "Curl", "Crypto", "JSON", "Model", "Threads", .product(name: "Logging", package: "swift-log")], swiftSettings: optimised),
        .target(name: "Pages", dependencies: ["CLinux", "Crypto", "CZlib", "QRCodes", "LinkStore", "Store", "JSON", "Model", "POSIX", "Text", "Threads", .product(name: "Mustache", package: "swift-mustache"), .product(name: "Logging", package: "swift-log")], swiftSettings: optimised),
        .target(name: "Work", dependencies: ["AccountStore", "AnalyticsStore", "Crypto", "DeliveryStore", "DNS", "Images", "JSON", "Mail", "MariaDB", "Metrics", "Model", "Pages", "Redis", "Signals", "LinkStore", "Store", "Text", "Threads"], swiftSettings: optimised),
        .target(name: "Access", dependencies: ["SignIn", "AccountStore", "Crypto", "HTTP", "Metrics", "Model", "Redis", "Signals", "Store", "Threads"], swiftSettings: optimised),
        .target(name: "Visits", dependencies: ["Access", "AnalyticsStore", "Crypto", "HTTP", "Journal", "Metrics", "Model", "Pages", "POSIX", "QRCodes", "Signals", "LinkStore", "Store", "Threads", .product(name: "Logging", package: "swift-log"), .product(name: "OrderedCollections", package: "swift-collections")], swiftSettings: optimised),
        .target(name: "Contract", dependencies: ["AccountStore", "AnalyticsStore", "DeliveryStore", "HTTP", "JSON", "Model", "Pages", "QRCodes", "LinkStore", "Store", "Text", "Work"], swiftSettings: optimised),
        .target(name: "API", dependencies: ["AccountStore", "Access", "AnalyticsStore", "Contract", "DeliveryStore", "Metrics", "Visits", "Work", "HTTP", "JSON", "Text", "Store", "Webhooks", "Journal", "QRCodes", "Pages", "Images", "DNS", "Redis", "Signals", "Crypto", "POSIX", "Threads", .product(name: "Logging", package: "swift-log")], swiftSettings: optimised),
        .target(name: "PeopleResources", dependencies: ["Crypto", "SignIn", "AccountStore", "Access", "API", "Contract", "HTTP", "JSON", "Model", "Store", "Text", "Threads", "Work"], swiftSettings: optimised),
        .target(name: "Resources", dependencies: ["PeopleResources", "Crypto", "SignIn", "AccountStore", "Access", "AnalyticsStore", "API", "Contract", "DeliveryStore", "DNS", "HTTP", "Images", "JSON", "Model", "Pages", "QRCodes", "Signals", "LinkStore", "Store", "Text", "Threads", "Visits", "Webhooks", "Work"], swiftSettings: optimised),
        .target(name: "Bootstrap", dependencies: ["Curl", "Mail", "Metrics", "LinkStore", "Store", "Redis", "Signals", "Webhooks", "Systemd", "POSIX", "Text", .product(name: "Logging", package: "swift-log")], swiftSettings: optimised),
        .target(name: "Application", dependencies: ["API", "Resources", "CLinux", "Visits", "Bootstrap", "FastCGI", "Journal", "Pages", "DNS", "Systemd", .product(name: "Logging", package: "swift-log")], swiftSettings: optimised),
        .target(name: "Operations", dependencies: ["AccountStore", "AnalyticsStore", "DeliveryStore", "Bootstrap", "Curl", "Images", "Journal", "Mail", "Pages", "POSIX", "Work"], swiftSettings: optimised),

        .target(name: "Documentation", dependencies: ["API", "Bootstrap", "CCmark", "Contract", "Crypto", "JSON", "Model", "Pages", "POSIX", "Resources", "Text", .product(name: "Mustache", package: "swift-mustache")], swiftSettings: optimised),

        // The programs.
        .executableTarget(name: "mask-worker", dependencies: ["Application"], swiftSettings: optimised, linkerSettings: compact),
        .executableTarget(name: "mask-webhooks", dependencies: ["Bootstrap", .product(name: "ArgumentParser", package: "swift-argument-parser")], swiftSettings: optimised, linkerSettings: compact),
        .executableTarget(name: "maskctl", dependencies: ["Documentation", "Operations", "Signals", "Work", .product(name: "ArgumentParser", package: "swift-argument-parser")], swiftSettings: optimised, linkerSettings: compact),

        // Tests: one target per module, and one that looks at the order above; Support brings up real servers, EndToEnd goes through nginx.
        .target(name: "Support", dependencies: ["Application", "CCurl", "Threads"], path: "Tests/Support"),
        // What a browser and an authenticator do, in software: for all that asks for passkeys.
        .target(name: "Authenticators", dependencies: ["Crypto", "SignIn", "COpenSSL"], path: "Tests/Authenticators"),
        .testTarget(name: "HouseTests"),
        .testTarget(name: "ThreadsTests", dependencies: ["Threads"]),
        .testTarget(name: "SystemdTests", dependencies: ["Systemd", "Support"]),
        .testTarget(name: "MetricsTests", dependencies: ["Metrics", "Support"]),
        .testTarget(name: "TextTests", dependencies: ["Text"]),
        .testTarget(name: "JSONTests", dependencies: ["JSON"]),
        .testTarget(name: "IDNTests", dependencies: ["IDN"]),
        .testTarget(name: "DNSTests", dependencies: ["DNS", "Support"]),
        .testTarget(name: "MariaDBTests", dependencies: ["MariaDB", "Support"]),
        .testTarget(name: "RedisTests", dependencies: ["Redis", "Support"]),
        .testTarget(name: "CryptoTests", dependencies: ["Crypto", "Text"]),
        .testTarget(name: "CurlTests", dependencies: ["Curl", "Support"]),
        .testTarget(name: "ImagesTests", dependencies: ["CZlib", "Images"]),
        .testTarget(name: "HTTPTests", dependencies: ["HTTP"]),
        .testTarget(name: "FastCGITests", dependencies: ["FastCGI", "Support"]),
        .testTarget(name: "ModelTests", dependencies: ["Model"], exclude: ["UserAgents"]),
        .testTarget(name: "MailTests", dependencies: ["Mail"]),
        .testTarget(name: "StoreTests", dependencies: ["AccountStore", "AnalyticsStore", "DeliveryStore", "Operations", "LinkStore", "Store", "Support"]),
        .testTarget(name: "SignalsTests", dependencies: ["Signals", "Support"]),
        .testTarget(name: "SignInTests", dependencies: ["Authenticators", "SignIn"]),
        .testTarget(name: "QRCodesTests", dependencies: ["QRCodes", "Support"]),
        .testTarget(name: "WebhooksTests", dependencies: ["Webhooks", "Support"]),
        .testTarget(name: "JournalTests", dependencies: ["Journal", "Support"]),
        .testTarget(name: "PagesTests", dependencies: ["Pages", "Support"]),
        .testTarget(name: "WorkTests", dependencies: ["Work", "Support"]),
        .testTarget(name: "APITests", dependencies: ["API", "Application", "Authenticators", "Contract", "PeopleResources", "Resources", "Support"]),
        .testTarget(name: "BootstrapTests", dependencies: ["Bootstrap", "Support"]),
        .testTarget(name: "OperationsTests", dependencies: ["Operations", "Support"]),
        .testTarget(name: "DocumentationTests", dependencies: ["Documentation", "Support"]),
        .testTarget(name: "EndToEndTests", dependencies: ["Support"], path: "Tests/EndToEnd"),
    ],
    swiftLanguageModes: [.v6]
)

// Tests/fuzz.sh alone builds it: it is linked with libFuzzer.
if Context.environment["MASK_FUZZ_BUILD"] == "1" {
    package.targets.append(
        .executableTarget(
            name: "Fuzz", dependencies: ["HTTP", "FastCGI", "DNS", "Images", "Model", "SignIn", "Crypto", "Text"], path: "Tests/Fuzz", exclude: ["corpus"],
            swiftSettings: [.unsafeFlags(["-parse-as-library"])]))
}
