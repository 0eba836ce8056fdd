// Requests of keys in the last day, hour by hour, as one answer has them for all keys.

import { sparkline } from './lists.js';
import { count, find, zone } from './page.js';

/** What is asked for, beside the keys. */
export const usageRequest = {
  path: '/analytics/usage', optional: true,
  query: { interval: '24h', granularity: 'hour', group_by: 'key', series: true, timezone: zone() },
};

/** Draws each key's requests; of keys that had none only the total. */
export function drawSparklines(root, keys, groups) {
  const groupOf = new Map(groups.map((group) => [group.value, group]));
  for (const key of keys) {
    const place = find(`[data-row="${key.id}"] [data-part=usage]`, root);
    const group = groupOf.get(key.id);
    // A test key's requests are its sandbox's.
    find('.total', place).textContent = key.test ? 'test key' : `${count(group?.requests ?? 0)} in 24 h`;
    if (group) place.prepend(drawn(group.series));
  }
}

function drawn(series) {
  const lines = series.map((line) => ({ value: line.requests, partial: line.partial }));
  const peak = Math.max(...lines.map((line) => line.value));
  return sparkline(lines, `Requests an hour in the last 24 hours, peak ${count(peak)}`);
}
