import HTTP
import Model
import Store

// What the entity tag of a resource is made of. Counts that grow by themselves show in the object without being a change of it.

extension Domain {
    package var resourceVersion: ResourceVersion { ResourceVersion(version) }
}

extension Member {
    package var resourceVersion: ResourceVersion { ResourceVersion(version) }
}

extension APIKey {
    package var resourceVersion: ResourceVersion { ResourceVersion(version, detail: lastUse.map { Int($0.at.milliseconds) }) }
}

extension Link {
    package var resourceVersion: ResourceVersion { ResourceVersion(version, detail: clicks) }
}

extension BioPage {
    package var resourceVersion: ResourceVersion { ResourceVersion(version, detail: views) }
}

extension QRCode {
    package var resourceVersion: ResourceVersion { ResourceVersion(version) }
}

extension Webhook {
    package var resourceVersion: ResourceVersion {
        let health = [health.failures, health.waiting, health.clicksDropped, Int(health.lastSuccessAt?.milliseconds ?? 0)]
        return ResourceVersion(version, detail: health.reduce(0) { ($0 &* 31 &+ $1) & 0xFFFF_FFFF_FFFF })
    }
}
