// libcurl, as Debian's libcurl4-openssl-dev installs it.
#include <curl/curl.h>

// Swift cannot call variadic functions. curl_easy_setopt, curl_easy_getinfo and curl_multi_setopt take one more argument of
// the type that the option asks for; each of these is the function with that type.

// An enum up to libcurl 8.12, a macro of a long after it.
static const long mask_curl_netrc_ignored = CURL_NETRC_IGNORED;

// STARTTLS: where the server offers it, or in any case.
static const long mask_curl_tls_if_offered = CURLUSESSL_TRY;
static const long mask_curl_tls_required = CURLUSESSL_ALL;

// CURLE_TOO_LARGE, which libcurl has from 8.6 on.
static const unsigned mask_curle_too_large = 100;

// For options whose manual page says "long".
static inline CURLcode mask_curl_set_long(CURL *handle, CURLoption option, long value) {
    return curl_easy_setopt(handle, option, value);
}
// For options whose name ends in _LARGE.
static inline CURLcode mask_curl_set_offset(CURL *handle, CURLoption option, curl_off_t value) {
    return curl_easy_setopt(handle, option, value);
}
// For options whose manual page says "char *"; libcurl copies the string.
static inline CURLcode mask_curl_set_string(CURL *handle, CURLoption option, const char *value) {
    return curl_easy_setopt(handle, option, value);
}
// CURLOPT_COPYPOSTFIELDS says "char *" as well, and takes any bytes.
static inline CURLcode mask_curl_set_body(CURL *handle, const void *bytes) {
    return curl_easy_setopt(handle, CURLOPT_COPYPOSTFIELDS, bytes);
}
// libcurl does not copy the list.
static inline CURLcode mask_curl_set_fields(CURL *handle, struct curl_slist *list) {
    return curl_easy_setopt(handle, CURLOPT_HTTPHEADER, list);
}
static inline CURLcode mask_curl_set_connect_to(CURL *handle, struct curl_slist *list) {
    return curl_easy_setopt(handle, CURLOPT_CONNECT_TO, list);
}
// Of a mail; libcurl does not copy the list.
static inline CURLcode mask_curl_set_recipients(CURL *handle, struct curl_slist *list) {
    return curl_easy_setopt(handle, CURLOPT_MAIL_RCPT, list);
}
// What reads the bytes of a mail.
static inline CURLcode mask_curl_on_read(CURL *handle, curl_read_callback function, void *argument) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_READDATA, argument);
    return code == CURLE_OK ? curl_easy_setopt(handle, CURLOPT_READFUNCTION, function) : code;
}
// The three functions that a transfer calls, each with what it is called with: a C function pointer has no type that all
// of them share.
static inline CURLcode mask_curl_on_head(CURL *handle, curl_write_callback function, void *argument) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_HEADERDATA, argument);
    return code == CURLE_OK ? curl_easy_setopt(handle, CURLOPT_HEADERFUNCTION, function) : code;
}
static inline CURLcode mask_curl_on_body(CURL *handle, curl_write_callback function, void *argument) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_WRITEDATA, argument);
    return code == CURLE_OK ? curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, function) : code;
}
static inline CURLcode mask_curl_on_socket(CURL *handle, curl_opensocket_callback function, void *argument) {
    CURLcode code = curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, argument);
    return code == CURLE_OK ? curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, function) : code;
}

// The results that are a number, a time in microseconds and a string. The string belongs to the handle; NULL for none.
static inline long mask_curl_get_long(CURL *handle, CURLINFO info) {
    long value = 0;
    return curl_easy_getinfo(handle, info, &value) == CURLE_OK ? value : 0;
}
static inline curl_off_t mask_curl_get_offset(CURL *handle, CURLINFO info) {
    curl_off_t value = 0;
    return curl_easy_getinfo(handle, info, &value) == CURLE_OK ? value : 0;
}
static inline const char *mask_curl_get_string(CURL *handle, CURLINFO info) {
    const char *value = 0;
    return curl_easy_getinfo(handle, info, &value) == CURLE_OK ? value : 0;
}

// For options of a multi handle whose manual page says "long".
static inline CURLMcode mask_curl_multi_set_long(CURLM *handle, CURLMoption option, long value) {
    return curl_multi_setopt(handle, option, value);
}
