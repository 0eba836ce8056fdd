// MariaDB Connector/C, as Debian's libmariadb-dev installs it.
#include <mysql.h>
#include <errmsg.h>
#include <mysqld_error.h>

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
