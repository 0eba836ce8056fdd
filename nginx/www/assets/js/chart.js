// Charts as SVG: ink bars, exact numbers, a table beside each; and the range of time that they show.

import {
  button, count, element, fieldValue, find, fitted, shownDate, shownDay, shownHour, shownMonth, svg, table, timeOfField, zone,
} from './page.js';
import { addKeys } from './screen.js';

const height = 172;
const left = 44;
const base = 150;

// A step of time: how it is called, and how one is told from the others.

const steps = {
  hour: { name: 'Hour', signs: 16, each: 'an hour', at: 'at', told: (at) => `${shownDay(at)}, ${shownHour(at)}`, edge: shownHour },
  day: { name: 'Day', signs: 10, each: 'a day', at: 'on', told: shownDay, edge: shownDay },
  week: { name: 'Week', signs: 10, each: 'a week', at: 'in the', told: (at) => `week of ${shownDate(at)}`, edge: shownDate },
  month: { name: 'Month', signs: 7, each: 'a month', at: 'in', told: shownMonth, edge: shownMonth },
};

/** Whether tables are shown in place of charts: a chart that is drawn anew stays what it was. */
let isTable = false;

/**
 * A chart over time with its table; `v` changes between the two. Lines are `{ value, count, partial }`, `value` a time; `granularity`
 * is that of the answer. `before` are the lines of the period before, for hollow bars behind.
 */
