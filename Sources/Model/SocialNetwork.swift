/// Networks whose sign a page can show. Each has an SVG in `nginx/themes/icons`.
public enum SocialNetwork: String, Sendable, CaseIterable {
    case bluesky, discord, facebook, github, gitlab, instagram, linkedin, mastodon, medium, patreon, pinterest, reddit,
        rss
    case signal, snapchat, soundcloud, spotify, substack, telegram, threads, tiktok, twitch, website, whatsapp, x,
        youtube

    /// As it writes itself.
    public var name: String {
        switch self {
        case .github: "GitHub"
        case .gitlab: "GitLab"
        case .linkedin: "LinkedIn"
        case .rss: "RSS"
        case .soundcloud: "SoundCloud"
        case .tiktok: "TikTok"
        case .whatsapp: "WhatsApp"
        case .youtube: "YouTube"
        default: rawValue.prefix(1).uppercased() + rawValue.dropFirst()
        }
    }
}
