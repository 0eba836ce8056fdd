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
        public var look: () -> Finding
    }

    let installation: Installation

    public init(_ installation: Installation) {
        self.installation = installation
    }

    public var checks: [Check] { databaseChecks + settingChecks + redisChecks + passwordChecks + journalChecks + webhookChecks + pageChecks + jobChecks }

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
