/// The hash of the password that a call sets: made once, however often its change is tried.
package final class MadeHash {
    private var made: (password: String, hash: String)?

    package func of(_ password: String, make: (String) throws -> String) rethrows -> String {
        if let made, made.password == password { return made.hash }
        let hash = try make(password)
        made = (password, hash)
        return hash
    }
}
