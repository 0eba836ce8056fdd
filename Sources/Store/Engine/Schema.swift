/// The newest migration that this program needs: it refuses to start on a schema without it.
public enum Schema {
    public static let newestMigration = "0057_links_lists"
}
