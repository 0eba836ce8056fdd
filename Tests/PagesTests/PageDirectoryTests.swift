import Foundation
import Support
import Synchronization
import Testing

@testable import Pages

/// The files that nginx serves.
@Suite("Files")
struct PageDirectoryTests {
    private let folder: TemporaryFolder
    private let directory: PageDirectory

    init() throws {
        folder = try TemporaryFolder()
        directory = PageDirectory(path: folder.path + "/deep/pages")
    }

    @Test("a page is a file and the same in gzip, both of the page's time, both readable for nginx")
    func writing() throws {
        let html = Array(String(repeating: "<p>Ada</p>", count: 500).utf8)
        try directory.write(html, host: "go.test", slug: "ada", stamp: 1_700_000_000)
        let file = directory.path + "/go.test/ada.html"
        #expect(readWhole(file) == html && directory.stamp(host: "go.test", slug: "ada") == 1_700_000_000)
        #expect(try unzipped(file + ".gz") == html)
        for path in [file, file + ".gz", directory.path, directory.path + "/go.test"] {
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect((mode ?? 0) & 0o444 == 0o444, "\(path)")
        }
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: directory.path + "/go.test").sorted() == [
                "ada.html", "ada.html.gz",
            ])
    }

    private func unzipped(_ path: String) throws -> [UInt8] {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/gzip")
        process.arguments = ["-dc", path]
        let pipe = Pipe()
        process.standardOutput = pipe
        try process.run()
        return Array(pipe.fileHandleForReading.readDataToEndOfFile())
    }

    @Test("a page lacks a file when either is missing or of another time")
    func stamps() throws {
        #expect(directory.stamp(host: "go.test", slug: "ada") == nil)
        try directory.write([1], host: "go.test", slug: "ada", stamp: 7)
        try FileManager.default.removeItem(atPath: directory.path + "/go.test/ada.html.gz")
        #expect(directory.stamp(host: "go.test", slug: "ada") == nil)
    }

    @Test("removing leaves nothing, and there may be nothing to remove")
    func removing() throws {
        try directory.write([1], host: "go.test", slug: "ada", stamp: 7)
        #expect(try directory.remove(host: "go.test", slug: "ada"))
        #expect(try !directory.remove(host: "go.test", slug: "ada") && directory.list().isEmpty)
    }

    @Test("the bare host shows a page by a link to its file, which follows the page and goes with it")
    func root() throws {
        let link = directory.path + "/go.test/_root"
        #expect(directory.root(ofHost: "go.test") == nil)
        try directory.showRoot(ofHost: "go.test", slug: nil)
        try directory.write([1], host: "go.test", slug: "ada", stamp: 7)
        try directory.showRoot(ofHost: "go.test", slug: "ada")
        #expect(readWhole(link) == [1] && FileManager.default.fileExists(atPath: link + ".gz"))
        try directory.write([2], host: "go.test", slug: "ada", stamp: 8)
        #expect(readWhole(link) == [2] && directory.hostsWithRoot == ["go.test"])
        try directory.showRoot(ofHost: "go.test", slug: "bob")
        #expect(directory.root(ofHost: "go.test") == "bob" && !FileManager.default.fileExists(atPath: link))
        directory.removeLeftovers()
        #expect(directory.root(ofHost: "go.test") == "bob")
        try directory.showRoot(ofHost: "go.test", slug: nil)
        #expect(directory.hostsWithRoot == [])
        #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path + "/go.test").sorted() == ["ada.html", "ada.html.gz"])
    }

    @Test("who works on one page waits for nobody who works on another")
    func locks() throws {
        let order = Mutex<[String]>([])
        let inside = Mutex(false)
        _ = try inParallel(2) { thread in
            if thread == 0 {
                try directory.locked(host: "h", slug: "a") {
                    inside.withLock { $0 = true }
                    try directory.locked(host: "h", slug: "b") { order.withLock { $0.append("b") } }
                    usleep(200_000)
                    order.withLock { $0.append("first") }
                }
            } else {
                while !inside.withLock({ $0 }) { usleep(1000) }
                try directory.locked(host: "h", slug: "a") { order.withLock { $0.append("second") } }
            }
        }
        #expect(order.withLock { $0 } == ["b", "first", "second"])
    }

    @Test("a reader never sees half a page")
    func atomicity() throws {
        let versions = [UInt8(ascii: "a"), UInt8(ascii: "b")].map { [UInt8](repeating: $0, count: 200_000) }
        try directory.write(versions[0], host: "h", slug: "s", stamp: 1)
        let file = directory.path + "/h/s.html"
        let seen = try inParallel(2) { thread -> Bool in
            for round in 0..<100 {
                if thread == 0 {
                    try directory.write(versions[round % 2], host: "h", slug: "s", stamp: round + 1)
                } else if let bytes = readWhole(file), !versions.contains(bytes) {
                    return false
                }
            }
            return true
        }
        #expect(seen == [true, true])
    }
}
