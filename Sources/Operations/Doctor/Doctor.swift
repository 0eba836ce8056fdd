import Bootstrap

/// Looks at everything that MASK needs and says what to do where something is wrong. One file for each subject.
public struct Doctor {
    public enum Finding: Equatable {
        case good(String)
        /// With what to do about it.
        case bad(String)
    }

    /// One line of what `maskctl doctor` prints.
    public struct Check {
        /// At most fourteen characters.
        public var name: String
        /// The checks without whose good end there is nothing to look at here: one cause is told once.
        public var needs: [String] = []
        public var look: () -> Finding
    }

    let installation: Installation
    /// What root has seen of the host; nil where this is no packaged installation.
    let host: HostState?

    public init(_ installation: Installation, host: HostState? = nil) {
        (self.installation, self.host) = (installation, host)
    }

    /// Each after those that it needs.
    public var checks: [Check] {
        databaseChecks + keyChecks + settingChecks + redisChecks + passwordChecks + hostChecks + journalChecks + jobChecks
            + webhookChecks + mailChecks + pageChecks
    }

    /// What was found, and what was not looked at, by the name of what has to be mended before.
    public struct Report {
        public var findings: [(name: String, finding: Finding)] = []
        public var skipped: [(cause: String, names: [String])] = []

        public var isWell: Bool { !findings.contains { if case .bad = $0.finding { true } else { false } } }
    }

    /// Looks at everything, in order.
    /// - Parameters:
    ///   - only: names of checks; the others are left out.
    ///   - told: called for each finding as soon as it is there.
    public func look(only: [String] = [], told: (String, Finding) -> Void = { _, _ in }) -> Report {
        var report = Report()
        var causes: [String: String] = [:]
        for check in checks where only.isEmpty || only.contains(check.name) {
            if let cause = check.needs.lazy.compactMap({ causes[$0] }).first {
                causes[check.name] = cause
                Self.note(check.name, because: cause, in: &report)
                continue
            }
            let finding = check.look()
            if case .bad = finding { causes[check.name] = check.name }
            report.findings.append((check.name, finding))
            told(check.name, finding)
        }
        return report
    }

    private static func note(_ name: String, because cause: String, in report: inout Report) {
        guard let place = report.skipped.firstIndex(where: { $0.cause == cause }) else {
            return report.skipped.append((cause, [name]))
        }
        if report.skipped[place].names.last != name { report.skipped[place].names.append(name) }
    }

    /// What is wrong, in words that say what to do.
    struct Complaint: Error {
        let advice: String
        init(_ advice: String) { self.advice = advice }
    }

    /// - Parameter advice: what to do where `check` throws anything but a ``Complaint``.
    func finding(_ advice: String, _ check: () throws -> String) -> Finding {
        do {
            return .good(try check())
        } catch let complaint as Complaint {
            return .bad(complaint.advice)
        } catch {
            return .bad("\(error). \(advice)")
        }
    }
}
