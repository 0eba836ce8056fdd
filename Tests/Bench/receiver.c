/* A receiver of webhooks that does nothing but answer: one thread, epoll, connections kept.
 *
 *   receiver PORT [LOG]
 *   receiver PORT silent
 *
 * Answers every POST with 200. With LOG it writes a line for each: the microseconds between the making of the event, which
 * its id tells (a ULID begins with 48 bits of milliseconds), and its arrival. Silent, it takes requests and never answers. */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { room = 1 << 16, most = 4096 };
static struct { char *bytes; size_t count; } kept[most];
static const char reply[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
static FILE *records;
static int silent;

static void note(const char *head) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  const char *id = strcasestr(head, "\r\nwebhook-id: evt_"), digits[] = "0123456789abcdefghjkmnpqrstvwxyz";
  if (!id) return;
  long long made = 0;
  for (int place = 0; place < 10; place++) made = made << 5 | (strchr(digits, id[18 + place]) - digits);
  fprintf(records, "%lld\n", now.tv_sec * 1000000LL + now.tv_nsec / 1000 - made * 1000);
}

/* Answers the whole requests in a connection's bytes; false when it is to be closed. */
static int serve(int connection) {
  char *bytes = kept[connection].bytes;
  ssize_t count = recv(connection, bytes + kept[connection].count, room - kept[connection].count, 0);
  if (count <= 0) return count < 0 && errno == EAGAIN;
  kept[connection].count += count;
  for (;;) {
    bytes[kept[connection].count] = 0;
    char *end = strstr(bytes, "\r\n\r\n");
    if (!end) return kept[connection].count < room;
    *end = 0;
    const char *field = strcasestr(bytes, "\r\ncontent-length:");
    size_t length = end + 4 - bytes + (field ? strtoul(field + 17, NULL, 10) : 0);
    if (length > kept[connection].count) { *end = '\r'; return length <= room; }
    if (records) note(bytes);
    if (!silent && send(connection, reply, sizeof reply - 1, MSG_NOSIGNAL) < 0) return 0;
    memmove(bytes, bytes + length, kept[connection].count -= length);
  }
}

int main(int count, char **arguments) {
  if (count < 2) return 64;
  silent = count > 2 && !strcmp(arguments[2], "silent");
  if (count > 2 && !silent) records = fopen(arguments[2], "we");
  int on = 1, listening = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), queue = epoll_create1(0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(arguments[1])), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (bind(listening, (struct sockaddr *)&address, sizeof address) || listen(listening, 512)) return 1;
  struct epoll_event events[256], event = {.events = EPOLLIN, .data.fd = listening};
  epoll_ctl(queue, EPOLL_CTL_ADD, listening, &event);
  for (;;) {
    int ready = epoll_wait(queue, events, 256, 200);
    for (int index = 0; index < ready; index++) {
      int connection = events[index].data.fd;
      if (connection == listening) {
        connection = accept4(listening, NULL, NULL, SOCK_NONBLOCK);
        if (connection < 0) continue;
        if (connection >= most) { close(connection); continue; }
        if (!kept[connection].bytes) kept[connection].bytes = malloc(room + 1);
        kept[connection].count = 0;
        setsockopt(connection, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        event.data.fd = connection;
        epoll_ctl(queue, EPOLL_CTL_ADD, connection, &event);
      } else if (!serve(connection)) close(connection);
    }
    if (records && ready == 0) fflush(records);
  }
}
