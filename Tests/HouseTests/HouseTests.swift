import Foundation
import Testing

/// The order of the rooms: `Package.swift` says what each may import, and the comment above its targets what it never may.
@Suite("The house")
struct HouseTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/../.."

    /// What a room never imports, neither by itself nor by way of another: as in the comment of `Package.swift`.
    private static let nevers: [String: Set<String>] = [
        "Model": ["Store", "HTTP", "JSON", "MariaDB", "Redis", "Crypto"],
        "Mail": ["Store", "HTTP", "MariaDB", "Curl", "POSIX"],
        "Store": ["HTTP", "FastCGI", "Redis", "Curl", "API"],
        "Signals": ["Store", "HTTP", "API"],
        "SignIn": ["Store", "HTTP", "MariaDB", "Redis", "API", "Work", "Access"],
        "Journal": ["Webhooks", "Curl", "HTTP", "FastCGI", "Redis"],
        "Webhooks": ["HTTP", "FastCGI", "API", "Pages"],
        "Pages": ["HTTP", "FastCGI", "API", "Webhooks"],
        "LinkStore": ["HTTP", "Redis", "DeliveryStore", "AnalyticsStore", "AccountStore"],
        "DeliveryStore": ["HTTP", "Curl", "Webhooks", "AnalyticsStore"],
        "AnalyticsStore": ["HTTP", "Journal", "DeliveryStore"],
        "AccountStore": ["HTTP", "Redis", "DeliveryStore", "AnalyticsStore"],
        "Work": ["HTTP", "API", "FastCGI", "Webhooks", "Journal", "Access"],
        "Contract": ["API", "Access", "Visits"],
        "Access": ["Work", "API", "Journal", "Pages"],
        "Visits": ["Work", "API", "Webhooks", "DNS"],
        "API": ["FastCGI", "Bootstrap", "Operations", "PeopleResources", "Resources"],
        "PeopleResources": ["FastCGI", "Bootstrap", "Operations", "Resources"],
        "Resources": ["FastCGI", "Bootstrap", "Operations"],
        "Bootstrap": ["API", "FastCGI", "Images", "Pages", "HTTP"],
        "Operations": ["FastCGI", "API", "Application"],
        "mask-webhooks": ["API", "FastCGI", "HTTP", "Images", "Pages"],
        "maskctl": ["FastCGI", "Application"],
        "Documentation": ["FastCGI", "Operations", "Application"],
    ]

    private static func text(_ path: String) throws -> String {
        try String(contentsOfFile: root + "/" + path, encoding: .utf8)
    }

    private static func files(in folder: String) throws -> [String] {
        try #require(FileManager.default.enumerator(atPath: root + "/" + folder)).compactMap { $0 as? String }
            .map { folder + "/" + $0 }
    }

    /// The targets in `Sources` and what each depends on, in the order of `Package.swift`.
    private static func rooms() throws -> [(name: String, dependencies: Set<String>)] {
        try text("Package.swift").split(separator: "\n").compactMap { line in
            guard let name = line.firstMatch(of: /^ +\.(?:target|executableTarget)\(name: "([\w-]+)"/)?.output.1,
                FileManager.default.fileExists(atPath: "\(root)/Sources/\(name)")
            else { return nil }
            let list = line.firstMatch(of: /dependencies: \[(.*)\]/)?.output.1 ?? ""
            let products = list.replacing(/\.product\(name: "(\w+)", package: "[\w-]+"\)/) { "\"\($0.output.1)\"" }
            return (String(name), Set(products.matches(of: /"(\w+)"/).map { String($0.output.1) }))
        }
    }

    /// The modules of the package that the files of a room import.
    private static func imports(of room: String) throws -> Set<String> {
        var found: Set<String> = []
        for file in try files(in: "Sources/" + room) where file.hasSuffix(".swift") {
            found.formUnion(try text(file).matches(of: /(?m)^(?:@\w+ )?import (\w+)/).map { String($0.output.1) })
        }
        return found
    }

    @Test("a room depends only on rooms above it")
    func order() throws {
        let rooms = try Self.rooms()
        try #require(rooms.count > 20)
        let names = rooms.map(\.name)
        for (place, room) in rooms.enumerated() {
            let below = room.dependencies.intersection(names[place...])
            #expect(below.isEmpty, "\(room.name) depends on \(below), which stand below it")
        }
    }

    @Test("a room imports only what it depends on, or what those depend on")
    func imports() throws {
        var reach: [String: Set<String>] = [:]
        let rooms = try Self.rooms()
        let known = Set(rooms.map(\.name))
        for room in rooms {
            reach[room.name] = room.dependencies.union(room.dependencies.flatMap { reach[$0] ?? [] })
            let strangers = try Self.imports(of: room.name).intersection(known).subtracting(reach[room.name] ?? [])
            #expect(strangers.isEmpty, "\(room.name) imports \(strangers)")
        }
    }

    @Test("no room reaches what it must not, by whatever way", arguments: nevers.keys.sorted())
    func never(room: String) throws {
        var reach: [String: Set<String>] = [:]
        for room in try Self.rooms() {
            reach[room.name] = room.dependencies.union(room.dependencies.flatMap { reach[$0] ?? [] })
        }
        let reached = try #require(reach[room], "there is no room \(room)")
        let forbidden = reached.intersection(Self.nevers[room] ?? [])
        #expect(forbidden.isEmpty, "\(room) reaches \(forbidden)")
    }

    @Test("the API asks by the Store's questions and changes by Work's changes: it has no SQL of its own")
    func noSQL() throws {
        for room in ["API", "PeopleResources", "Resources", "Contract", "Access"] { #expect(try !Self.imports(of: room).contains("MariaDB"), "\(room)") }
    }

    @Test("no room has more than 4,000 lines, and no file more than 350")
    func sizes() throws {
        for room in try Self.rooms() {
            let files = try Self.files(in: "Sources/" + room.name).filter { $0.hasSuffix(".swift") }
            let lines = try files.map { (file: $0, count: try Self.text($0).split(separator: "\n", omittingEmptySubsequences: false).count - 1) }
            #expect(lines.reduce(0) { $0 + $1.count } <= 4000, "\(room.name)")
            #expect(lines.filter { $0.count > 350 }.isEmpty)
        }
    }

    @Test("no function takes more than five values; what needs more takes a value that has them")
    func parameters() throws {
        for file in try Self.files(in: "Sources") where file.hasSuffix(".swift") {
            let text = try Self.text(file)
            for function in text.matches(of: /\bfunc [^\s(<]+(?:<[^>]*>)?\(/) {
                #expect(Self.parameters(text[function.range.upperBound...]) <= 5, "\(function.output) in \(file)")
            }
        }
    }

    /// How many parameters a list has, which begins behind its parenthesis.
    private static func parameters(_ list: Substring) -> Int {
        var (depth, commas, isEmpty, last) = (0, 0, true, Character(" "))
        for character in list {
            switch character {
            case ")" where depth == 0: return isEmpty ? 0 : commas + 1
            case "(", "[", "{", "<": depth += 1
            case ")", "]", "}": depth -= 1
            case ">" where last != "-": depth -= 1
            case "," where depth == 0: commas += 1
            default: break
            }
            isEmpty = isEmpty && character.isWhitespace
            last = character
        }
        return 0
    }

    @Test("the dashboard lists the routes of each scope as the table of routes has them")
    func routesOfScopes() throws {
        let names = try Self.text("Sources/Model/Scope.swift").matches(of: /case (\w+) = "([\w:]+)"/)
        let scopes = Dictionary(uniqueKeysWithValues: names.map { (String($0.output.1), String($0.output.2)) })
        var routes: [String: [String]] = [:]
        for route in try Self.text("Sources/Resources/Routes.swift").matches(of: /Route\(\.(\w+), "(\S+)", \.(\w+),/) {
            let scope = try #require(scopes[String(route.output.3)])
            routes[scope, default: []].append("\(route.output.1.uppercased()) \(route.output.2)")
        }
        try #require(routes.count == scopes.count)
        let listed = try Self.text("nginx/www/assets/js/scope-routes.js").matches(of: /'([a-z]+:[a-z]+)': \[([^\]]*)\]/).map { entry in
            (String(entry.output.1), entry.output.2.matches(of: /'([A-Z]+ [^']+)'/).map { String($0.output.1) })
        }
        #expect(Dictionary(uniqueKeysWithValues: listed) == routes)
    }

    @Test("the README has at most 250 lines")
    func brevity() throws {
        #expect(try Self.text("README.md").split(separator: "\n", omittingEmptySubsequences: false).count - 1 <= 250)
    }

    @Test("each file that the README and the developer's index lead to is there", arguments: ["README.md", "Sources/README.md", "Tests/Bench/README.md"])
    func links(page: String) throws {
        let folder = Self.root + "/" + page.prefix(upTo: page.lastIndex(of: "/") ?? page.startIndex)
        let links = try Self.text(page).matches(of: /\]\(([^)#]+)(?:#[^)]*)?\)/).map { String($0.output.1) }.filter { !$0.contains("://") }
        try #require(!links.isEmpty)
        for link in links { #expect(FileManager.default.fileExists(atPath: "\(folder)/\(link)"), "\(link)") }
    }

    @Test("the developer's index has each room, in this order")
    func table() throws {
        let readme = try Self.text("Sources/README.md")
        let start = try #require(readme.range(of: "| Room | What it does |"))
        let table = readme[start.upperBound...].prefix(upTo: readme.range(of: "\n\n", range: start.upperBound..<readme.endIndex)?.lowerBound ?? readme.endIndex)
        let told = table.matches(of: /(?m)^\| ((?:`[\w-]+` ?)+)\|/).flatMap { row in
            row.output.1.matches(of: /`([\w-]+)`/).map { String($0.output.1) }
        }
        let rooms = try Self.rooms().map(\.name)
        #expect(told == rooms)
    }

    @Test("only its wrapper imports a C library")
    func wrappers() throws {
        var users: [String: Set<String>] = [:]
        for room in try Self.rooms() {
            for module in try Self.imports(of: room.name) where module.wholeMatch(of: /C[A-Z]\w+/) != nil {
                users[module, default: []].insert(room.name)
            }
        }
        // Functions that Swift's Glibc leaves out are of no library.
        for (module, rooms) in users where module != "CLinux" { #expect(rooms.count == 1, "\(module) is imported by \(rooms)") }
    }

    @Test("each file that the developer's index names to find a sentence by is there")
    func index() throws {
        let readme = try Self.text("Sources/README.md")
        let start = try #require(readme.range(of: "\n## Where to find what\n"))
        let end = readme.range(of: "\n## ", range: start.upperBound..<readme.endIndex)?.lowerBound ?? readme.endIndex
        let index = readme[start.upperBound..<end]
        let files = try ["Sources", "Tests", "nginx", "sql", "systemd"].flatMap(Self.files(in:))
        let names = index.matches(of: /`([\w\/+@.-]+\.(?:swift|sh|conf|sql|service|yml)|[\w-]+\/[\w\/-]*\/?)`/).map { String($0.output.1) }
        try #require(names.count > 60)
        for name in names {
            #expect(files.contains { $0.hasSuffix("/" + name.trimming("/")) || $0 == name.trimming("/") }, "\(name)")
        }
    }
}

extension String {
    fileprivate func trimming(_ end: Character) -> String { last == end ? String(dropLast()) : self }
}
