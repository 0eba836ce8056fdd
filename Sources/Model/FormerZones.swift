/// What zones were called before. Browsers go on saying Asia/Calcutta and Europe/Kiev, and Debian has the files of such names in
/// a package apart since release 13, tzdata-legacy.
enum FormerZones {
    /// The names of today, as the system's file has them when it is first asked.
    static let present = links(in: readSmallFile(TimeZoneRules.folder + "tzdata.zi") ?? [])

    /// The links of a file in zic(8)'s short form: `L Asia/Kolkata Asia/Calcutta`.
    static func links(in file: [UInt8]) -> [String: String] {
        var links: [String: String] = [:]
        for line in file.split(separator: UInt8(ascii: "\n")) where line.first == UInt8(ascii: "L") {
            let words = line.split(separator: UInt8(ascii: " ")).map { String(decoding: $0, as: UTF8.self) }
            if words.count == 3 { links[words[2]] = words[1] }
        }
        return links
    }
}
