// Times, all in one zone, which each screen names.

import { readText } from './page.js';

const locale = 'en-GB';
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

export const browserZone = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC';

/** The user's zone; the browser's where there is none, or where the browser does not know it. */
export function zone() {
  const own = readText('timezone');
  return own && formatter(own, {}) ? own : browserZone;
}

const formatters = new Map();

/** Formatters are dear to make. Null for a zone that the browser does not know. */
function formatter(timeZone, options) {
  const name = JSON.stringify([timeZone, options]);
  if (!formatters.has(name)) formatters.set(name, made(timeZone, options));
  return formatters.get(name);
}

function made(timeZone, options) {
  try {
    return new Intl.DateTimeFormat(locale, { timeZone, ...options });
  } catch {
    return null;
  }
}

const format = (options, at) => formatter(zone(), options).format(new Date(at));

/** 27 Nov 2026, 17:03 */
export const shown = (at) => format({ dateStyle: 'medium', timeStyle: 'short' }, at);
export const shownDay = (at) => format({ day: 'numeric', month: 'short' }, at);
export const shownHour = (at) => format({ hour: '2-digit', minute: '2-digit' }, at);

/** With the zone's name, where a time stands alone. */
export const shownWithZone = (at) => `${shown(at)} ${zone()}`;

/** "2 min", "3 h", "41 d" since or until a time. */
export function distance(at, from = Date.now()) {
  const length = Math.abs(new Date(at) - from);
  if (length < minute) return 'now';
  if (length < hour) return `${Math.floor(length / minute)} min`;
  if (length < 2 * day) return `${Math.floor(length / hour)} h`;
  return `${Math.floor(length / day)} d`;
}

/** A `time` element: the exact time, or how long ago it was with the exact one as its title. */
export function timeElement(at, { short = false } = {}) {
  const node = document.createElement('time');
  node.dateTime = at;
  node.textContent = short ? distance(at) : shown(at);
  node.title = shownWithZone(at);
  return node;
}

/** The value of a `datetime-local` field for a time, in the zone. */
export function fieldValue(at) {
  if (!at) return '';
  const parts = wallClock(new Date(at));
  const two = (number) => String(number).padStart(2, '0');
  return `${parts.year}-${two(parts.month)}-${two(parts.day)}T${two(parts.hour)}:${two(parts.minute)}`;
}

/** The time that a `datetime-local` field names, with its offset to UTC taken off; null where it is empty. */
export function timeOfField(text) {
  if (!text) return null;
  const wanted = Date.parse(`${text}Z`);
  // Twice: the offset at the first guess may be that of the other side of a clock change.
  let guess = wanted - offset(wanted);
  guess = wanted - offset(guess);
  return new Date(guess).toISOString().replace('.000Z', 'Z');
}

function offset(at) {
  const parts = wallClock(new Date(at));
  const local = Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second);
  return local - Math.floor(at / 1000) * 1000;
}

const wallClockParts = {
  hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric',
};

function wallClock(date) {
  const parts = formatter(zone(), wallClockParts).formatToParts(date);
  return Object.fromEntries(parts.filter((part) => part.type !== 'literal').map((part) => [part.type, Number(part.value)]));
}

/** 18,204 */
export const count = (number) => number.toLocaleString(locale);

/** 0.5 ms, 4 ms */
export const milliseconds = (number) => `${number < 1 ? number.toFixed(1) : Math.round(number)} ms`;
