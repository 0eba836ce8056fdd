/* The floor of GET /v1/links/{id}: one row by its primary key, from /v1/links/NUMBER. */

#include "pool.h"
#include "serve.h"

static void answer(FCGX_Request *request) {
  const char *path = FCGX_GetParam("REQUEST_URI", request->envp);
  const char *number = strrchr(path, '/');
  long long id = atoll(number + 1);
  char slug[101] = "", url[1025] = "", title[256] = "";
  MYSQL_BIND parameter = {.buffer_type = MYSQL_TYPE_LONGLONG, .buffer = &id};
  MYSQL_BIND columns[3] = {
      {.buffer_type = MYSQL_TYPE_STRING, .buffer = slug, .buffer_length = sizeof slug - 1},
      {.buffer_type = MYSQL_TYPE_STRING, .buffer = url, .buffer_length = sizeof url - 1},
      {.buffer_type = MYSQL_TYPE_STRING, .buffer = title, .buffer_length = sizeof title - 1}};

  MYSQL_STMT *statement = borrow();
  int found = mysql_stmt_bind_param(statement, &parameter) == 0 && mysql_stmt_execute(statement) == 0 &&
              mysql_stmt_bind_result(statement, columns) == 0 && mysql_stmt_fetch(statement) == 0;
  mysql_stmt_free_result(statement);
  give_back(statement);

  if (!found) {
    FCGX_PutS("Status: 500\r\n\r\n", request->out);
    return;
  }
  FCGX_FPrintF(request->out,
               "Status: 200 OK\r\nContent-Type: application/json\r\n\r\n"
               "{\"id\":%d,\"slug\":\"%s\",\"url\":\"%s\",\"title\":\"%s\"}\n",
               (int)id, slug, url, title);
}

int main(int count, char **arguments) {
  if (open_pool("SELECT slug, url, title FROM links WHERE id = ?") != 0) return 1;
  return run(count, arguments);
}
