/* An HTTP client that sends at a fixed rate, whatever the server does (an open loop), which wrk cannot.
 *
 *   paced PORT HOST PATTERN LINKS RATE COUNT
 *
 * sends COUNT requests for PATTERN (a printf format for 1, 2, … LINKS, 1, 2, …) over 32 kept connections, RATE a second.
 * A request's time counts from the moment when it should have been sent, so that a stall of the server is seen by every
 * request that it delayed. Prints: requests, microseconds, p50, p99, longest (in microseconds), answers other than 302. */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { connections = 32 };

static struct {
  int descriptor;
  int busy;
  double due;
  size_t length;
  char answer[16384];
} line[connections];

static int other;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e6 + time.tv_nsec / 1e3;
}

static void fail(const char *what) {
  perror(what);
  exit(1);
}

static void open_line(int number, int port) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  int descriptor = socket(AF_INET, SOCK_STREAM, 0), on = 1;
  if (descriptor < 0 || connect(descriptor, (struct sockaddr *)&address, sizeof address) != 0) fail("connect");
  setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  fcntl(descriptor, F_SETFL, O_NONBLOCK);
  line[number].descriptor = descriptor;
}

/* After so many requests on one connection nginx ends it, and says so. */
static void reopen_line(int number, int port) {
  close(line[number].descriptor);
  open_line(number, port);
}

static void send_request(int number, double due, const char *host, const char *pattern, long link) {
  char path[512], request[1024];
  snprintf(path, sizeof path, pattern, link);
  int length = snprintf(request, sizeof request, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", path, host);
  if (write(line[number].descriptor, request, (size_t)length) != length) fail("write");
  line[number].busy = 1;
  line[number].due = due;
  line[number].length = 0;
}

/* Reads what has come; true when the answer is whole: the header, and the body that Content-Length announces. */
static int receive(int number) {
  char *answer = line[number].answer;
  ssize_t count = read(line[number].descriptor, answer + line[number].length, sizeof line[number].answer - 1 - line[number].length);
  if (count < 0 && errno == EAGAIN) return 0;
  if (count <= 0) fail("read");
  line[number].length += (size_t)count;
  answer[line[number].length] = 0;
  char *end = strstr(answer, "\r\n\r\n");
  if (!end) return 0;
  char *announced = strcasestr(answer, "\r\nContent-Length:");
  if (announced && announced < end) {
    if (line[number].length < (size_t)(end + 4 - answer) + strtoul(announced + 17, NULL, 10)) return 0;
  } else if (strcasestr(answer, "\r\nTransfer-Encoding: chunked") && !strstr(end, "0\r\n\r\n")) {
    return 0;
  }
  if (strncmp(answer + 9, "302", 3) != 0) other++;
  return 1;
}

static int ascending(const void *left, const void *right) {
  float a = *(const float *)left, b = *(const float *)right;
  return (a > b) - (a < b);
}

int main(int count, char **arguments) {
  if (count != 7) {
    fprintf(stderr, "usage: %s PORT HOST PATTERN LINKS RATE COUNT\n", arguments[0]);
    return 64;
  }
  long links = atol(arguments[4]), total = atol(arguments[6]), sent = 0, done = 0;
  double gap = 1e6 / atof(arguments[5]);
  float *times = malloc((size_t)total * sizeof *times);
  if (!times) fail("malloc");
  prctl(PR_SET_TIMERSLACK, 1000UL, 0, 0, 0);
  struct pollfd watched[connections];
  for (int number = 0; number < connections; number++) {
    open_line(number, atoi(arguments[1]));
    watched[number] = (struct pollfd){line[number].descriptor, POLLIN, 0};
  }

  double start = now();
  while (done < total) {
    int number = 0;
    while (sent < total && start + (double)sent * gap <= now()) {
      while (number < connections && line[number].busy) number++;
      if (number == connections) break;
      send_request(number, start + (double)sent * gap, arguments[2], arguments[3], sent % links + 1);
      sent++;
    }
    double wait = number == connections || sent == total ? 1e6 : start + (double)sent * gap - now();
    if (wait < 0) wait = 0;
    struct timespec patience = {(time_t)(wait / 1e6), (long)wait % 1000000 * 1000};
    if (ppoll(watched, connections, &patience, NULL) <= 0) continue;
    for (number = 0; number < connections; number++) {
      if (!(watched[number].revents & (POLLIN | POLLHUP | POLLERR)) || !receive(number)) continue;
      line[number].busy = 0;
      if (strcasestr(line[number].answer, "\r\nConnection: close")) {
        reopen_line(number, atoi(arguments[1]));
        watched[number].fd = line[number].descriptor;
      }
      times[done++] = (float)(now() - line[number].due);
    }
  }
  double took = now() - start;
  qsort(times, (size_t)total, sizeof *times, ascending);
  printf("%ld %.0f %.0f %.0f %.0f %d\n", total, took, times[total / 2], times[total * 99 / 100], times[total - 1], other);
  return 0;
}
