import ArgumentParser
import Bootstrap
import Glibc
import Operations

struct DoctorCommand: AccountCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Check everything that MASK needs; exit 1 when something is wrong.",
        discussion: """
            One line for each check, with what to do where one fails. What cannot be looked at before that is mended stands in \
            one line at the end. As root it sees more: nginx, the workers' units, who has the ports.
            """)

    @Option(help: ArgumentHelp("Only this check; may be said more than once.", valueName: "name")) var only: [String] = []

    /// Root looks at the host first.
    var account: Account? { nil }

    func run() throws {
        let host = HostState.look()
        try Account.mask.assume()
        let configuration: Configuration
        do {
            let environment = try Environment.current()
            guard !environment.isUntouched else {
                report("setup", .bad("MASK is installed, and not set up. Run: maskctl setup"))
                throw ExitCode.failure
            }
            configuration = try Configuration(environment)
        } catch let code as ExitCode {
            throw code
        } catch {
            report("configuration", .bad("\(error)"))
            throw ExitCode.failure
        }
        if only.isEmpty { report("configuration", .good("read")) }
        let doctor = Doctor(Installation(configuration, label: "maskctl"), host: host)
        let found = doctor.look(only: only, told: report)
        for (cause, names) in found.skipped {
            print("-     not looked at before \(cause) is mended: \(names.joined(separator: ", "))")
        }
        if !found.isWell { throw ExitCode.failure }
    }

    private func report(_ name: String, _ finding: Doctor.Finding) {
        let label = name + String(repeating: " ", count: max(0, 15 - name.count))
        switch finding {
        case .good(let detail): print("ok    \(label)\(detail)")
        case .bad(let advice): print("WRONG \(label)\(advice)")
        }
    }
}
