import ArgumentParser
import Bootstrap
import Crypto
import Glibc
import Model
import POSIX
import Store
import Text
import Work

struct AuditCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit", abstract: "The audit log and its hash chain.",
        subcommands: [Export.self, Seal.self, Verify.self])

    struct Export: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Write a workspace's audit log to standard output, newest first.")
        @Option(help: "The workspace's slug.") var workspace: String
        @Option(help: "csv or ndjson.") var format: ExportFormat = .ndjson
        @Option(help: "Only what was done later, in RFC 3339.") var since: Timestamp?

        func run() throws {
            let installation = try openInstallation()
            let workspace = try installation.office.workspace(workspace)
            var filter = AuditFilter()
            filter.after = since
            try AuditExport.write(format, filter, in: workspace.id, from: installation.store, to: writeOut)
        }
    }

    struct Seal: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Seal what was recorded up to ten minutes ago. The workers do this each minute.")

        func run() throws { try AuditChain.sealAll(in: try openInstallation().store) }
    }

    struct Verify: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Compute the hash chain of every workspace anew; exit 1 where it does not hold.",
            discussion: """
                A head that is noted elsewhere proves later that the log up to it is what it was: give it with --head.
                """)
        @Option(help: "Only this workspace's.") var workspace: String?
        @Option(help: "A head of this workspace that was noted before; it must be in the chain still.") var head: String?
        @OptionGroup var output: OutputOptions

        func validate() throws {
            if head != nil && workspace == nil { throw ValidationError("--head needs the --workspace that it is of.") }
        }

        func run() throws {
            let installation = try openInstallation()
            let office = installation.office
            let workspaces = try workspace.map { [try office.workspace($0)] } ?? office.workspaces()
            var failures: [String] = []
            let rows = try workspaces.map { workspace -> [any Fact] in
                let report = try installation.store.read { try AuditChain.verify(workspace.id, on: $0) }
                failures += report.failures.map { "\(workspace.slug): \($0)" }
                return [
                    workspace.slug, report.seals, report.entries, report.unsealed,
                    report.failures.isEmpty ? "holds" : "BROKEN", report.head.map(hexadecimal),
                ]
            }
            output.print(["workspace", "seals", "entries", "not_sealed_yet", "chain", "head"], rows)
            if let head, let workspace = workspaces.first { failures += try missing(head, workspace, installation.store) }
            failures.forEach(complain)
            if !failures.isEmpty { throw ExitCode.failure }
        }

        private func missing(_ head: String, _ workspace: Workspace, _ store: Store) throws -> [String] {
            let bytes = hexadecimalDecoded(head)
            let isThere = try bytes.map { bytes in try store.read { try AuditChain.contains(bytes, in: workspace.id, on: $0) } }
            return isThere == true ? [] : ["\(workspace.slug): the head \(head) is not in the chain any more"]
        }
    }
}

extension ExportFormat: ExpressibleByArgument {}
