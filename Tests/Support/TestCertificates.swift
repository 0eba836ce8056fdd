import Foundation

/// Good and bad certificates, made by the openssl command: `good`, `self-signed`, `expired` and `wrong-host`, each a `.pem`
/// with its `.key`, and `authority.pem`, which has signed all but the self-signed one. Those that are for this machine have
/// the names 127.0.0.1 and localhost.
public enum TestCertificates {
    public static func make(in folder: String) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["sh", "-ec", script]
        process.currentDirectoryURL = URL(filePath: folder)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else { throw TestFailure("openssl failed") }
    }

    private static let script = """
        key='-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes'
        request() { openssl req $key -keyout $1.key -out $1.csr -subj /CN=$1; }
        sign() { printf 'subjectAltName=%s' "$2" >$1.ext
          openssl x509 -req -in $1.csr -CA authority.pem -CAkey authority.key -CAcreateserial -days $3 -extfile $1.ext -out $1.pem; }
        own() { openssl req -x509 $key -keyout $1.key -out $1.pem -subj /CN=$1 -days 2 -addext subjectAltName=IP:127.0.0.1,DNS:localhost; }
        own authority; own self-signed
        for name in good expired wrong-host; do request $name; done
        sign good IP:127.0.0.1,DNS:localhost 2
        sign expired IP:127.0.0.1,DNS:localhost -1
        sign wrong-host DNS:other.example 2
        """
}
