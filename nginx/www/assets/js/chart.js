// Charts as SVG: ink bars, exact numbers, a table beside each; and the range of time that they show.

import {
  button, count, element, fieldValue, fitted, shownDate, shownDay, shownHour, shownMonth, svg, table, zone,
} from './page.js';
import { addKeys } from './screen.js';

/** 24 bars of a row, two shapes at the most, for a list may have a hundred rows. `values` are `{ value, partial }`. */
export function sparkline(values, name) {
  const top = Math.max(1, ...values.map((one) => one.value));
  const bars = ['M0 15.5h96v.5h-96z'];
  const partialBars = [];
  values.forEach(({ value, partial }, index) => {
    const height = value === 0 ? 0 : Math.max(1, Math.round((value / top) * 15));
    if (partial && height > 1) partialBars.push(`M${index * 4 + 0.5} 16v-${height}h2v${height}z`);
    else if (height > 0) bars.push(`M${index * 4} 16v-${height}h3v${height}z`);
  });
  return svg('svg', { class: 'spark', viewBox: '0 0 96 16', role: 'img', 'aria-label': name },
    svg('path', { d: bars.join('') }),
    ...(partialBars.length > 0 ? [svg('path', { d: partialBars.join(''), class: 'partial' })] : []));
}

const height = 172;
const left = 44;
const base = 150;

// A step of time: how it is called, and how one is told from the others.

const steps = {
  hour: { name: 'Hour', each: 'an hour', at: 'at', told: (at) => `${shownDay(at)}, ${shownHour(at)}`, edge: shownHour },
  day: { name: 'Day', each: 'a day', at: 'on', told: shownDay, edge: shownDay },
  week: { name: 'Week', each: 'a week', at: 'in the', told: (at) => `week of ${shownDate(at)}`, edge: shownDate },
  month: { name: 'Month', each: 'a month', at: 'in', told: shownMonth, edge: shownMonth },
};

/**
 * A chart over time with its table; `v` changes between the two. Lines are `{ value, count, partial }`, `value` a time; `granularity`
 * is that of the answer.
 */
export function timeChart(lines, noun, granularity) {
  const step = steps[granularity];
  const name = finding(lines, noun, step);
  const picture = fitted(height, (width) => drawing(lines, name, width, step));
  const twin = element('div', { hidden: true }, tableOf(lines, noun, step));
  const change = button('Show as table', turn, { key: 'v' });
  function turn() {
    [picture.hidden, twin.hidden] = [twin.hidden, picture.hidden];
    change.firstChild.textContent = twin.hidden ? 'Show as table' : 'Show as chart';
  }
  addKeys({ keys: 'v', name: 'Chart or table', go: turn });
  return element('div', {}, picture, twin,
    element('p', { class: 'actions' }, change, element('span', { class: 'soft' }, `${step.name}s in ${zone()}.`)));
}

function finding(lines, noun, step) {
  const peak = lines.reduce((best, line) => (line.count > best.count ? line : best), lines[0]);
  const range = `${step.told(lines[0].value)} to ${step.told(lines.at(-1).value)}`;
  const most = peak.count === 0 ? 'none' : `peak ${count(peak.count)} ${step.at} ${step.told(peak.value)}`;
  return `${noun} ${step.each}, ${range}, ${most}`;
}

/** The first step of a window may have begun before it, the last goes on. */
function told({ value, partial }, index, step) {
  const rest = index === 0 ? ', in part' : ', not over yet';
  return step.told(value) + (partial ? rest : '');
}

/** 3,000 above 2,345: the first round number that is not below. */
function roundTop(number) {
  const size = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, number))));
  return [1, 2, 3, 4, 5, 6, 8, 10].map((step) => step * size).find((step) => step >= number);
}

