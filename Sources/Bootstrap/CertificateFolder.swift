import Crypto
import POSIX

/// The folder MASK_CERTIFICATES, in which nginx finds the certificate of each host as HOST.crt.
public enum CertificateFolder {
    /// What nginx finds, and when it ends, in seconds since 1970.
    public static func ends(in folder: String) -> [(host: String, end: Int)] {
        ((try? Folder.names(folder, suffix: ".crt")) ?? []).compactMap { name in
            File.text(of: folder + "/" + name).flatMap { certificateEnd(pem: $0) }.map { (String(name.dropLast(4)), $0) }
        }
    }
}
