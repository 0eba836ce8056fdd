import Foundation
import Testing

// What falls silent instead of dying: it holds its connections, and answers nothing (SIGSTOP; a listener that reads nothing).

extension EndToEndTests.Faults {
    /// Stops a process where it stands for as long as `body` runs.
    private func frozen(_ service: String, _ body: () -> Void) throws {
        let process = try #require(stack.process(service))
        kill(process, SIGSTOP)
        defer { kill(process, SIGCONT) }
        body()
    }

    private func eachClickIsStored() {
        var result = Stack.Output(status: 1, text: "", errors: "")
        stack.eventually {
            result = stack.maskctl("journal", "reconcile", "--access-log", stack.accessLog)
            return result.status == 0
        }
        #expect(result.status == 0, "\(result.text)\(result.errors)")
    }

    @Test("a Redis that is silent under load costs no visitor an error, and the API goes on")
    func silentRedis() throws {
        try underLoad(connections: 32, seconds: 8) {
            sleep(1)
            let frozen: ()? = try? self.frozen("redis") {
                for _ in 0..<4 { #expect(stack.call("GET", "/workspace").status == 200) }
                sleep(4)
            }
            #expect(frozen != nil)
        }
        eachClickIsStored()
    }

    @Test("a worker that is silent under load costs no visitor an error: the other pool answers in its place, each click once")
    func silentWorker() throws {
        try underLoad(connections: 16, seconds: 16) {
            sleep(1)
            #expect((try? frozen("worker-a") { sleep(8) }) != nil)
        }
        eachClickIsStored()
    }
}

extension EndToEndTests.Webhooks {
    @Test("a receiver that takes connections and never answers delays nobody else's events")
    func silentReceiver() throws {
        let silence = try SilentListener()
        let made = stack.call("POST", "/webhooks", body: #"{"url": "http://127.0.0.1:\#(silence.port)/", "events": ["link.created"]}"#)
        let id = try #require(made.json["id"] as? String, "\(made)")
        defer { _ = stack.call("DELETE", "/webhooks/\(id)") }
        let receiver = try WebhookReceiver(stack, events: ["link.created"])
        for number in 0..<30 {
            #expect(stack.call("POST", "/links", body: #"{"url": "https://example.com/\#(number)"}"#).status == 201)
        }
        // A silent transfer ends after fifteen seconds; these come before one has.
        #expect(receiver.arrivals(30).count == 30)
        #expect(stack.call("GET", "/webhooks/\(id)").json["last_success_at"] is NSNull)
    }
}

/// A socket that the kernel takes connections for, and nobody reads from.
private final class SilentListener {
    let port: Int
    private let descriptor: Int32

    init() throws {
        let made = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = in_addr_t(INADDR_LOOPBACK).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(made, $0, length) == 0 && listen(made, 256) == 0 && getsockname(made, $0, &length) == 0
            }
        }
        descriptor = made
        try #require(bound)
        port = Int(in_port_t(bigEndian: address.sin_port))
    }

    deinit { close(descriptor) }
}
