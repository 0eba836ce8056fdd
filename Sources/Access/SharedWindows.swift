import Redis
import Signals
import Synchronization
import Threads

/// What a limiter is asked about one request.
struct RateQuestion: Sendable, Equatable {
    var charges: [RateCharge]
    var epoch: EpochDemand
    /// False only asks whether it would be let in.
    var counts: Bool
    /// How long the window is that limits are meant for.
    var windowSeconds = RateLimiter.windowSeconds
}

/// The counters in Redis, which all workers of all hosts share.
///
/// https://redis.io/docs/latest/develop/programmability/eval-intro/: one script is one round trip and atomic.
final class SharedWindows: Sendable {
    private let redis: RedisPool
    /// Monotonic milliseconds before which Redis is not asked again.
    private let awayUntil = Atomic<Int>(0)

    /// How long Redis is left alone after a failure.
    private static let pauseMilliseconds = 1000
    /// How long one look for a free connection takes, and how long it is looked for.
    private static let turnMilliseconds = 50
    private static let patienceMilliseconds = 250

    init(_ redis: RedisPool) { self.redis = redis }

    private var isAway: Bool { awayUntil.load(ordering: .relaxed) > monotonicMilliseconds() }

    /// Asks several questions in one round trip; those that are the same run the script once, which decides on them one by one.
    /// - Returns: for each in its place what is decided. All nil where it has to be decided elsewhere: Redis is away, or all
    ///   connections are in use for longer than anybody may wait.
    func ask(_ questions: [RateQuestion]) -> [RateDecision?] {
        let deadline = Deadline.after(milliseconds: Self.patienceMilliseconds)
        while !isAway && !deadline.hasPassed {
            do {
                return try redis.withResource(timeoutMilliseconds: Self.turnMilliseconds, keepIf: \.isUsable) {
                    try Self.evaluate(questions, on: $0)
                }
            } catch PoolError.exhausted {
                continue  // says nothing of Redis: the others are asking it
            } catch {
                redis.drain()  // the idle connections have gone with the one that failed
                awayUntil.store(monotonicMilliseconds() + Self.pauseMilliseconds, ordering: .relaxed)
            }
        }
        return questions.map { _ in nil }
    }

    private static func evaluate(_ questions: [RateQuestion], on connection: Connection) throws -> [RateDecision?] {
        var kinds: [(question: RateQuestion, places: [Int])] = []
        for (place, question) in questions.enumerated() {
            if let kind = kinds.firstIndex(where: { $0.question == question }) {
                kinds[kind].places.append(place)
            } else {
                kinds.append((question, [place]))
            }
        }
        let replies = try connection.evaluate(RateLimitScript.script, kinds.map { call($0.question, times: $0.places.count) })
        var decisions = [RateDecision?](repeating: nil, count: questions.count)
        for (kind, reply) in zip(kinds, replies) {
            let made = try RateLimitScript.decisions(reply, of: kind.places.count)
            for (place, decision) in zip(kind.places, made) { decisions[place] = decision }
        }
        return decisions
    }

    private static func call(_ question: RateQuestion, times: Int) -> ScriptCall {
        let (fresh, expected) = switch question.epoch {
        case .none: ("", "")
        case .present: (Epoch.fresh(), "")
        case .expected(let epoch): (Epoch.fresh(), epoch)
        }
        var arguments: [RedisArgument] = [
            RedisArgument(question.windowSeconds * 1000), RedisArgument(question.counts ? 1 : 0), RedisArgument(fresh),
            RedisArgument(expected), RedisArgument(Epoch.milliseconds), RedisArgument(times),
        ]
        arguments.reserveCapacity(6 + 3 * question.charges.count)
        for charge in question.charges {
            arguments.append(RedisArgument(charge.limit.perMinute))
            arguments.append(RedisArgument(charge.cost))
            arguments.append(RedisArgument(charge.next))
        }
        return ScriptCall(keys: question.charges.map { "mask:" + $0.limit.subject }, arguments: arguments)
    }
}
