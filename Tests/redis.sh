#!/bin/sh
# Every key that MASK has left in the stack's Redis ends by itself: what had no end would stay until Redis is full. (What the
# tests of the Redis room set themselves begins with "test:".)
#
#   MASK_TEST_ENV=FILE sh Tests/redis.sh

set -eu
socket=$(sed -n 's/^MASK_REDIS_SOCKET=//p' "$MASK_TEST_ENV")
redis() { redis-cli -s "$socket" "$@"; }
endless=$(redis eval "local found = {}
  for _, key in ipairs(redis.call('KEYS', '*')) do if redis.call('PTTL', key) == -1 and key:sub(1, 5) ~= 'test:' then found[#found + 1] = key end end
  return found" 0)
if [ -n "$endless" ]; then
  echo "Keys in Redis without an end:" >&2
  echo "$endless" | head -n 20 >&2
  exit 1
fi
echo "redis: each of $(redis dbsize) keys ends by itself"
