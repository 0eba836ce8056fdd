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
        # x509 of OpenSSL 3.4 and later takes no end in the past.
        expired() { : >index; echo 01 >serial
          printf '%s\\n' '[ca]' default_ca=own '[own]' database=index serial=serial new_certs_dir=. certificate=authority.pem \
            private_key=authority.key default_md=sha256 policy=names x509_extensions=names_of '[names]' commonName=supplied \
            '[names_of]' "subjectAltName=$2" >ca.conf
          openssl ca -batch -notext -config ca.conf -in $1.csr -out $1.pem -startdate 20200101000000Z -enddate 20200102000000Z; }
        own authority; own self-signed
        for name in good expired wrong-host; do request $name; done
        sign good IP:127.0.0.1,DNS:localhost 2
        expired expired IP:127.0.0.1,DNS:localhost
        sign wrong-host DNS:other.example 2
        """
}
