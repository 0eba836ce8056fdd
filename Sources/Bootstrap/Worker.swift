import API
import FastCGI
import Glibc
import Journal
import Store
import Threads

/// The worker: the application behind a FastCGI socket, with the threads that it needs beside those that answer.
public struct Worker {
    private let installation: Installation

    public init(_ installation: Installation) {
        self.installation = installation
    }

    /// Serves until SIGTERM and returns whether every request was finished.
    public func run(socket: ListeningSocket) throws -> Bool {
        let (configuration, store, logger) = (installation.configuration, installation.store, installation.logger)
        let services = Services(
            site: configuration.site, store: store, redis: installation.redis,
            journal: try JournalWriter(directory: configuration.spool), logger: logger)
        try store.write { try Domains.ensureShared(host: configuration.site.linkHost, on: $0) }
        let application = Application(services)
        application.refresh()
        _ = try Thread.start(name: "invalidation") {
            InvalidationListener(configuration.redis, services: services).run()
        }
        _ = try Thread.start(name: "loader") {
            LoaderLoop(JournalLoader(directory: configuration.spool, store: store, logger: logger), logger: logger).run()
        }
        _ = try Thread.start(name: "refresh") {
            while true {
                sleep(1)
                application.refresh()
            }
        }
        logger.info("serving with \(configuration.threads) threads")
        return try Server(socket: socket, threads: configuration.threads, logger: logger, handler: application.respond).run()
    }
}
