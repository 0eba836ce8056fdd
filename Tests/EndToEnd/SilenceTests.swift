import Foundation
import Support
import Testing

// What falls silent instead of dying: it holds its connections, and answers nothing (SIGSTOP; a listener that reads nothing).

extension EndToEndTests.Faults {
    @Test("a Redis that is silent under load costs no visitor an error, and the API goes on")
    func silentRedis() throws {
        try underLoad(connections: 32, seconds: 8) {
            sleep(1)
            try frozen("redis") {
                for _ in 0..<4 { #expect(stack.call("GET", "/workspace").status == 200) }
                sleep(4)
            }
        }
        eachClickIsStored()
    }

    @Test("a worker that is silent under load costs no visitor an error: the other pool answers in its place, each click once")
    func silentWorker() throws {
        try underLoad(connections: 16, seconds: 16) {
            sleep(1)
            try frozen("worker-a") { sleep(8) }
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
        descriptor = try Receiver.listen(backlog: 256)
        port = Receiver.port(of: descriptor)
    }

    deinit { close(descriptor) }
}
