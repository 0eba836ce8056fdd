import Foundation
import Testing

/// A receiver on this machine with an endpoint of the demo workspace, and what has arrived there: Tests/webhooks.py.
final class WebhookReceiver {
    /// One request, as it arrived.
    struct Arrival: Codable {
        /// Seconds since 1970.
        var at: Double
        var path: String
        /// Names in lower case.
        var fields: [String: String]
        var body: String

        var json: [String: Any] { (try? JSONSerialization.jsonObject(with: Data(body.utf8))) as? [String: Any] ?? [:] }
        var id: String { json["id"] as? String ?? "" }
        var type: String { json["type"] as? String ?? "" }
        var data: [String: Any] { json["data"] as? [String: Any] ?? [:] }
    }

    private let stack: Stack
    private let process = Process()
    private let lifeline = Pipe()
    private let file: String
    let webhook: String
    let secret: String

    static let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().path
    static let script = tests + "/standardwebhooks.sh"

    init(_ stack: Stack, events: [String] = ["*"]) throws {
        self.stack = stack
        file = "\(stack.folder)/arrivals-\(UInt32.random(in: 0 ... .max))"
        let output = Pipe()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = [Self.script, Self.tests + "/webhooks.py", "receive", file]
        process.standardInput = lifeline
        process.standardOutput = output
        try process.run()
        let port = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self).trimmingCharacters(in: .newlines)
        let body = try JSONSerialization.data(withJSONObject: ["url": "http://127.0.0.1:\(port)/hook", "events": events])
        let made = stack.call("POST", "/webhooks", body: String(decoding: body, as: UTF8.self))
        webhook = try #require(made.json["id"] as? String, "\(made)")
        secret = try #require(made.json["secret"] as? String)
    }

    deinit {
        _ = stack.call("DELETE", "/webhooks/\(webhook)")
        try? lifeline.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    /// All that has arrived so far.
    var arrivals: [Arrival] {
        let text = (try? String(contentsOfFile: file, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").compactMap { try? JSONDecoder().decode(Arrival.self, from: Data($0.utf8)) }
    }

    /// Waits until so many have arrived.
    func arrivals(_ count: Int) -> [Arrival] {
        stack.eventually { arrivals.count >= count }
        return arrivals
    }

    /// Sends a test event and waits for it.
    func test() throws -> Arrival {
        let sent = stack.call("POST", "/webhooks/\(webhook)/test")
        let id = try #require(sent.json["id"] as? String, "\(sent)")
        stack.eventually { arrivals.contains { $0.id == id } }
        return try #require(arrivals.first { $0.id == id })
    }

    /// What the official library says of an arrival: `ok` or why not.
    /// - Parameter offset: by how many seconds the receiver's clock is ahead of the sender's.
    static func verdicts(_ arrivals: [Arrival], _ secret: String, offset: Int = 0) throws -> [String] {
        let lines = try arrivals.map { arrival in
            try JSONSerialization.data(withJSONObject: [
                "secret": secret, "fields": arrival.fields, "body": arrival.body, "offset": offset,
            ])
        }
        let file = NSTemporaryDirectory() + "verify-\(UInt32.random(in: 0 ... .max))"
        defer { try? FileManager.default.removeItem(atPath: file) }
        try Data(lines.joined(separator: [10])).write(to: URL(filePath: file))
        let output = Stack.run("sh", ["-c", #"exec sh "$1" "$2/webhooks.py" verify <"$3""#, "sh", script, tests, file])
        #expect(output.status == 0, "\(output.errors)")
        return output.text.split(separator: "\n").map(String.init)
    }

    static func verdict(_ arrival: Arrival, _ secret: String, offset: Int = 0) throws -> String {
        try verdicts([arrival], secret, offset: offset).joined()
    }
}
