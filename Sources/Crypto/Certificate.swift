import COpenSSL
import Glibc

/// When the first certificate of a PEM text ends, in seconds since 1970; nil where there is none that can be read.
/// OpenSSL's `PEM_read_bio_X509` and `X509_get0_notAfter`.
public func certificateEnd(pem: String) -> Int? {
    var pem = pem
    return pem.withUTF8 { bytes in
        guard let reader = BIO_new_mem_buf(bytes.baseAddress, Int32(clamping: bytes.count)) else { return nil }
        defer { BIO_free(reader) }
        guard let certificate = PEM_read_bio_X509(reader, nil, nil, nil) else {
            ERR_clear_error()
            return nil
        }
        defer { X509_free(certificate) }
        var time = tm()
        guard ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &time) == 1 else { return nil }
        return timegm(&time)
    }
}
