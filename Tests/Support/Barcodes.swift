import Foundation

/// Reads the QR codes in PNG images with zbarimg, of Debian's zbar-tools: for each image what its one code says, nil where
/// there is no code that can be read.
public func decodedByZbar(_ images: [[UInt8]]) throws -> [String?] {
    let folder = try TemporaryFolder()
    let names = try images.enumerated().map { number, bytes in
        let path = folder.path + "/\(number).png"
        try Data(bytes).write(to: URL(filePath: path))
        return path
    }
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["zbarimg", "--xml", "--quiet", "--nodbus", "-Sdisable", "-Sqrcode.enable"] + names
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()  // 4: there are images without a code
    guard [0, 4].contains(process.terminationStatus) else { throw TestFailure("zbarimg has failed; install zbar-tools") }
    var found: [String: String] = [:]
    for source in text.split(separator: "<source ") {
        guard let name = source.firstMatch(of: /href='([^']*)'/)?.output.1,
            let data = source.firstMatch(of: /<data><!\[CDATA\[(.*?)\]\]>/)?.output.1
        else { continue }
        found[String(name)] = String(data)
    }
    return names.map { found[$0] }
}
