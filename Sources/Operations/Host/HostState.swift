import Bootstrap
import Glibc
import POSIX

/// What only root sees of a host with the Debian package: looked at before `maskctl` becomes another user.
public struct HostState: Sendable {
    /// What systemd says of a unit: `active`, `inactive`, `failed` …
    var units: [String: String] = [:]
    /// The last line in which `nginx -t` complains; nil where it does not.
    var nginxComplaint: String?
    /// Of `events` in nginx's configuration.
    var connections: Int?
    var isSiteEnabled = false
    /// Who but nginx listens on the ports where visitors come in.
    var strangers: [String] = []
    /// Where nginx listens on loopback, and another web server passes on to it.
    var isBehind = false
    /// Where visitors without TLS come in: to nginx, and to the web server before it.
    var plainPorts = [80]

    static let pools = ["a", "b"].flatMap { ["mask-worker@\($0).socket", "mask-worker@\($0).service"] }
    static let crons = ["cron.service", "cron.target", "cronie.service", "crond.service"]

    /// - Returns: nil for others than root, without systemd, and where the configuration is not the package's.
    public static func look() -> HostState? {
        guard geteuid() == 0, HostFile.isThere("/run/systemd/system"), Environment.file == Environment.packagedFile else { return nil }
        var state = HostState()
        let units = ["nginx.service", "mask.target"] + pools + crons
        // systemctl(1), is-active: a word for each, in their order.
        let words = Program.output(["systemctl", "is-active"] + units).text.split(separator: "\n")
        for (unit, word) in zip(units, words) { state.units[unit] = String(word) }
        let (status, text) = Program.output(["nginx", "-T"])
        if status != 0 { state.nginxComplaint = text.split(separator: "\n").last { $0.contains("[emerg]") }.map(String.init) ?? text }
        state.connections = text.split(separator: "\n").lazy.compactMap { line in
            let words = line.split { $0 == " " || $0 == ";" || $0 == "\t" }
            return words.first == "worker_connections" && words.count > 1 ? Int(words[1]) : nil
        }.first
        state.isSiteEnabled = text.contains("# configuration file /etc/nginx/sites-enabled/mask:")
        state.strangers = Set(PortHolders.strangers.flatMap(\.names)).sorted()
        if case .behind(let http, _)? = (try? HostFile.read("/etc/nginx/sites-available/mask")).flatMap(NginxSite.placeBehind) {
            state.isBehind = true
            state.plainPorts = [Int(http)] + (state.strangers.isEmpty ? [] : [80])
        }
        return state
    }
}
