import Glibc
import POSIX

/// The variables that configure MASK: those of the environment and, below them, of the file that `MASK_CONFIG` names, or of
/// `/etc/mask/mask.env` where that is there. systemd/mask.env is their manual.
public struct Environment: Sendable {
    private let values: [String: String]

    /// What is wrong with a variable, in a sentence that names it.
    public struct Failure: Error, CustomStringConvertible {
        public let description: String

        public init(description: String) { self.description = description }
    }

    public init(_ values: [String: String]) {
        self.values = values
    }

    /// Where the Debian package keeps the configuration.
    public static let packagedFile = "/etc/mask/mask.env"

    /// The configuration file of this process; nil where it has none.
    public static var file: String? {
        if let path = getenv("MASK_CONFIG") { return String(cString: path) }
        return access(packagedFile, F_OK) == 0 ? packagedFile : nil
    }

    /// Whether this is the package's configuration as it came: `maskctl setup` has not been there yet, and cron has nothing to do.
    public var isUntouched: Bool {
        Self.file == Self.packagedFile && optional("MASK_SECRET_KEY") == nil && optional("MASK_SECRET_KEY_FILE") == nil
    }

    /// The environment of this process, and its file.
    public static func current() throws(Failure) -> Environment {
        var values: [String: String] = [:]
        if let path = file { values = try parse(try read(path, for: "MASK_CONFIG"), path: path) }
        var next = environ
        while let entry = next.pointee {
            let text = String(cString: entry)
            if text.hasPrefix("MASK_"), let (name, value) = pair(text) { values[name] = value }
            next += 1
        }
        return Environment(values)
    }

    public func string(_ name: String, default standard: String) -> String {
        values[name].flatMap { $0.isEmpty ? nil : $0 } ?? standard
    }

    public func optional(_ name: String) -> String? { values[name].flatMap { $0.isEmpty ? nil : $0 } }

    /// A secret: from the variable, or from the file that `NAME_FILE` names.
    /// - Parameter user: stands in the file's name where that says `%u`.
    public func secret(_ name: String, user: String? = nil) throws(Failure) -> String? {
        if let value = optional(name) { return value }
        guard var path = optional(name + "_FILE") else { return nil }
        if let user, let place = path.firstRange(of: "%u") { path.replaceSubrange(place, with: user) }
        var secret = try Self.read(path, for: name + "_FILE")
        while secret.last?.isNewline == true { secret.removeLast() }
        return secret
    }

    public func integer(_ name: String, default standard: Int, in range: ClosedRange<Int>) throws(Failure) -> Int {
        guard let text = optional(name) else { return standard }
        guard let number = Int(text), range.contains(number) else {
            throw Failure(description: "\(name) is \(text); set it to a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    public func bool(_ name: String, default standard: Bool) throws(Failure) -> Bool {
        switch optional(name) {
        case nil: return standard
        case "yes": return true
        case "no": return false
        case let text?: throw Failure(description: "\(name) is \(text); set it to yes or no")
        }
    }

    private static func parse(_ text: String, path: String) throws(Failure) -> [String: String] {
        var values: [String: String] = [:]
        for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            guard let first = line.first(where: { $0 != " " }), first != "#" else { continue }
            guard let (name, value) = pair(String(line)) else {
                throw Failure(description: "\(path) line \(number + 1): write NAME=value")
            }
            values[name] = value
        }
        return values
    }

    /// `NAME=value`, the value as systemd.exec(5) reads it where it stands in quotes.
    private static func pair(_ line: String) -> (String, String)? {
        guard let mark = line.firstIndex(of: "="), mark > line.startIndex else { return nil }
        var value = line[line.index(after: mark)...]
        if value.count >= 2, let quote = value.first, quote == "\"" || quote == "'", value.last == quote {
            value = value.dropFirst().dropLast()
        }
        return (String(line[..<mark]), String(value))
    }

    private static func read(_ path: String, for name: String) throws(Failure) -> String {
        guard let text = File.text(of: path) else {
            throw Failure(description: "\(name): \(path) cannot be read: \(String(cString: strerror(errno)))")
        }
        return text
    }

    /// The names in a folder that end in a suffix, sorted.
    /// - Parameter name: the variable or option that names the folder.
    public static func names(_ folder: String, suffix: String = "", for name: String) throws(Failure) -> [String] {
        do throws(SystemError) {
            return try Folder.names(folder, suffix: suffix)
        } catch {
            throw Failure(description: "\(name): \(folder) cannot be read: \(error.reason)")
        }
    }
}
