/* The floor of a redirect: a fixed 302. */

#include "serve.h"

static void answer(FCGX_Request *request) {
  FCGX_PutS("Status: 302 Found\r\nLocation: https://example.com/somewhere/else\r\nContent-Type: text/plain\r\n\r\n",
            request->out);
}

int main(int count, char **arguments) { return run(count, arguments); }
