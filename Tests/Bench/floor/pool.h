/* Connections to MariaDB that the threads share, each with one statement prepared. As many as a worker has.
 *
 * MASK_MARIADB_SOCKET, MASK_MARIADB_USER and FLOOR_DATABASE say where. */

#include <mariadb/mysql.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { connections = 16 };

static MYSQL_STMT *idle[connections];
static int idle_count;
static pthread_mutex_t pool_lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t returned = PTHREAD_COND_INITIALIZER;

static MYSQL_STMT *borrow(void) {
  pthread_mutex_lock(&pool_lock);
  while (idle_count == 0) pthread_cond_wait(&returned, &pool_lock);
  MYSQL_STMT *statement = idle[--idle_count];
  pthread_mutex_unlock(&pool_lock);
  return statement;
}

static void give_back(MYSQL_STMT *statement) {
  pthread_mutex_lock(&pool_lock);
  idle[idle_count++] = statement;
  pthread_cond_signal(&returned);
  pthread_mutex_unlock(&pool_lock);
}

static int open_pool(const char *sql) {
  mysql_library_init(0, NULL, NULL);
  while (idle_count < connections) {
    MYSQL *connection = mysql_init(NULL);
    if (!mysql_real_connect(connection, NULL, getenv("MASK_MARIADB_USER"), NULL, getenv("FLOOR_DATABASE"), 0,
                            getenv("MASK_MARIADB_SOCKET"), 0)) {
      fprintf(stderr, "%s\n", mysql_error(connection));
      return 1;
    }
    MYSQL_STMT *statement = mysql_stmt_init(connection);
    if (mysql_stmt_prepare(statement, sql, (unsigned long)strlen(sql)) != 0) {
      fprintf(stderr, "%s\n", mysql_stmt_error(statement));
      return 1;
    }
    idle[idle_count++] = statement;
  }
  return 0;
}
