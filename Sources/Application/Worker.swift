import API
import Bootstrap
import CLinux
import Crypto
import DNS
import FastCGI
import Glibc
import Journal
import Pages
import POSIX
import Resources
import Signals
import Store
import Systemd
import Threads
import Visits

/// The worker: the application behind a FastCGI socket, with the threads that it needs beside those that answer.
public struct Worker: Sendable {
    private let installation: Installation

    private static let trimSeconds = 30

    public init(_ installation: Installation) {
        self.installation = installation
    }

    /// Serves until SIGTERM and returns whether every request was finished.
    ///
    /// While MariaDB is away it serves all the same: the other pool may be about to stop, and visitors can wait a moment.
    public func run(socket: () throws -> ListeningSocket) throws -> Bool {
        let (configuration, store, logger) = (installation.configuration, installation.store, installation.logger)
        let outage = try installation.prepareDatabase()
        if let outage { logger.warning("MariaDB cannot be asked yet: \(outage)") }
        let journalMetrics = JournalMetrics(installation.memory)
        let publisher = Publisher(
            store: store, directory: configuration.pages, themes: configuration.themes, site: configuration.site, logger: logger)
        let journal = try JournalWriter(directory: configuration.spool, metrics: journalMetrics, logger: logger)
        var surroundings = Surroundings(
            site: configuration.site, store: store, redis: installation.redis, journal: journal, pages: publisher, logger: logger,
            memory: installation.memory)
        surroundings.replica = installation.replica
        let services = Services(
            surroundings, routes: .ofMASK, webhooks: installation.webhookPolicy,
            resolver: Resolver(servers: configuration.dnsServers),
            svg: configuration.svgSocket.map { .unit(socket: $0) } ?? .child)
        let monitor = HostMonitor(installation)
        let application = Application(services, collectors: [monitor.collect])
        application.refresh()
        _ = try Thread.start(name: "invalidation") {
            InvalidationListener(configuration.redis, services: services.visits).run()
        }
        _ = try Thread.start(name: "pages") { hearPages(publisher) }
        _ = try Thread.start(name: "loader") {
            LoaderLoop(
                JournalLoader(
                    directory: configuration.spool, store: store, logger: logger, metrics: journalMetrics,
                    counted: CountedClicks.announcer(in: installation.memory, through: installation.redis)),
                logger: logger
            ).run()
        }
        if outage != nil { _ = try Thread.start(name: "prepare") { prepareLater() } }
        _ = try Thread.start(name: "refresh") {
            for second in 1... {
                sleep(1)
                application.refresh()
                monitor.refresh(cachedLinks: services.cachedLinks)
                // What a report, an image or a large request took is given back: glibc keeps it in each arena else.
                if second % Self.trimSeconds == 0 { malloc_trim(0) }
            }
        }
        _ = try Thread.start(name: "minute") {
            while true {
                sleep(60)
                if sealAuditLog() { monitor.noteSeal() }
                do { try services.sessions.writeSeen() } catch {
                    logger.warning("it is not noted when sessions were last used: \(error)")
                }
            }
        }
        if let problem = installation.memory.problem {
            logger.warning("this process counts for itself, and /metrics does not tell of the others: \(problem)")
        }
        // Links without a password go on leading where they lead.
        do throws(CryptoError) { try PasswordHash.test() } catch {
            logger.critical("passwords of links can be neither set nor checked: \(error). OpenSSL has to allow scrypt")
        }
        logger.info("serving with \(configuration.threads) threads")
        let server = try Server(
            socket: socket(), threads: configuration.threads, logger: logger, mayRead: application.mayRead(bodyOf:),
            handler: application.respond)
        return try server.run(
            started: {
                try Watchdog.start(server)
                ServiceManager.notify(.ready)
            },
            stopping: { ServiceManager.notify(.stopping) })
    }

    /// Brings the files of pages that other hosts have changed.
    private func hearPages(_ publisher: Publisher) -> Never {
        Listener(installation.configuration.redis, [.pages], pauseMilliseconds: 1000).run(
            began: {},
            lost: { installation.logger.warning("no word of changed pages; cron brings them: \($0)") },
            hear: { _, payload in publisher.refresh(PageNews.places(payload)) })
    }

    /// One worker of all hosts seals, whichever comes first; the others find it sealed.
    private func sealAuditLog() -> Bool {
        do {
            try AuditChain.sealAll(in: installation.store)
            return true
        } catch {
            installation.logger.warning("the audit log waits to be sealed: \(error)")
            return false
        }
    }

    /// Once MariaDB is back: a schema that is too old ends the process, as it would have at the start.
    private func prepareLater() {
        do {
            while try installation.prepareDatabase() != nil { sleep(1) }
        } catch {
            complain("mask-worker: \(error)")
            exit(EX_CONFIG)
        }
    }
}
