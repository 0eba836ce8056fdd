import Access
import AccountStore
import HTTP
import Model
import Work

/// A call on the app host by whoever comes.
package struct GuestCall: RequestReading {
    package let request: Request
    package let parameters: Router<Route>.Parameters
    package let services: Services
    package let now = Timestamp.now()

    init(_ request: Request, _ parameters: Router<Route>.Parameters, _ services: Services) {
        (self.request, self.parameters, self.services) = (request, parameters, services)
    }

    package var dialect: Dialect { .reference }
}

/// A call on the app host by somebody who is signed in, for no workspace.
package struct PersonCall: RequestReading {
    package let request: Request
    package let parameters: Router<Route>.Parameters
    package let services: Services
    package let now = Timestamp.now()
    package let session: Session
    package let user: User

    init(_ request: Request, _ parameters: Router<Route>.Parameters, _ services: Services, _ who: SignedIn) {
        (self.request, self.parameters, self.services) = (request, parameters, services)
        (session, user) = (who.session, who.user)
    }

    package var dialect: Dialect { .reference }
}
