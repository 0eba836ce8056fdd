import Bootstrap
import Glibc
import Journal

extension Doctor {
    /// The spool of this host, and what waits in it.
    var journalChecks: [Check] {
        [
            Check(name: "spool", look: spool),
            Check(name: "journal", needs: ["database", "schema", "spool"], look: journal),
        ]
    }

    private func spool() -> Finding {
        let path = installation.configuration.spool
        guard access(path, R_OK | W_OK | X_OK) == 0 else {
            return .bad("\(path): \(String(cString: strerror(errno))). Create it for the workers' user, or correct MASK_SPOOL.")
        }
        var status = statvfs()
        guard statvfs(path, &status) == 0 else { return .bad("\(path): \(String(cString: strerror(errno)))") }
        let free = (Int(status.f_bavail) * Int(status.f_frsize)) >> 20
        let reserves = (try? SpoolReserves.read(path)) ?? SpoolReserves()
        if reserves.inUse > 0 {
            return .bad("""
                The disk of \(path) is full: clicks go to the reserve of the workers, of which \(reserves.bytes >> 20) MiB are left. \
                Make room now.
                """)
        }
        return free < 256 ? .bad("\(path) has \(free) MiB left; clicks wait there. Make room.") : .good("\(path), \(free) MiB free, \(reserves.bytes >> 20) MiB in reserve")
    }

    private func journal() -> Finding {
        finding("See: maskctl journal status") {
            let segments = try JournalStatus.segments(in: installation.configuration.spool, store: installation.store)
            let waiting = segments.reduce(0) { $0 + ($1.bytes - $1.loaded) } >> 20
            guard waiting < 64 else { throw Complaint("\(waiting) MiB wait to be loaded. Is a worker running? maskctl journal load") }
            return "\(segments.count) segments, \(waiting) MiB waiting"
        }
    }
}
