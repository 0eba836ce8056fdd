import Model
import Store

extension Sender {
    /// Requests at the same time. Clicks, and endpoints that are failing, get fewer, so that they never take all.
    static let transfers = 64
    static let clickTransfers = 24
    static let failingTransfers = 32
    /// A workspace can have many endpoints, and all of them slow: each request of one holds its place for up to 15 seconds. Those
    /// whose pace is not known have places of their own, so that a new one need not wait for the slow.
    static let workspaceTransfers = 32
    static let slowTransfers = 8

    /// Of those to one endpoint.
    static func transfersPerEndpoint(_ lane: EventLane) -> Int { lane == .clicks ? 2 : 5 }
}

/// The places that requests have while they are under way.
struct Places {
    enum Pace { case unknown, slow, fast }

    /// What has a number of places: a lane's endpoints of a pace, in a workspace.
    struct Share: Hashable {
        var workspace: WorkspaceID
        var lane: EventLane
        var pace: Pace
    }

    /// What a request takes, as its endpoint was when it began.
    struct Place {
        var share: Share
        var isOfFailing: Bool
    }

    private var ofLane = EventLane.allCases.map { _ in 0 }
    private var ofFailing = 0
    private var ofWorkspace: [WorkspaceID: Int] = [:]
    private var ofShare: [Share: Int] = [:]

    func hasRoom(in lane: EventLane) -> Bool {
        ofLane.reduce(0, +) < Sender.transfers && (lane == .changes || ofLane[lane.rawValue] < Sender.clickTransfers)
    }

    func hasRoom(for place: Place) -> Bool {
        (!place.isOfFailing || ofFailing < Sender.failingTransfers)
            && ofWorkspace[place.share.workspace, default: 0] < Sender.workspaceTransfers
            && (place.share.pace == .fast || ofShare[place.share, default: 0] < Sender.slowTransfers)
    }

    mutating func take(_ place: Place) { count(place, 1) }

    mutating func free(_ place: Place) { count(place, -1) }

    private mutating func count(_ place: Place, _ change: Int) {
        let share = place.share
        ofLane[share.lane.rawValue] += change
        if place.isOfFailing { ofFailing += change }
        ofWorkspace[share.workspace, default: 0] += change
        ofShare[share, default: 0] += change
        if ofWorkspace[share.workspace] == 0 { ofWorkspace[share.workspace] = nil }
        if ofShare[share] == 0 { ofShare[share] = nil }
    }
}
