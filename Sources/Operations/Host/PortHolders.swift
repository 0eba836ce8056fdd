import Bootstrap
import Glibc
import POSIX

/// Which programs listen on a TCP port of this host, at whatever address: proc(5), `/proc/net/tcp` and the descriptors of
/// every process. Root sees the programs of everybody; others see that the port is taken, and not by whom.
public enum PortHolders {
    /// The programs' names (`/proc/PID/comm`), each once, sorted; `unknown` for one that may not be looked at.
    public static func names(port: UInt16) -> [String] {
        let sockets = ["/proc/net/tcp", "/proc/net/tcp6"].flatMap { listening(File.text(of: $0) ?? "", port: port) }
        guard !sockets.isEmpty else { return [] }
        let wanted = Set(sockets.map { "socket:[\($0)]" })
        var names: Set<String> = []
        for process in (try? Folder.names("/proc")) ?? [] where process.allSatisfy(\.isNumber) {
            let folder = "/proc/\(process)/fd"
            let descriptors = (try? Folder.names(folder)) ?? []
            guard descriptors.contains(where: { HostFile.target(of: "\(folder)/\($0)").map(wanted.contains) ?? false }),
                let name = File.text(of: "/proc/\(process)/comm")
            else { continue }
            names.insert(String(name.filter { !$0.isNewline }))
        }
        return names.isEmpty ? ["unknown"] : names.sorted()
    }

    /// Who but nginx listens where visitors come in, with the ports.
    public static var strangers: [(port: UInt16, names: [String])] {
        [80, 443].map { port in (port, names(port: port).filter { $0 != "nginx" }) }.filter { !$0.names.isEmpty }
    }

    /// The inodes of the sockets that listen (state 0A) on a port, in the format of `/proc/net/tcp`.
    static func listening(_ table: String, port: UInt16) -> [Substring] {
        table.split(separator: "\n").dropFirst().compactMap { line in
            let words = line.split(separator: " ")
            guard words.count > 9, words[3] == "0A", let colon = words[1].lastIndex(of: ":"),
                UInt16(words[1][words[1].index(after: colon)...], radix: 16) == port
            else { return nil }
            return words[9]
        }
    }
}