function drawing(lines, name, width, step) {
  const top = Math.max(2, roundTop(Math.max(...lines.map((line) => line.count))));
  const y = (value) => base - (value / top) * 130;
  const room = (width - left - 4) / lines.length;
  return svg('svg', { class: 'chart', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': name },
    ...[top, top / 2].flatMap((value) => gridLine(value, y(value), width)),
    ...lines.map((line, index) => bar(line, index * room + left + 4, room, y, told(line, index, step))),
    svg('line', { class: 'axis', x1: left, x2: width, y1: base + 0.5, y2: base + 0.5 }), ...dates(lines, room, width, step));
}

function gridLine(value, y, width) {
  const line = svg('line', { class: 'grid', x1: left, x2: width, y1: y + 0.5, y2: y + 0.5 });
  return [line, svg('text', { x: 0, y: y + 4 }, count(value))];
}

function bar({ count: number, partial }, x, room, y, when) {
  const size = Math.max(number === 0 ? 0 : 1, base - y(number));
  return svg('rect', { x, y: base - size, width: room * 0.667, height: size, class: partial ? 'partial' : null },
    svg('title', {}, `${when}: ${count(number)}`));
}

function dates(lines, room, width, step) {
  const last = lines.length - 1;
  const marked = last < 2 ? [...lines.keys()] : [0, Math.floor(last / 2), last];
  const place = (index) => (index === last && last > 0 ? { x: width, 'text-anchor': 'end' } : { x: left + 4 + index * room });
  return marked.map((index) => svg('text', { ...place(index), y: base + 18 }, step.edge(lines[index].value)));
}

function tableOf(lines, noun, step) {
  const rows = lines.map((line, index) => [told(line, index, step), count(line.count)]);
  return table(`${noun} ${step.each}`, [`${step.name} (${zone()})`, noun], rows, { numbers: [1] });
}

// The range of time that a screen shows: in its address, so that a step back and a copied address have it. 1 to 6 choose its length,
// [ and ] lead to the one before and after.

const ranges = [
  { interval: '24h', title: '24 hours', days: 1, granularity: 'hour' },
  { interval: '7d', title: '7 days', days: 7, granularity: 'day' },
  { interval: '30d', title: '30 days', days: 30, granularity: 'day' },
  { interval: '90d', title: '90 days', days: 90, granularity: 'day' },
  { interval: '12mo', title: '12 months', days: 365, granularity: 'week' },
  { interval: 'all', title: 'All time', days: null, granularity: 'month' },
];

/** The address's range, 30 days without one: `{ interval, title, days, granularity, end }`; `end` is its last day, null for now. */
export function chosenRange() {
  const query = new URLSearchParams(location.search);
  const end = query.get('end');
  const range = ranges.find((one) => one.interval === query.get('interval')) ?? ranges[2];
  return { ...range, end: range.days && /^\d{4}-\d\d-\d\d$/.test(end) && end < today() ? end : null };
}

const today = () => fieldValue(Date.now()).slice(0, 10);

/** What else the address has stays. */
function addressOf({ interval, end }) {
  const query = new URLSearchParams(location.search);
  query.set('interval', interval);
  if (end) query.set('end', end);
  else query.delete('end');
  return `?${query}`;
}

/** The range so many lengths later; none where it would be yet to come. */
function shifted(range, lengths) {
  const day = new Date(`${range.end ?? today()}T00:00:00Z`);
  day.setUTCDate(day.getUTCDate() + lengths * range.days);
  const end = day.toISOString().slice(0, 10);
  return { ...range, end: end < today() ? end : null };
}

/** The choices, each a link, with their keys. */
export function rangeChoices(range) {
  const lengths = ranges.map((one, index) => choice(one.title, String(index + 1), one, one.interval === range.interval));
  const earlier = range.days && choice('Earlier', '[', shifted(range, -1));
  const later = range.end && choice('Later', ']', shifted(range, 1));
  return element('nav', { class: 'ranges', 'aria-label': 'Range of time' }, ...lengths, earlier, later);
}

function choice(title, key, range, isCurrent = false) {
  const link = element('a', {
    class: 'button', href: addressOf(range), 'aria-current': isCurrent ? 'true' : null, 'aria-keyshortcuts': key,
  }, title, element('kbd', { 'aria-hidden': 'true' }, key));
  addKeys({ keys: key, name: title, go: () => link.click() });
  return link;
}
