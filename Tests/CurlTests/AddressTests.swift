import Curl
import Foundation
import Support
import Testing
import Threads

@Suite("Addresses")
struct AddressTests {
    @Test(
        "a refused address is refused in every spelling, and nothing arrives there",
        arguments: [
            "127.0.0.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1", "127.0.1", "0x7f.0x0.0x0.0x1",
            "127.0.0.1.", "localhost", "LOCALHOST", "localhost.", "a.localhost", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
            "[0:0:0:0:0:ffff:7f00:1]",
            "[::1]", "0.0.0.0", "0", "[::]", "%31%32%37.0.0.1", "①②⑦.0.0.1",
        ])
    func spellings(host: String) throws {
        let receiver = try Receiver.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        let judged = Monitor<[String]>([])
        let multi = try Multi(isAllowed: { address, _ in
            judged.withLock { $0.append(address) }
            return false
        })
        let exchange = try multi.post("http://\(host):\(receiver.port)/hook")
        let addresses = judged.withLock { $0 }
        // Some are no host at all to libcurl; whatever is one is asked about first.
        if addresses.isEmpty {
            #expect([.failed(.unresolvedHost), .failed(.invalidURL)].contains(exchange.result))
        } else {
            #expect(exchange.result == .failed(.blockedAddress))
            #expect(Set(addresses).isSubset(of: ["127.0.0.1", "::1", "::ffff:127.0.0.1", "0.0.0.0", "::"]))
        }
        #expect(exchange.address == "" && exchange.body == [])
        #expect(receiver.connections == 0)
    }

    @Test("the spellings that a reader would not take for 127.0.0.1 are that to the rule", arguments: [
        "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "127.1",
    ])
    func numbers(host: String) throws {
        let receiver = try Receiver.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        let multi = try Multi(isAllowed: { address, _ in address == "127.0.0.1" })
        let exchange = try multi.post("http://\(host):\(receiver.port)/hook")
        #expect(exchange.result == .answered(status: 200))
        #expect(exchange.address == "127.0.0.1")
    }

    @Test("of a host with several addresses only the allowed ones are tried")
    func mixed() throws {
        let receiver = try Receiver.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
        let onlyFour = try Multi(isAllowed: { address, _ in address == "127.0.0.1" }).post("http://localhost:\(receiver.port)/")
        #expect(onlyFour.result == .answered(status: 200))
        let onlySix = try Multi(isAllowed: { address, _ in address == "::1" }).post("http://localhost:\(receiver.port)/")
        #expect([.failed(.refused), .failed(.blockedAddress)].contains(onlySix.result))  // no IPv6 on some hosts
        #expect(receiver.connections == 1)
    }

    @Test("the rule is asked with the port that is connected to, be it the URL's or its scheme's", arguments: [
        ("http://127.0.0.1:8081/", "127.0.0.1 8081"), ("http://127.0.0.1/", "127.0.0.1 80"), ("https://127.0.0.1/", "127.0.0.1 443"),
        ("http://[::1]:65535/", "::1 65535"), ("http://127.0.0.1:00080/", "127.0.0.1 80"),
    ])
    func port(url: String, asked: String) throws {
        let judged = Monitor<[String]>([])
        let multi = try Multi(isAllowed: { address, port in
            judged.withLock { $0.append("\(address) \(port)") }
            return false
        })
        #expect(try multi.post(url).result == .failed(.blockedAddress))
        #expect(judged.withLock { $0 } == [asked])
    }

