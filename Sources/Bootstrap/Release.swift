/// What this is a release of.
public enum Release {
    /// The version, by Semantic Versioning; systemd/package.sh reads it here.
    public static let version = "0.9.0"
}