export function timeChart(lines, noun, granularity, before = null) {
  const step = steps[granularity];
  const name = finding(lines, noun, step);
  const then = before?.slice(0, lines.length) ?? [];
  const picture = fitted(height, (width) => drawing({ lines, then }, name, width, step));
  const twin = tableOf(lines, noun, step, before);
  const change = button('', () => {
    isTable = !isTable;
    draw();
  }, { key: 'v' });
  const text = change.insertBefore(document.createTextNode(''), change.firstChild);
  function draw() {
    [picture.hidden, twin.hidden] = [isTable, !isTable];
    text.data = isTable ? 'Show as chart' : 'Show as table';
  }
  draw();
  addKeys({ keys: 'v', name: 'Chart or table', go: () => change.click() });
  const hollow = then.length > 0 ? ` Hollow bars: ${step.told(then[0].value)} to ${step.told(then.at(-1).value)}.` : '';
  const open = lines.at(-1).partial ? ' The last bar is not finished.' : '';
  return element('div', {}, picture, twin,
    element('p', { class: 'actions' }, change, element('span', { class: 'soft' }, `${step.name}s in ${zone()}.${open}${hollow}`)));
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

function drawing({ lines, then }, name, width, step) {
  const top = Math.max(2, roundTop(Math.max(...[...lines, ...then].map((line) => line.count))));
  const y = (value) => base - (value / top) * 130;
  const room = (width - left - 4) / lines.length;
  return svg('svg', { class: 'chart', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': name },
    ...[top, top / 2].flatMap((value) => gridLine(value, y(value), width)),
    ...then.map(({ count: number }, index) => svg('rect', {
      x: (index + 0.2) * room + left + 4, y: y(number), width: room * 0.667, height: base - y(number), class: 'then',
    })),
    ...lines.flatMap((line, index) => bar(line, index * room + left + 4, room, y, told(line, index, step))),
    svg('line', { class: 'axis', x1: left, x2: width, y1: base + 0.5, y2: base + 0.5 }), ...dates(lines, room, width, step));
}

function gridLine(value, y, width) {
  const line = svg('line', { class: 'grid', x1: left, x2: width, y1: y + 0.5, y2: y + 0.5 });
  return [line, svg('text', { x: 0, y: y + 4 }, count(value))];
}

/** One that is not whole is hollow and dashed at its top, on a foot of ink: the bars of the period before have no foot. */
function bar({ count: number, partial }, x, room, y, when) {
  const size = Math.max(number === 0 ? 0 : 1, base - y(number));
  const width = room * 0.667;
  const title = svg('title', {}, `${when}: ${count(number)}`);
  if (!partial || size < 2) return [svg('rect', { x, y: base - size, width, height: size }, title)];
  const foot = size - Math.min(size / 2, 24);
  return [
    svg('rect', { x, y: base - foot, width, height: foot, class: 'foot' }),
    svg('rect', { x: x + 0.5, y: base - size + 0.5, width: Math.max(0.5, width - 1), height: size - 0.5, class: 'partial' }, title),
  ];
}

function dates(lines, room, width, step) {
  const last = lines.length - 1;
  const marked = last < 2 ? [...lines.keys()] : [0, Math.floor(last / 2), last];
  const place = (index) => (index === last && last > 0 ? { x: width, 'text-anchor': 'end' } : { x: left + 4 + index * room });
  return marked.map((index) => svg('text', { ...place(index), y: base + 18 }, step.edge(lines[index].value)));
}

function tableOf(lines, noun, step, before) {
  const cells = (line, index) => [told(line, index, step), count(line.count)];
  const rows = lines.map((line, index) => [...cells(line, index), ...(before ? compared(line.count, before[index]?.count ?? 0) : [])]);
  const heads = [`${step.name} (${zone()})`, noun, ...(before ? comparedHeads : [])];
  return table(`${noun} ${step.each}`, heads, rows, { numbers: [1, 2, 3] });
}

/** What a table that compares has behind a number. */
export const comparedHeads = ['Before', 'Difference'];
export const compared = (now, then) => [count(then), difference(now, then)];

/** +34, −12, 0 */
export function difference(now, then) {
  const sign = now > then ? '+' : now < then ? '−' : '';
  return sign + count(Math.abs(now - then));
}

/** The lines of a chart for a file: times as the zone's clocks have them. */
export function timeRows(lines, noun, granularity, before = null) {
  const { name, signs } = steps[granularity];
  const row = (line, then) => [fieldValue(line.value).slice(0, signs), line.count, ...(before ? [then?.count ?? 0] : [])];
  return [[`${name} (${zone()})`, noun, ...(before ? ['Before'] : [])], ...lines.map((line, index) => row(line, before?.[index]))];
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

const dayPattern = /^\d{4}-\d\d-\d\d$/;

/**
 * The address's range, 30 days without one: `{ interval, title, days, granularity, start, end }`; `end` is its last day, null for now.
 * One from a day to a day has a `start`, and no interval.
 */
export function chosenRange() {
  const query = new URLSearchParams(location.search);
  const [start, end] = ['start', 'end'].map((name) => query.get(name)).map((text) => (dayPattern.test(text) ? text : null));
  if (start && end && start <= end) return rangeOf(start, end);
  const range = ranges.find((one) => one.interval === query.get('interval')) ?? ranges[2];
  return { ...range, end: range.days && end < today() ? end : null };
}

/** A range from a day to a day, in steps that make some hundred bars at the most. */
function rangeOf(start, end) {
  const days = Math.round((Date.parse(end) - Date.parse(start)) / 86_400_000) + 1;
  const granularity = days <= 2 ? 'hour' : days <= 120 ? 'day' : days <= 1100 ? 'week' : 'month';
  const shown = (day) => shownDate(timeOfField(`${day}T12:00`));
  return { interval: null, title: days === 1 ? shown(start) : `${shown(start)} to ${shown(end)}`, days, granularity, start, end };
}

/** What of a range the API is asked for. */
export const windowOf = ({ interval, start, end, granularity }) => ({ interval, start, end, granularity, timezone: zone() });

export const today = () => fieldValue(Date.now()).slice(0, 10);

/** A day, or the date and the time of a field, so many days later. */
export function movedBy(days, text) {
  const moved = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  moved.setUTCDate(moved.getUTCDate() + days);
  return moved.toISOString().slice(0, 10) + text.slice(10);
}

/** All else that the address says stays. */
function addressOf({ interval, start, end }) {
  const query = new URLSearchParams(location.search);
  for (const [name, value] of Object.entries({ interval, start, end })) {
    if (value) query.set(name, value);
    else query.delete(name);
  }
  return `?${query}`;
}

/** The range so many lengths later; without an end where that would be yet to come. */
function shifted(range, lengths) {
  const end = movedBy(lengths * range.days, range.end ?? today());
  if (!range.start) return { ...range, end: end < today() ? end : null };
  return { ...range, start: movedBy(lengths * range.days, range.start), end };
}

/** The choices, each a link, with their keys. */
export function rangeChoices(range) {
  const lengths = ranges.map((one, index) => choice(one.title, String(index + 1), one, one.interval === range.interval));
  const earlier = range.days && choice('Earlier', '[', shifted(range, -1));
  const later = range.end && range.end < today() && choice('Later', ']', shifted(range, 1));
  const nav = element('nav', { class: 'ranges', 'aria-label': 'Range of time' }, ...lengths, earlier || null, later || null);
  for (const [keys, name] of [...ranges.map((one, index) => [String(index + 1), one.title]), ['[', 'Earlier'], [']', 'Later']]) {
    addKeys({ keys, name, go: () => find(`.ranges [aria-keyshortcuts="${keys}"]`)?.click() });
  }
  return nav;
}

const choice = (title, key, range, isCurrent = false) => element('a', {
  class: 'button', href: addressOf(range), 'aria-current': isCurrent ? 'true' : null, 'aria-keyshortcuts': key,
}, title, element('kbd', { 'aria-hidden': 'true' }, key));
