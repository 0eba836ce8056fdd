import ArgumentParser
import Bootstrap
import Model
import Work

struct KeyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key", abstract: "API keys.",
        subcommands: [Create.self, List.self, Update.self, Rotate.self, Revoke.self])

    struct Create: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Create a key. It is shown once and stored nowhere.")
        @Option(help: "The workspace's slug.") var workspace: String
        @Option(help: "What the key is for.") var name: String
        @Option(help: "Scopes divided by commas; 'all' is every public one. \(Scope.allCases.map(\.rawValue).joined(separator: ", "))")
        var scopes: Scopes
        @Option(help: "The e-mail address of the member who makes it, whose role ends what it can do.") var member: String?
        @Option(help: "When it ends, in RFC 3339.") var expiresAt: Timestamp?
        @Option(help: "Requests a minute of this key, beside the workspace's limit.") var limit: Int?
        @Flag(help: "A test key: what it makes is in the workspace's sandbox, leads nowhere, and goes after 30 days.") var test = false
        @Option(help: "Where it may be used from: ranges such as 203.0.113.0/24, divided by commas.") var allow: AddressRanges?
        @OptionGroup var output: OutputOptions

        func validate() throws { try validateKey(name: name, limit: limit, expiresAt: expiresAt) }

        func run() throws {
            let office = try openInstallation().office
            let workspace = try office.workspace(workspace)
            let key = APIKey(
                id: .new(), workspace: workspace.id, name: name, isTest: test, scopes: scopes, requestsPerMinute: limit,
                allowedAddresses: allow?.ranges ?? [], creator: try member.map { try office.member($0, of: workspace).id },
                expiresAt: expiresAt, createdAt: .now())
            output.print(try KeyWork(office.assignment(for: workspace)).create(key).make().value)
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List keys by their hints, those that have ended too.")
        @Option(help: "Only this workspace's.") var workspace: String?
        @OptionGroup var output: OutputOptions

        func run() throws {
            let office = try openInstallation().office
            let keys = try office.keys(of: try workspace.map(office.workspace))
            output.print(
                ["id", "hint", "name", "scopes", "expires_at", "revoked_at", "last_used_at", "last_used_from"],
                keys.map { key in
                    [
                        key.id.description, key.hint, key.name, key.scopes.list.map(\.rawValue), key.expiresAt?.rfc3339,
                        key.revokedAt?.rfc3339, key.lastUse?.at.rfc3339, key.lastUse?.address,
                    ]
                })
        }
    }

    struct Update: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Change a key; its next request meets it changed, on every worker.")
        @Argument(help: "key_…") var id: APIKeyID
        @Option(help: "What the key is for.") var name: String?
        @Option(help: "All its scopes, divided by commas.") var scopes: Scopes?
        @Option(help: "When it ends, in RFC 3339.") var expiresAt: Timestamp?
        @Option(help: "Requests a minute of this key, beside the workspace's limit.") var limit: Int?
        @Option(help: "Where it may be used from, divided by commas; 'everywhere' lifts the restriction.") var allow: AddressRanges?

        func validate() throws { try validateKey(name: name, limit: limit, expiresAt: expiresAt) }

        func run() throws {
            let office = try openInstallation().office
            let before = try office.key(id)
            var key = before
            if let name { key.name = name }
            if let scopes { key.scopes = scopes }
            if let expiresAt { key.expiresAt = expiresAt }
            if let limit { key.requestsPerMinute = limit }
            if let allow { key.allowedAddresses = allow.ranges }
            try KeyWork(office.assignment(for: key.workspace)).update(before, to: key).make()
            print("Changed \(key.id), \(key.name).")
        }
    }

    struct Rotate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put a new key in a key's place, in one transaction. It is shown once and stored nowhere.")
        @Argument(help: "key_…") var id: APIKeyID
        @Option(help: "Seconds for which the old key works on, up to 604800 (7 days).") var overlap = 0
        @OptionGroup var output: OutputOptions

        func validate() throws {
            guard (0...604_800).contains(overlap) else { throw ValidationError("The overlap is 0 to 604800 seconds.") }
        }

        func run() throws {
            let office = try openInstallation().office
            let key = try office.key(id)
            output.print(try KeyWork(office.assignment(for: key.workspace)).rotate(key, overlapSeconds: overlap).make().value)
        }
    }

    struct Revoke: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End a key. When this returns, no worker lets it in any more.")
        @Argument(help: "key_…") var id: APIKeyID

        func run() throws {
            let office = try openInstallation().office
            let key = try office.key(id)
            try KeyWork(office.assignment(for: key.workspace)).revoke(key).make()
            print("Revoked \(key.id), \(key.name). No worker lets it in any more.")
        }
    }
}

/// What holds over the API holds here.
private func validateKey(name: String?, limit: Int?, expiresAt: Timestamp?) throws {
    try validateName(name)
    if let limit, !(1...1_000_000_000).contains(limit) { throw ValidationError("A limit is a number from 1.") }
    if let expiresAt, expiresAt <= .now() { throw ValidationError("The end of a key is yet to come.") }
}

extension OutputOptions {
    /// The one time that a key is shown.
    fileprivate func print(_ made: KeyWork.Shown) {
        let key = made.key
        print([
            "key": made.text.text, "id": key.id.description, "name": key.name,
            "scopes": key.scopes.list.map(\.rawValue), "expires_at": key.expiresAt?.rfc3339,
        ])
    }
}

/// Ranges of addresses, divided by commas; none for `everywhere`.
struct AddressRanges: ExpressibleByArgument {
    let ranges: [AddressRange]

    init?(argument: String) {
        if argument == "everywhere" {
            ranges = []
            return
        }
        let read = argument.split(separator: ",").map { try? AddressRange(validating: String($0)) }
        guard !read.isEmpty, read.allSatisfy({ $0 != nil }) else { return nil }
        ranges = read.compactMap(\.self)
    }
}

extension Identifier: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension Timestamp: ExpressibleByArgument {
    public init?(argument: String) { self.init(rfc3339: argument) }
}

extension Scopes: ExpressibleByArgument {
    public init?(argument: String) {
        var scopes: [Scope] = []
        for name in argument.split(separator: ",") {
            if name == "all" {
                scopes += Scope.publicScopes
            } else if let scope = Scope(rawValue: String(name)) {
                scopes.append(scope)
            } else {
                return nil
            }
        }
        guard !scopes.isEmpty else { return nil }
        self.init(scopes)
    }
}
