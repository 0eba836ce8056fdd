import ArgumentParser
import Bootstrap
import Model
import Work

struct MemberCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "member", abstract: "Members: who works in a workspace, and as what.",
        discussion: "A key can do what its scopes say and its creator's role allows, at any moment.",
        subcommands: [Add.self, List.self, SetRole.self, Remove.self])

    struct Add: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Add a member.")
        @Argument(help: "The member's e-mail address.") var email: String
        @Option(help: "The workspace's slug.") var workspace: String
        @Option(help: "owner, admin, member or viewer.") var role: Role
        @Option(help: "The name that people see; the address where left out.") var name: String?
        @OptionGroup var output: OutputOptions

        func validate() throws {
            guard Member.isValidEmail(email) else { throw ValidationError("\(email) is no e-mail address.") }
            try validateName(name)
        }

        func run() throws {
            let office = try openInstallation().office
            let change = try MemberWork(office.assignment(for: office.workspace(workspace))).add(email, name: name ?? email, role: role)
            output.print(try change.make().value.facts)
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the members of a workspace.")
        @Option(help: "The workspace's slug.") var workspace: String
        @OptionGroup var output: OutputOptions

        func run() throws {
            let office = try openInstallation().office
            let members = try office.members(of: try office.workspace(workspace))
            output.print(["email", "name", "role", "id", "created_at"], members.map { $0.facts.map(\.value) })
        }
    }

    struct SetRole: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "role", abstract: "Change a member's role; their keys' next requests have its rights.")
        @Argument(help: "The member's e-mail address.") var email: String
        @Argument(help: "owner, admin, member or viewer.") var role: Role
        @Option(help: "The workspace's slug.") var workspace: String

        func run() throws {
            let office = try openInstallation().office
            let home = try office.workspace(workspace)
            let member = try office.member(email, of: home)
            try MemberWork(office.assignment(for: home)).setRole(role, of: member).make()
            print("\(member.email) is \(role.rawValue) of \(workspace) now, and was \(member.role.rawValue).")
        }
    }

    struct Remove: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Remove a member and end the keys that they have made.")
        @Argument(help: "The member's e-mail address.") var email: String
        @Option(help: "The workspace's slug.") var workspace: String

        func run() throws {
            let office = try openInstallation().office
            let home = try office.workspace(workspace)
            let member = try office.member(email, of: home)
            let keys = try MemberWork(office.assignment(for: home)).remove(member).make().value
            print("Removed \(member.email) from \(workspace), and revoked \(keys) of their keys.")
        }
    }
}

extension Role: ExpressibleByArgument {}

extension Member {
    fileprivate var facts: KeyValuePairs<String, any Fact> {
        ["email": email, "name": name, "role": role.rawValue, "id": id.description, "created_at": createdAt.rfc3339]
    }
}
