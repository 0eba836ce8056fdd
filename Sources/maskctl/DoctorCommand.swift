import ArgumentParser
import Bootstrap
import Glibc
import MariaDB
import Store
import Threads

struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor", abstract: "Check everything that MASK needs; exit 1 when something is wrong.",
        discussion: "One line for each check, with what to do where one fails.")

    func run() throws {
        let configuration: Configuration
        do {
            configuration = try Configuration(try Environment.current())
        } catch {
            report("configuration", .bad("\(error)"))
            throw ExitCode.failure
        }
        let doctor = Doctor(Installation(configuration, label: "maskctl"))
        var isWell = report("configuration", .good("read"))
        for check in doctor.checks { isWell = report(check.name, check.look()) && isWell }
        if !isWell { throw ExitCode.failure }
    }

    @discardableResult
    private func report(_ name: String, _ finding: Doctor.Finding) -> Bool {
        let label = name + String(repeating: " ", count: max(0, 15 - name.count))
        switch finding {
        case .good(let detail):
            print("ok    \(label)\(detail)")
            return true
        case .bad(let advice):
            print("WRONG \(label)\(advice)")
            return false
        }
    }
}
