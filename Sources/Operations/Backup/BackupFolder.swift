import Bootstrap
import Crypto
import Glibc
import POSIX
import Text

/// A finished backup: a folder `mask-<time>` with
///
///     manifest.json      what it is
///     SHA256SUMS         of every file in it; sha256sum(1) checks them without MASK
///     SHA256SUMS.hmac    that the installation with this MASK_SECRET_KEY wrote those sums
///     database.sql.gz    the database, where the method is logical
///     mariadb/           the server's files, prepared to be copied back, where it is physical
///     spool/             the journal's segments
///     mask.env           the configuration of this host, without its secrets
///
/// While it is being made it has `.partial` behind its name: what has not is whole.
public struct BackupFolder {
    public let path: String
    public let manifest: BackupManifest
    /// Of the text that ``manifest`` was read from.
    private let manifestSum: String

    static let sums = "SHA256SUMS", manifestFile = "manifest.json", dump = "database.sql.gz", files = "mariadb"
    static let signatureFile = "SHA256SUMS.hmac"
    static let spool = "spool", settings = "mask.env", partial = ".partial"

    /// Reads what a backup says of itself.
    public init(_ path: String) throws(BackupError) {
        self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        guard !self.path.hasSuffix(Self.partial) else { throw BackupError("\(path) was never finished; choose another backup") }
        guard let text = File.text(of: self.path + "/" + Self.manifestFile) else { throw BackupError("\(path) is no backup of MASK") }
        guard let manifest = BackupManifest(json: text) else {
            throw BackupError("\(path)/\(Self.manifestFile) is not of a kind that this version of MASK knows")
        }
        self.manifest = manifest
        manifestSum = hexadecimal(sha256(text))
    }

    /// Compares every file with its sum, and before that the sums with their signature. The sums are read once: what is compared
    /// with is what was signed.
    /// - Parameter secretKey: nil where nobody asks who has made it.
    public func verify(signedWith secretKey: String? = nil) throws {
        guard let sums = File.text(of: path + "/" + Self.sums) else { throw BackupError("\(path) has no \(Self.sums)") }
        if let secretKey { try verifySignature(of: sums, with: secretKey) }
        for name in ["\(manifestSum)  ./\(Self.manifestFile)", "  ./" + (manifest.method == .logical ? Self.dump : Self.files + "/")] {
            guard sums.contains(name) else { throw BackupError("\(path) is damaged: \(Self.sums) has no line with \(name)") }
        }
        let scratch = try ScratchFolder()
        let copy = scratch.path + "/" + Self.sums
        try HostFile.write(sums, to: copy, mode: 0o600)
        guard try Self.run(["sh", "-c", Self.whatElse, "sh", path], input: copy) == 0 else {
            throw BackupError("\(path) has files that it was not made with: \(Self.sums) does not name them. Remove them, or choose another backup")
        }
        guard try Self.run(["env", "--chdir", path, "sha256sum", "--check", "--strict", "--quiet", "-"], input: copy) == 0 else {
            throw BackupError("\(path) is damaged: sha256sum --check \(Self.sums) in it says where; choose another backup")
        }
    }

    private static func run(_ words: [String], input path: String) throws(BackupError) -> Int32 {
        guard let input = Descriptor(open(path, O_RDONLY | O_CLOEXEC)), let null = Descriptor(open("/dev/null", O_WRONLY | O_CLOEXEC))
        else { throw BackupError("open", path) }
        guard let process = Program.start(words, input: input.number, output: null.number, errors: null.number) else {
            throw .missing(words[0])
        }
        return Program.wait(process)
    }

    /// Fails where there is a file that the sums do not name, which come by its input, or something that is no file: a restore takes whole folders.
    private static let whatElse = """
        cd "$1" && [ -z "$(find . ! -type d ! -type f)" ] &&
        [ "$(find . -type f ! -path ./\(sums) ! -path ./\(signatureFile) | LC_ALL=C sort)" = "$(cut -c67- | LC_ALL=C sort)" ]
        """

    /// Who can write here can write sums, too. What is restored is run, so it has to be what this installation wrote.
    private func verifySignature(of sums: String, with secretKey: String) throws(BackupError) {
        guard let found = File.text(of: path + "/" + Self.signatureFile) else {
            throw BackupError("\(path) has no \(Self.signatureFile): it may be an older version's, or somebody else's. If you trust it, say --unsigned")
        }
        guard found == Self.signature(of: sums, with: secretKey) + "\n" else {
            throw BackupError("""
                \(path) was not made with this MASK_SECRET_KEY, or was changed since. Put back the key that it was made with; if you \
                have lost that and trust the backup, say --unsigned
                """)
        }
    }

    /// HMAC-SHA-256 of a label and the sums.
    static func signature(of sums: String, with secretKey: String) -> String {
        hexadecimal(hmacSHA256(key: Array(secretKey.utf8), "mask backup sums 1\n" + sums))
    }

    /// The backups in a folder, oldest first.
    static func list(in folder: String) throws -> [String] {
        try Environment.names(folder, suffix: "Z", for: "--to").filter {
            $0.hasPrefix("mask-") && access("\(folder)/\($0)/\(manifestFile)", F_OK) == 0
        }
    }

    /// Removes the oldest so that so many are left. What is half removed has `.partial` behind its name.
    static func forget(in folder: String, keeping count: Int) throws {
        for name in try list(in: folder).dropLast(count) {
            let (path, last) = ("\(folder)/\(name)", "\(folder)/\(name)\(partial)")
            guard rename(path, last) == 0 else { throw BackupError("rename", path) }
            try remove(last)
        }
    }

    static func remove(_ path: String) throws(BackupError) {
        guard Program.run(["rm", "-rf", "--", path]) == 0 else { throw BackupError("\(path) cannot be removed") }
    }
}

/// A file descriptor, closed with this object.
struct Descriptor: ~Copyable {
    let number: Int32

    /// Nil where the call that was to open it has failed.
    init?(_ number: Int32) {
        guard number >= 0 else { return nil }
        self.number = number
    }

    deinit { close(number) }
}
