import Foundation

/// The stack that Tests/run.sh has brought up with the quick start, as its environment file describes it.
struct Stack: Sendable {
    let values: [String: String]

    static let shared = Stack()

    private init() {
        guard let path = ProcessInfo.processInfo.environment["MASK_TEST_ENV"],
            let text = try? String(contentsOfFile: path, encoding: .utf8)
        else { preconditionFailure("MASK_TEST_ENV names no file: run these tests through sh Tests/run.sh") }
        var values: [String: String] = [:]
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1)
            if parts.count == 2 { values[String(parts[0])] = String(parts[1]) }
        }
        self.values = values
    }

    private init(_ values: [String: String]) { self.values = values }

    /// The same, called with another key.
    func with(key: String) -> Stack { Stack(values.merging(["MASK_API_KEY": key]) { $1 }) }

    subscript(_ name: String) -> String { values[name] ?? "" }

    var folder: String { URL(fileURLWithPath: self["MASK_CONFIG"]).deletingLastPathComponent().path }
    var key: String { self["MASK_API_KEY"] }
    var httpsPort: Int { URL(string: self["MASK_API_URL"])?.port ?? 0 }
    var accessLog: String { folder + "/log/nginx-access.log" }

    /// The port of `http://`, which only nginx's configuration knows.
    var httpPort: Int {
        let configuration = (try? String(contentsOfFile: folder + "/nginx/mask.conf", encoding: .utf8)) ?? ""
        let ports = configuration.matches(of: /listen 127\.0\.0\.1:(\d+)/).compactMap { Int($0.output.1) }
        return ports.first { $0 != httpsPort } ?? 0
    }

    // MARK: Processes

    /// The process of a service of the quick start: mariadb, redis, worker-a, worker-b, nginx.
    func process(_ service: String) -> pid_t? { identifier(service + ".pid") }

    private func supervisor(_ service: String) -> pid_t? { identifier(service + ".supervisor") }

    private func identifier(_ file: String) -> pid_t? {
        (try? String(contentsOfFile: "\(folder)/processes/\(file)", encoding: .utf8))
            .flatMap { pid_t($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
    }

    /// kill -9; the quick start's supervisor starts the service again at once.
    func killNow(_ service: String) { if let process = process(service) { kill(process, SIGKILL) } }

    /// Whether the worker of a pool takes connections. curl's 7: "Failed to connect to host".
    func listens(_ pool: String) -> Bool {
        Self.run("curl", ["-s", "-m", "1", "--unix-socket", "\(folder)/sockets/\(pool).sock", "http://localhost/"]).status != 7
    }

    /// Runs `body` while a service is away, killed and kept from coming back.
    func without(_ service: String, _ body: () throws -> Void) rethrows {
        guard let supervisor = supervisor(service) else { return }
        kill(supervisor, SIGSTOP)
        killNow(service)
        usleep(200_000)
        defer {
            kill(supervisor, SIGCONT)
            eventually { answer("http://127.0.0.1:\(httpPort)/readyz").body.contains(#""status":"pass""#) }
        }
        try body()
    }

    // MARK: Commands

    struct Output {
        var status: Int32
        var text: String
        var errors: String

        /// The strings of one JSON object.
        var json: [String: String] {
            let object = (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any]
            return object?.compactMapValues { $0 as? String } ?? [:]
        }
    }

    /// Runs a program and waits for its end.
    static func run(_ program: String, _ arguments: [String], environment: [String: String] = [:]) -> Output {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        let (output, errors) = (Pipe(), Pipe())
        process.standardOutput = output
        process.standardError = errors
        process.standardInput = FileHandle.nullDevice
        do { try process.run() } catch { return Output(status: -1, text: "", errors: "\(error)") }
        let text = output.fileHandleForReading.readDataToEndOfFile()
        let complaint = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Output(
            status: process.terminationStatus, text: String(decoding: text, as: UTF8.self),
            errors: String(decoding: complaint, as: UTF8.self))
    }

    func maskctl(_ arguments: String...) -> Output {
        Self.run(self["MASK_BIN"] + "/maskctl", arguments, environment: ["MASK_CONFIG": self["MASK_CONFIG"]])
    }

    // MARK: Requests

    struct Answer {
        var status: Int
        /// Names in lower case.
        var fields: [String: String]
        var body: String

        var json: [String: Any] {
            (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any] ?? [:]
        }
    }

    /// One request through nginx, by curl, as a client on this machine would make it.
    func answer(_ url: String, _ options: String...) -> Answer { answer(url, options) }

    func answer(_ url: String, _ options: [String]) -> Answer {
        let port = url.hasPrefix("https:") ? httpsPort : httpPort
        let output = Self.run("curl", [
            "-sS", "-i", "--http1.1", "--path-as-is", "--max-time", "30", "--cacert", self["MASK_CACERT"], "--noproxy", "*",
            "--connect-to", "::127.0.0.1:\(port)",
        ] + options + [url])
        let parts = output.text.split(separator: "\r\n\r\n", maxSplits: 1, omittingEmptySubsequences: false)
        let lines = (parts.first ?? "").split(separator: "\r\n")
        var fields: [String: String] = [:]
        for line in lines.dropFirst() {
            let pair = line.split(separator: ":", maxSplits: 1)
            if pair.count == 2 { fields[pair[0].lowercased()] = pair[1].trimmingCharacters(in: .whitespaces) }
        }
        let status = lines.first?.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
        return Answer(status: status, fields: fields, body: parts.count > 1 ? String(parts[1]) : output.errors)
    }

    /// A call of the reference dialect with the demo workspace's key.
    func call(_ method: String, _ path: String, body: String? = nil) -> Answer {
        var options = ["-X", method, "-H", "Authorization: Bearer \(key)"]
        if let body { options += ["-H", "Content-Type: application/json", "--data-binary", body] }
        return answer(self["MASK_API_URL"] + path, options)
    }

    /// Looks ten times a second until it holds, half a minute at the most.
    @discardableResult
    func eventually(_ holds: () -> Bool) -> Bool {
        for _ in 0..<300 {
            if holds() { return true }
            usleep(100_000)
        }
        return false
    }
}

// MARK: - Load

extension Stack {
    /// Asks for an address of the link host with wrk.
    func startLoad(_ url: String, connections: Int, seconds: Int) throws -> Load {
        try Load([
            "wrk", "-t2", "-c\(connections)", "-d\(seconds)s", "--latency", "--timeout", "20s", "-H", "Host: mask.localhost", url,
        ])
    }

    final class Load {
        private let process = Process()
        private let output = Pipe()
        private var text: String?

        init(_ command: [String]) throws {
            process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
            process.arguments = command
            process.standardOutput = output
            try process.run()
        }

        /// Ends it before its time.
        func end() {
            kill(process.processIdentifier, SIGKILL)  // it may have been started with SIGINT and SIGTERM ignored
            process.waitUntilExit()
        }

        /// Waits for the end of its time.
        func report() -> String {
            if let text { return text }
            let read = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            text = read
            return read
        }

        var requests: Int? { report().firstMatch(of: /(\d+) requests in/).flatMap { Int($0.output.1) } }


        /// Of the line `Latency  AVERAGE  DEVIATION  MAXIMUM`.
        var longestMilliseconds: Double? {
            report().firstMatch(of: /Latency\s+\S+\s+\S+\s+([0-9.]+)(us|ms|s)\s/).flatMap { match in
                Double(match.output.1).map { $0 * (match.output.2 == "s" ? 1000 : match.output.2 == "ms" ? 1 : 0.001) }
            }
        }
    }
}
