/* The floor of POST /v1/links: one row, committed durably, before the answer.
 *
 * Durable: autocommit with innodb_flush_log_at_trx_commit=1, which is what the worker's commits get too. */

#include "pool.h"
#include "serve.h"

static void answer(FCGX_Request *request) {
  char url[1024];
  unsigned long length = (unsigned long)FCGX_GetStr(url, sizeof url, request->in);
  MYSQL_BIND parameter = {
      .buffer_type = MYSQL_TYPE_STRING, .buffer = url, .buffer_length = length, .length = &length};

  MYSQL_STMT *statement = borrow();
  int stored = mysql_stmt_bind_param(statement, &parameter) == 0 && mysql_stmt_execute(statement) == 0;
  unsigned long long id = mysql_stmt_insert_id(statement);
  give_back(statement);

  if (!stored) {
    FCGX_PutS("Status: 500\r\n\r\n", request->out);
    return;
  }
  FCGX_FPrintF(request->out, "Status: 201 Created\r\nContent-Type: application/json\r\n\r\n{\"id\":%d}\n", (int)id);
}

int main(int count, char **arguments) {
  if (open_pool("INSERT INTO created (url) VALUES (?)") != 0) return 1;
  return run(count, arguments);
}
