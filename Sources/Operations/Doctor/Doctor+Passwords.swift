import Bootstrap
import Crypto

extension Doctor {
    /// What the passwords of links need of this machine.
    var passwordChecks: [Check] { [Check(name: "passwords", look: passwords)] }

    private func passwords() -> Finding {
        finding("OpenSSL has to allow scrypt (a FIPS policy does not), and needs 16 MiB for each. Without it no link's password works.") {
            try PasswordHash.test()
            return "scrypt makes the hash of RFC 7914"
        }
    }
}
