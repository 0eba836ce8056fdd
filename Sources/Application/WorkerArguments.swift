import Bootstrap
import FastCGI
import Glibc

/// The one option that the worker takes.
public struct WorkerArguments {
    private let path: String?

    public init(_ arguments: [String]) throws(Environment.Failure) {
        switch arguments.count {
        case 1: path = nil
        case 3 where arguments[1] == "--listen": path = arguments[2]
        default: throw Environment.Failure(description: "usage: mask-worker [--listen PATH]")
        }
    }

    /// The socket at the path, or the one that systemd passed in.
    public func socket() throws(ListeningSocket.Failure) -> ListeningSocket {
        if let path { try ListeningSocket.open(path: path) } else { try ListeningSocket.passedBySystemd() }
    }
}
