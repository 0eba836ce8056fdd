// MariaDB Connector/C, as Debian's libmariadb-dev installs it.
#include <mysql.h>
#include <errmsg.h>
#include <mysqld_error.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

// mysql_options takes a `const void *`: these give its uses their types.
static inline int mask_mysql_option_uint(MYSQL *handle, enum mysql_option option, unsigned int value) {
    return mysql_options(handle, option, &value);
}
static inline int mask_mysql_option_string(MYSQL *handle, enum mysql_option option, const char *value) {
    return mysql_options(handle, option, value);
}
static inline int mask_mysql_option_bool(MYSQL *handle, enum mysql_option option, my_bool value) {
    return mysql_options(handle, option, &value);
}

// Ends a TCP connection whose other side acknowledges nothing for so many seconds: tcp(7), TCP_USER_TIMEOUT, TCP_KEEPIDLE.
static inline void mask_mysql_notice_silence(MYSQL *handle, unsigned int seconds) {
    int socket = (int)mysql_get_socket(handle), on = 1, interval = 1, milliseconds = (int)seconds * 1000;
    int idle = seconds > 3 ? (int)seconds - 3 : 1, probes = 3;
    setsockopt(socket, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
    setsockopt(socket, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof idle);
    setsockopt(socket, IPPROTO_TCP, TCP_KEEPINTVL, &interval, sizeof interval);
    setsockopt(socket, IPPROTO_TCP, TCP_KEEPCNT, &probes, sizeof probes);
    setsockopt(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds, sizeof milliseconds);
}
