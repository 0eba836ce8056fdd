import AccountStore
import AnalyticsStore
import DeliveryStore
import JSON
import LinkStore
import Model
import Pages
import QRCodes
import Store
import Text

/// Lists of words, of which a field has one.
extension Schemas {
    static let words: JSONObject = [
        "ErrorCode": .oneOf(ErrorCatalog.codes).about("A word for programs; later versions may have more"),
        "Scope": .oneOf(Scope.allCases.map(\.rawValue)).about("What a key may do"),
        "Role": .oneOf(Role.allCases.map(\.rawValue)).about("What a member may do"),
        "Plan": .oneOf(Plan.allCases.map(\.rawValue)).about("What a workspace has subscribed to"),
        "LinkState": .oneOf(LinkFilter.State.allCases.map(\.rawValue)).about("What holds of a link now"),
        "DeletedState": .oneOf([LinkFilter.State.deleted.rawValue]).about("Said of links that were deleted"),
        "LinkSort": .oneOf(["created_at", "clicks"]).about("Newest or most clicked first"),
        "ExistenceState": .oneOf(["existing", "deleted"]).about("What is there, or was deleted and can be restored"),
        "RedirectStatus": ["type": "integer", "enum": [301, 302, 307, 308], "description": "The status with which a link leads on"],
        "ErrorCorrection": .oneOf(QRStyle.Correction.allCases.map(\.rawValue)).about("How much of a QR code may be dirty or covered"),
        "QRFormat": .oneOf(QRFormat.allCases.map(\.rawValue)).about("The format of a QR code"),
        "DomainStatus": .oneOf(Domain.Status.allCases.map(\.rawValue)).about("Whether the host is the workspace's"),
        "DNSRecordType": .oneOf(["TXT", "CNAME"]).about("The type of a DNS record"),
        "DNSRecordState": .oneOf(DomainCheck.RecordState.allCases.map(\.rawValue)).about("What the last look at the DNS has found"),
        "ClickGroup": .oneOf(ClickQuestion.Group.allCases.map(\.rawValue)).about("What each line of analytics counts"),
        "ViewGroup": .oneOf(ClickQuestion.Group.ofPages.map(\.rawValue)).about("What each line of a page's analytics counts"),
        "UsageGroup": .oneOf(UsageQuestion.Group.allCases.map(\.rawValue)).about("What each line of usage counts"),
        "ClickCount": .oneOf(ClickQuestion.Count.allCases.map(\.rawValue)).about("Everyone, everyone but bots, or first visits of a day"),
        "ClickInterval": .oneOf(Interval.all.map(\.name)).about("A window of whole hours or days"),
        "UsageInterval": .oneOf(Interval.ofUsage.map(\.name)).about("A window of minutes, hours or days"),
        "ClickGranularity": .oneOf(ClickQuestion.granularities.map(\.rawValue)).about("The length of a step of time"),
        "UsageGranularity": .oneOf(Granularity.allCases.map(\.rawValue)).about("The length of a step of time"),
        "DeviceType": .oneOf(UserAgent.Device.allCases.map(\.rawValue)).about("What a visitor holds"),
        "ClickTrigger": .oneOf(ClickTrigger.allCases.map(\.rawValue)).about("A link that was followed, or a QR code that was scanned"),
        "BotFilter": .oneOf(["true", "false"]).about("Only bots, or only others"),
        "ExportFormat": .oneOf(ExportFormat.allCases.map(\.rawValue)).about("CSV, or JSON line by line"),
        "EventType": .oneOf(EventType.allCases.map(\.rawValue)).about("What happened; later versions may have more"),
        "EventPattern": .oneOf(EventPattern.all).about("A type of event, a family of them, or all"),
        "DeliveryStatus": .oneOf(Delivery.Status.allCases.map(\.rawValue)).about("What has come of a delivery"),
        "RecoveryStatus": .oneOf(Recovery.Which.allCases.map(\.rawValue)).about("Which deliveries are sent again"),
        "ImageType": .oneOf(Image.ImageType.allCases.map(\.mediaType)).about("The media type of an image"),
        "SocialNetwork": .oneOf(SocialNetwork.allCases.map(\.rawValue)).about("A network of which pages have a sign"),
        "AuditOutcome": .oneOf(AuditFilter.Outcome.allCases.map(\.rawValue)).about("What came of it"),
    ]

    /// Of who is signed in.
    static let wordsOfPeople: JSONObject = [
        "SignInMethod": .oneOf(Session.Method.allCases.map(\.rawValue)).about("How somebody has signed in"),
        "ColorScheme": .oneOf(User.Scheme.allCases.map(\.rawValue)).about("Light, dark, or as the device has it"),
        "Density": .oneOf(User.Density.allCases.map(\.rawValue)).about("How close rows stand"),
        "OneTimePurpose": .oneOf(AccountStore.OneTimeLink.Purpose.allCases.map(\.rawValue)).about("What a one-time link is good for"),
    ]
}
