import API
import Contract
import HTTP
import Model

extension Route {
    /// What the app host answers beside the API: signing in, accounts, and what one-time links are good for.
    package static let ofPeople: [Route] = []
}
