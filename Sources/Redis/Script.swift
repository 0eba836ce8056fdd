import Threads

/// A Lua script, for ``Connection/evaluate(_:keys:arguments:)``. Made once: it remembers the name by which servers know it.
public final class Script: Sendable {
    public let source: String
    /// The SHA-1 of the source, which is the same on every server. Nil until one has told it.
    private let digest = Monitor<RedisArgument?>(nil)

    public init(_ source: String) {
        self.source = source
    }

    /// - Parameter learn: asks a server.
    func digest(_ learn: () throws(RedisError) -> RedisArgument) throws(RedisError) -> RedisArgument {
        if let known = digest.withLock({ $0 }) { return known }
        let learned = try learn()
        digest.withLock { $0 = learned }
        return learned
    }
}

/// What a script is run with.
public struct ScriptCall: Sendable {
    /// The `KEYS` of the script.
    public var keys: [String]
    /// The `ARGV` of the script.
    public var arguments: [RedisArgument]

    public init(keys: [String] = [], arguments: [RedisArgument] = []) {
        (self.keys, self.arguments) = (keys, arguments)
    }

    fileprivate var operands: [RedisArgument] { [RedisArgument(keys.count)] + keys.map { RedisArgument($0) } + arguments }
}

extension Connection {
    /// Runs a script on the server.
    ///
    /// Its first use anywhere loads it with `SCRIPT LOAD`; from then on only its digest is sent, with `EVALSHA`. A server that
    /// does not know the script, or has forgotten it after a restart or `SCRIPT FLUSH`, is sent the source.
    @discardableResult
    public func evaluate(
        _ script: Script, keys: [String] = [], arguments: [RedisArgument] = []
    ) throws(RedisError) -> Reply {
        try evaluate(script, [ScriptCall(keys: keys, arguments: arguments)])[0]
    }

    /// Runs a script several times, one after the other, in one round trip.
    public func evaluate(_ script: Script, _ calls: [ScriptCall]) throws(RedisError) -> [Reply] {
        let digest = try script.digest { () throws(RedisError) in try load(script) }
        for call in calls { try enqueue(["EVALSHA", digest] + call.operands) }
        // All replies are taken before any is looked at: the next command must not get one of these.
        var outcomes: [Result<Reply, RedisError>] = []
        for _ in calls {
            do throws(RedisError) { outcomes.append(.success(try receive())) } catch {
                guard isUsable else { throw error }
                outcomes.append(.failure(error))
            }
        }
        var replies: [Reply] = []
        for (outcome, call) in zip(outcomes, calls) {
            do throws(RedisError) { replies.append(try outcome.get()) } catch {
                // NOSCRIPT comes before anything is run, so running the script now runs it once.
                guard error.code == "NOSCRIPT" else { throw error }
                replies.append(try command("EVAL", [RedisArgument(script.source)] + call.operands))
            }
        }
        return replies
    }

    private func load(_ script: Script) throws(RedisError) -> RedisArgument {
        guard case .string(let digest) = try command("SCRIPT", "LOAD", RedisArgument(script.source)) else {
            throw .lost("SCRIPT LOAD was not answered with a digest")
        }
        return RedisArgument(digest)
    }
}
