/* The floor of the webhooks: a bare libcurl multi loop.
 *
 *   post URL COUNT TRANSFERS BYTES
 *
 * sends COUNT POSTs of BYTES bytes with the fields of a delivery, TRANSFERS at a time, and prints how many were answered
 * with 200 and how many microseconds that took. Nothing is signed, stored or decided. */

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static size_t drop(char *bytes, size_t size, size_t count, void *unused) {
  (void)bytes, (void)unused;
  return size * count;
}

int main(int count, char **arguments) {
  if (count != 5) return 64;
  long left = atol(arguments[2]), transfers = atol(arguments[3]), bytes = atol(arguments[4]), running = 0, answered = 0;
  char *body = malloc(bytes);
  memset(body, 'x', bytes);
  struct curl_slist *fields = NULL;
  fields = curl_slist_append(fields, "Expect:");
  fields = curl_slist_append(fields, "User-Agent: MASK-Webhooks");
  fields = curl_slist_append(fields, "Content-Type: application/json");
  fields = curl_slist_append(fields, "webhook-id: evt_01m7yn9qhn4kgagwkd7m2g9m4n");
  fields = curl_slist_append(fields, "webhook-timestamp: 1700000000");
  fields = curl_slist_append(fields, "webhook-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
  curl_global_init(CURL_GLOBAL_ALL);
  CURLM *multi = curl_multi_init();
  curl_multi_setopt(multi, CURLMOPT_MAXCONNECTS, 100L);
  struct timespec start, end;
  clock_gettime(CLOCK_MONOTONIC, &start);
  for (; running < transfers && left > 0; running++, left--) {
    CURL *easy = curl_easy_init();
    curl_easy_setopt(easy, CURLOPT_URL, arguments[1]);
    curl_easy_setopt(easy, CURLOPT_HTTPHEADER, fields);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDS, body);
    curl_easy_setopt(easy, CURLOPT_POSTFIELDSIZE, bytes);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, drop);
    curl_multi_add_handle(multi, easy);
  }
  while (running > 0) {
    int some;
    curl_multi_perform(multi, &some);
    CURLMsg *message;
    while ((message = curl_multi_info_read(multi, &some))) {
      CURL *easy = message->easy_handle;
      long status = 0;
      curl_easy_getinfo(easy, CURLINFO_RESPONSE_CODE, &status);
      answered += status == 200;
      curl_multi_remove_handle(multi, easy);
      if (left-- > 0) curl_multi_add_handle(multi, easy);
      else curl_easy_cleanup(easy), running--;
    }
    if (running > 0) curl_multi_poll(multi, NULL, 0, 1000, NULL);
  }
  clock_gettime(CLOCK_MONOTONIC, &end);
  printf("%ld %lld\n", answered, (end.tv_sec - start.tv_sec) * 1000000LL + (end.tv_nsec - start.tv_nsec) / 1000);
  return 0;
}
