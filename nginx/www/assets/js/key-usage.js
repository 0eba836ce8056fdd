// Requests of keys in the last day. The API groups by key or by hour, not by both: a key that had requests is asked for by itself.

import { get } from './api.js';
import { sparkline } from './chart.js';
import { find } from './page.js';
import { count, zone } from './time.js';

/** Draws the keys that had requests, as they come into view. */
export function drawSparklines(root, keys, groups) {
  const requests = new Map(groups.map((group) => [group.value, group.requests]));
  const observer = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) {
      if (!isIntersecting) continue;
      observer.unobserve(target);
      draw(target, target.closest('[data-row]').dataset.row);
    }
  });
  for (const key of keys) {
    const place = find(`[data-row="${key.id}"] [data-part=usage]`, root);
    const total = requests.get(key.id) ?? 0;
    find('.total', place).textContent = `${count(total)} in 24 h`;
    if (total > 0) observer.observe(place);
  }
}

async function draw(place, id) {
  try {
    const { data } = await get('/analytics/usage', { key_id: id, interval: '24h', granularity: 'hour', timezone: zone() });
    const lines = data.groups.map((line) => ({ value: line.requests, partial: line.partial }));
    const peak = Math.max(...lines.map((line) => line.value));
    place.prepend(sparkline(lines, `Requests an hour in the last 24 hours, peak ${count(peak)}`));
  } catch {
    // The total beside it is there already.
  }
}