    @Test("proxies that the environment names see nothing", .timeLimit(.minutes(2)))
    func proxies() async {
        await #expect(processExitsWith: .success) {
            let proxy = try Receiver.answering("HTTP/1.1 200 OK\r\nX-Proxy: yes\r\nContent-Length: 0\r\n\r\n")
            let receiver = try Receiver.answering("HTTP/1.1 204 No Content\r\n\r\n")
            for name in ["http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"] {
                setenv(name, "http://127.0.0.1:\(proxy.port)", 1)
            }
            setenv("no_proxy", "", 1)
            #expect(try Multi.free().post(receiver.url).result == .answered(status: 204))
            // The proxy's address may be allowed and the host's not: the host's is what is judged.
            let multi = try Multi(isAllowed: { address, _ in address == "127.0.0.1" })
            #expect(try multi.post("https://127.0.0.2:\(receiver.port)/").result == .failed(.blockedAddress))
            #expect(try multi.post("http://[::1]:\(receiver.port)/").result == .failed(.blockedAddress))
            #expect(proxy.connections == 0)
        }
    }

    @Test(
        "a name server that never answers holds up no other post, nor the end of the program",
        .enabled(if: SilentNameServer.isPossible, "needs a mount namespace, and so root, and not in a chroot"), .timeLimit(.minutes(2)))
    func silentNameServer() async {
        await #expect(processExitsWith: .success) {
            let silence = try SilentNameServer()
            let receiver = try Receiver.answering("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            let elapsed = try ContinuousClock().measure {
                let multi = try Multi.free(connect: 300)
                for _ in 0..<20 { try multi.start(Post(url: "http://mask-test.example/", fields: [], body: []), tag: 1) }
                #expect(try multi.all().allSatisfy { $0.exchange.result == .failed(.timeout) })
                #expect(try multi.post(receiver.url).result == .answered(status: 200))
                try multi.start(Post(url: "http://mask-test.example/", fields: [], body: []), tag: 1)
                _ = multi.wait(milliseconds: 50)
            }
            #expect(elapsed < .seconds(3), "getaddrinfo(3) takes 10 s to give up")
            withExtendedLifetime(silence) {}
        }
    }
}

/// Has this thread, and those that it starts, ask a name server that never answers: a socket that nobody reads from.
private final class SilentNameServer {
    private let folder: TemporaryFolder
    private let descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)

    /// Mounts can be kept to this process: the root folder is a mount point (proc(5), mountinfo), as it is not in a chroot.
    static var isPossible: Bool {
        let mounts = (try? String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8)) ?? ""
        return geteuid() == 0 && mounts.split(separator: "\n").contains { $0.split(separator: " ").dropFirst(4).first == "/" }
    }

    init() throws {
        folder = try TemporaryFolder("resolver")
        var address = Receiver.loopback(port: 53)
        address.sin_addr.s_addr = UInt32(0x7F00_3535).bigEndian  // 127.0.53.53
        guard Receiver.withAddress(&address, { bind(descriptor, $0, $1) }) == 0 else { throw TestFailure("no port 53") }
        let file = folder.path + "/resolv.conf"
        try "nameserver 127.0.53.53\n".write(toFile: file, atomically: true, encoding: .utf8)
        try Self.bindMount(file, over: "/etc/resolv.conf")
    }

    deinit { close(descriptor) }

    /// unshare(2) and mount(2), which Glibc's module hides behind `_GNU_SOURCE`.
    private static func bindMount(_ file: String, over path: String) throws {
        typealias Unshare = @convention(c) (Int32) -> Int32
        typealias Mount = @convention(c) (
            UnsafePointer<CChar>?, UnsafePointer<CChar>?, UnsafePointer<CChar>?, UInt, UnsafeRawPointer?
        ) -> Int32
        let (newNamespace, recursive, isPrivate, bind) = (Int32(0x20000), UInt(0x4000), UInt(0x40000), UInt(0x1000))
        guard let unshare = dlsym(nil, "unshare").map({ unsafeBitCast($0, to: Unshare.self) }),
            let mount = dlsym(nil, "mount").map({ unsafeBitCast($0, to: Mount.self) }),
            unshare(newNamespace) == 0, mount("none", "/", nil, recursive | isPrivate, nil) == 0,
            mount(file, path, nil, bind, nil) == 0
        else { throw TestFailure("no mount namespace") }
    }
}
