import Foundation
import Logging
import MariaDB
import Store
import Support
import Testing

@testable import Journal

/// Six loaders one after the other, each in a process of its own that is killed at a moment by chance.
func runLoadersThatAreKilled(in folder: TemporaryFolder, on database: TestDatabase) async throws {
    guard case .socket(let socket) = database.configuration.address else { throw TestFailure("no socket") }
    for _ in 0..<6 {
        await #expect(processExitsWith: .signal(SIGKILL)) { [
            path = folder.path as String, socket = socket as String, user = database.configuration.user as String,
            password = database.configuration.password as String?, name = database.name as String
        ] in
            let store = Store(
                .init(address: .socket(path: socket), user: user, password: password, database: name), connections: 2)
            killThisProcess(afterMilliseconds: .random(in: 1...400))
            var loader = JournalLoader(directory: path, store: store, logger: .silent)
            loader.compactsAt = .everyBatch
            while true {
                _ = try? loader.load()
                usleep(1000)
            }
        }
    }
}

func killThisProcess(afterMilliseconds milliseconds: Int) {
    Foundation.Thread.detachNewThread {
        usleep(UInt32(milliseconds) * 1000)
        kill(getpid(), SIGKILL)
    }
}

extension Logger {
    static var silent: Logger { Logger(label: "test") { _ in SwiftLogNoOpLogHandler() } }
}
