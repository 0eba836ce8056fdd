import Glibc
import Support
import Systemd
import Testing

@Suite("A service tells systemd", .serialized)
struct ServiceManagerTests {
    @Test("that it is ready, by a datagram to NOTIFY_SOCKET")
    func ready() throws {
        let folder = try TemporaryFolder("notify")
        let path = folder.path + "/socket"
        let socket = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        defer { close(socket) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        try #require(bound == 0)
        setenv("NOTIFY_SOCKET", path, 1)
        ServiceManager.notify(.ready)
        unsetenv("NOTIFY_SOCKET")

        var bytes = [UInt8](repeating: 0, count: 64)
        let count = recv(socket, &bytes, bytes.count, Int32(MSG_DONTWAIT))
        #expect(String(decoding: bytes.prefix(max(0, count)), as: UTF8.self) == "READY=1")
    }

    @Test("nothing where there is no systemd, which has no watchdog either")
    func alone() {
        unsetenv("WATCHDOG_USEC")
        ServiceManager.notify(.ready)
        #expect(ServiceManager.watchdogMicroseconds == nil)
    }

    @Test("that it lives as often as WatchdogSec= asks")
    func watchdog() {
        setenv("WATCHDOG_USEC", "30000000", 1)
        setenv("WATCHDOG_PID", String(getpid()), 1)
        defer {
            unsetenv("WATCHDOG_USEC")
            unsetenv("WATCHDOG_PID")
        }
        #expect(ServiceManager.watchdogMicroseconds == 30_000_000)
    }
}
