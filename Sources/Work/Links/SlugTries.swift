/// How many more random slugs are tried before a link or page is refused.
struct SlugTries {
    static let most = 5

    private var left = most

    /// - Parameter tries: with the one that has just been refused; nil of a slug that was chosen.
    /// - Throws: the refusal, unless it is of a random slug; then, once there were enough, ``Refusal/slugSpaceExhausted``.
    static func next(_ tries: SlugTries?, after refusal: any Error) throws -> SlugTries {
        guard var tries else { throw refusal }
        switch refusal {
        case Refusal.slugTaken, Refusal.slugDeleted: break
        default: throw refusal
        }
        tries.left -= 1
        guard tries.left > 0 else { throw Refusal.slugSpaceExhausted }
        return tries
    }
}
