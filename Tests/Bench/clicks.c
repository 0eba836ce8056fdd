/* A journal segment of made-up clicks, in the order of time, as a month of a busy workspace might look.
 *
 *   clicks WORKSPACE LINKS CLICKS DAYS SEED >SPOOL/<ULID>.journal
 *
 * WORKSPACE is a ULID without its prefix, LINKS a file of such ULIDs, a line each. The clicks are spread evenly over the last
 * DAYS days. Links, countries, cities, agents and referrers are chosen by Zipf's law, as they are in life: 20 countries with 60
 * cities each, 120 agents of which a sixth are bots, 300 referrers and none for two clicks of five, a campaign for three of ten.
 * The lines are those of Sources/Journal/JournalRecord.swift. */

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *countries[] = {"US", "DE", "FR", "GB", "IN", "BR", "JP", "ES", "IT", "NL",
                                  "PL", "SE", "CA", "AU", "MX", "TR", "ID", "KR", "NG", "ZA"};

/* With a place for one of twenty versions. */
static const char *agents[] = {
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/1%d.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_%d like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
    "Mozilla/5.0 (Linux; Android 14; Pixel %d) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36",
    "Mozilla/5.0 (X11; Linux x86_64; rv:1%d.0) Gecko/20100101 Firefox/1%d.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/%d.0 Safari/605.1.15",
    "Mozilla/5.0 (compatible; Googlebot/2.%d; +http://www.google.com/bot.html)"};

enum { ulid_length = 26 };

static uint64_t state;

/* SplitMix64. */
static uint64_t random_bits(void) {
  uint64_t z = (state += 0x9E3779B97F4A7C15u);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
  return z ^ (z >> 31);
}

/* From 0 up to 1. */
static double uniform(void) { return (double)(random_bits() >> 11) / 9007199254740992.0; }

/* One of COUNT, the first the most often: by the inverse of the continuous law with this exponent below 1. */
static long zipf(long count, double exponent) {
  long chosen = (long)pow((pow(count + 1.0, 1 - exponent) - 1) * uniform() + 1, 1 / (1 - exponent)) - 1;
  return chosen < 0 ? 0 : chosen < count ? chosen : count - 1;
}

static char *read_links(const char *path, long *count) {
  FILE *file = fopen(path, "r");
  if (!file) { perror(path); exit(1); }
  size_t room = 1024;
  char *links = malloc(room * (ulid_length + 1)), line[64];
  *count = 0;
  while (fgets(line, sizeof line, file)) {
    line[strcspn(line, "\n")] = 0;
    if (strlen(line) != ulid_length) continue;
    if (*count == (long)room) links = realloc(links, (room *= 2) * (ulid_length + 1));
    strcpy(links + (*count)++ * (ulid_length + 1), line);
  }
  fclose(file);
  if (*count == 0) { fprintf(stderr, "%s: no ULIDs\n", path); exit(1); }
  return links;
}

/* FNV-1a. */
static uint64_t checksum(const char *text) {
  uint64_t sum = 0xCBF29CE484222325u;
  for (; *text; text++) sum = (sum ^ (unsigned char)*text) * 0x100000001B3u;
  return sum;
}

int main(int count, char **arguments) {
  if (count != 6) { fprintf(stderr, "clicks WORKSPACE LINKS CLICKS DAYS SEED\n"); return 64; }
  long links_count, clicks = atol(arguments[3]);
  char *links = read_links(arguments[2], &links_count), agent[400], city[32], referrer[64], line[2048];
  state = strtoull(arguments[5], NULL, 10);
  int64_t span = atoll(arguments[4]) * 86400000, start = (int64_t)time(NULL) * 1000 - 60000 - span;
  for (long click = 0; click < clicks; click++) {
    int version = (int)(random_bits() % 20);
    snprintf(agent, sizeof agent, agents[zipf(6, 0.8)], version, version);
    snprintf(city, sizeof city, "City%ld", zipf(60, 0.9));
    referrer[0] = 0;
    if (uniform() >= 0.4) snprintf(referrer, sizeof referrer, "site%ld.example.com", zipf(300, 0.99));
    const char *campaign = uniform() < 0.3 ? "newsletter\temail\tspring" : "\t\t";
    snprintf(line, sizeof line, "C\t%lld\t%016llx%016llx\t%s\t%s\t%016llx\t%s\t%s\t%s\t%s\t%s",
             (long long)(start + (int64_t)((double)span * (double)click / (double)clicks)), (unsigned long long)random_bits(),
             (unsigned long long)random_bits(), arguments[1], links + zipf(links_count, 0.9) * (ulid_length + 1),
             (unsigned long long)(random_bits() % 5000000), countries[zipf(20, 0.9)], city, referrer, campaign, agent);
    printf("\n%s\t%016llx\n", line, (unsigned long long)checksum(line));
  }
  return fflush(stdout) == 0 ? 0 : 1;
}
