import AccountStore
import Bootstrap
import Crypto
import DeliveryStore
import Store

extension Doctor {
    /// MASK_SECRET_KEY against what was encrypted with it.
    var keyChecks: [Check] { [Check(name: "secret key", needs: ["database", "schema"], look: secretKey)] }

    private func secretKey() -> Finding {
        finding("See: maskctl webhook list") {
            let secrets = try installation.store.read {
                try WebhookEndpoints.newestSecrets(limit: Self.secretsLookedAt, on: $0)
                    + Users.authenticatorSecrets(limit: Self.secretsLookedAt, on: $0)
            }
            let foreign = try secrets.count { try unseal($0, secret: installation.configuration.secretKey) == nil }
            guard foreign == 0 else {
                throw Complaint("""
                    This database was made with another secret key: \(foreign) of \(secrets.count) secrets of endpoints and authenticator apps cannot be read. \
                    Put that key back into MASK_SECRET_KEY_FILE (/etc/mask/secret.key). It is where you keep it apart from the \
                    backups; apt purge has left it in /var/backups/mask/secret.key.
                    """)
            }
            return secrets.isEmpty ? "nothing is encrypted with it yet" : "reads the secrets of endpoints and authenticator apps"
        }
    }

    private static let secretsLookedAt = 100
}
