// Clicks of the last day, hour by hour, in the rows of a list of links. Loaded when the rows are there.

import { call } from './api.js';
import { sparkline } from './lists.js';
import { count, find, zone } from './page.js';

/** Of a hundred links at the most. */
const request = (links) => ({
  path: '/analytics/clicks', query: {
    group_by: 'link', series: true, interval: '24h', granularity: 'hour', limit: links.length, timezone: zone(),
    link_id: links.map(({ id }) => id),
  },
});

/** Draws the days of links that a list has; `days` has those that have come, by the ids of links. Without an answer the list has all else. */
export async function drawDays(links, list, days) {
  const others = links.filter(({ id }) => !days.has(id));
  if (others.length > 0) {
    const answer = await call(request(others)).catch(() => null);
    if (!answer) return;
    for (const { id } of others) days.set(id, null);
    for (const group of answer.data.groups) days.set(group.value, group);
  }
  for (const link of links) {
    const row = list.rowOf(link);
    if (row && days.has(link.id)) draw(row, days.get(link.id));
  }
}

/** Of a link without clicks there is no group, and a line without bars. */
function draw(row, group) {
  const lines = (group?.series ?? []).map((line) => ({ value: line.clicks, partial: line.partial }));
  const sum = lines.reduce((whole, { value }) => whole + value, 0);
  const peak = Math.max(...lines.map(({ value }) => value));
  const told = `Clicks an hour in the last 24 hours, ${count(sum)} in all, peak ${count(peak)}`;
  const name = sum === 0 ? 'No click in the last 24 hours' : told;
  const place = find('.day', row);
  place.title = name;
  place.replaceChildren(sparkline(lines, name));
}
