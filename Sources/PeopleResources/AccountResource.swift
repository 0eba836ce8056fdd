import AccountStore
import API
import HTTP
import JSON
import Model
import Store
import Work

/// `/account`: what a user is called, how the dashboard looks, and the password. `/app`: what anybody may know of it.
enum AccountResource {
    static func app(_ call: GuestCall) throws -> Answer { .ok(call.services.appJSON) }

    static func update(_ call: PersonCall) throws -> Answer {
        var fields = try call.fields()
        let name = fields.value("name", as: .personName)
        let zone = fields.field("timezone", as: .timeZone)
        let scheme = fields.value("scheme", as: .choice(of: User.Scheme.self))
        let density = fields.value("density", as: .choice(of: User.Density.self))
        let shortcuts = fields.value("shortcuts", as: .bool)
        try fields.finish()
        var settings = call.user.settings
        if !zone.isAbsent { settings.timeZone = zone.value }
        if let scheme { settings.scheme = scheme }
        if let density { settings.density = density }
        if let shortcuts { settings.shortcuts = shortcuts }
        let user = try call.make(call.account.update(name: name ?? call.user.name, settings: settings))
        return .ok(try call.services.store.read { try user.json(on: $0) })
    }

    /// Sets the password; all other sessions end.
    static func setPassword(_ call: PersonCall) throws -> Answer {
        var fields = try call.fields()
        let password = fields.required("password", as: .typedPassword)
        let text = try fields.finish(requiring: password)
        let stored = try call.services.hash(of: text, for: call.user, from: call.network)
        let user = try call.make(call.account.setPassword(stored, in: call.session.id))
        return try call.renewed(of: user)
    }
}

extension FieldType where Value == String {
    /// An IANA time zone.
    static var timeZone: FieldType {
        FieldType<String>.string(maximum: 64).map { text in
            guard TimeZoneRules(identifier: text) != nil else {
                throw FieldRefusal(code: "invalid_timezone", message: "Send an IANA time zone, such as Europe/Berlin.")
            }
            return text
        }
    }
}
