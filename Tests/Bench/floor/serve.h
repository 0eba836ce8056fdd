/* What the three floor programs share: the loop of the worker, with nothing in it.
 *
 *   PROGRAM SOCKET THREADS
 *
 * opens the Unix socket SOCKET and answers on THREADS threads, one request at a time each. As in the worker, the
 * connections are nginx's to keep (fastcgi_keep_conn), and every thread blocks in FCGX_Accept_r. */

#include <fcgiapp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static void answer(FCGX_Request *request);

static int listening;

static void *serve(void *unused) {
  FCGX_Request request;
  FCGX_InitRequest(&request, listening, 0);
  while (FCGX_Accept_r(&request) == 0) {
    answer(&request);
    FCGX_Finish_r(&request);
  }
  return unused;
}

static int run(int count, char **arguments) {
  if (count != 3) {
    fprintf(stderr, "usage: %s SOCKET THREADS\n", arguments[0]);
    return 64;
  }
  FCGX_Init();
  listening = FCGX_OpenSocket(arguments[1], 4096);
  if (listening < 0) return 1;
  for (int left = atoi(arguments[2]); left > 1; left--) {
    pthread_t thread;
    if (pthread_create(&thread, NULL, serve, NULL) != 0) return 1;
  }
  serve(NULL);
  return 1;
}
