import Bootstrap
import Curl
import JSON

/// What `/readyz` of a host of MASK's answers through nginx on this machine.
public enum Readiness: Sendable, Equatable {
    case ready
    /// MASK answers that it cannot do its work.
    case unwell
    /// Somebody else answers.
    case stranger(status: Int)
    /// Nobody does; in libcurl's words.
    case silent(String)

    public static func ask(_ host: String, port: Int, isSecure: Bool = true) -> Readiness {
        do throws(CurlError) {
            let (status, body) = try Visit().get("/readyz", of: host, port: port, isSecure: isSecure)
            guard let json = try? JSON.parse(body), let word = json["status"]?.stringValue, json["trusts_cache"] != nil else {
                return .stranger(status: status)
            }
            return word == "fail" ? .unwell : .ready
        } catch {
            return .silent(error.description)
        }
    }

    /// MASK answers, in whatever state it is.
    var isOurs: Bool { self == .ready || self == .unwell }

    /// Why it is not ready, in a sentence that says what to look at.
    public func complaint(_ host: String, port: Int) -> String {
        switch self {
        case .ready: "\(host) answers."
        case .unwell: "\(host) answers that MariaDB is away (/readyz)."
        case .stranger(let status) where [502, 504].contains(status):
            "nginx answers for \(host) with \(status): no worker answers. Type: systemctl status 'mask-worker@*'"
        case .stranger(let status):
            "https://\(host) on port \(port) of this host answers \(status), and it is not MASK. Which site has server_name \(host)? Type: nginx -T"
        case .silent(let reason): "https://\(host) on port \(port) of this host does not answer (\(reason))."
        }
    }
}
