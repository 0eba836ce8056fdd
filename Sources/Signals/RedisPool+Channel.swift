import Glibc
import Redis

extension RedisPool {
    /// Says a word to whoever hears the channel.
    /// - Returns: whether Redis has taken it.
    @discardableResult
    public func publish(_ word: String, on channel: Channel) -> Bool { publish(RedisArgument(word), on: channel.rawValue) }

    @discardableResult
    public func publish(_ word: RedisArgument, on channel: Channel) -> Bool { publish(word, on: channel.rawValue) }

    /// Tells the senders of webhooks that there are events. Without Redis they find them by themselves, a second later at the most.
    public func wakeSender() { publish(String(getpid()), on: .events) }

    /// Tells the senders of mails that some wait. Without Redis they find them within a minute.
    public func wakeMailSender() { publish(String(getpid()), on: .mails) }
}
