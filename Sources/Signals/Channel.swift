/// A channel of Redis, by which the processes of all hosts tell each other what has changed. What is said while nobody hears it
/// is lost: each listener has another way to what it has missed.
public enum Channel: String, CaseIterable, Sendable {
    /// Links and domains have changed: keys of the caches, a line each.
    case links = "mask:links"
    /// Clicks of links were counted: 16 bytes each.
    case clicks = "mask:clicks"
    /// Pages have changed: `HOST/SLUG`, a line each.
    case pages = "mask:pages"
    /// There are events that no sender has picked up.
    case events = "mask:events"
    /// There are mails that nobody has sent.
    case mails = "mask:mails"
    /// Another sender has begun; one whose time is over may end.
    case successor = "mask:sender"
}
