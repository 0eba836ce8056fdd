// The page: elements, the address, what the browser keeps, times in the user's zone.

// Elements without strings of HTML: Trusted Types refuse those.

const svgNames = 'http://www.w3.org/2000/svg';

export const find = (selector, root = document) => root.querySelector(selector);
export const findAll = (selector, root = document) => [...root.querySelectorAll(selector)];

/** Makes an element. Attributes that are null or false are left out; functions listen to the event of their name. */
export function element(name, attributes = {}, ...children) {
  return dress(document.createElement(name), attributes, children);
}

export function svg(name, attributes = {}, ...children) {
  return dress(document.createElementNS(svgNames, name), attributes, children);
}

function dress(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (typeof value === 'function') node.addEventListener(name, value);
    else node.setAttribute(name, value === true ? '' : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** The first element of a template, with the texts of `values` in the elements that name them in `data-text`. */
export function fromTemplate(id, values = {}) {
  const node = document.getElementById(id).content.firstElementChild.cloneNode(true);
  fill(node, values);
  return node;
}

export function fill(root, values) {
  for (const node of findAll('[data-text]', root)) {
    if (node.dataset.text in values) node.textContent = values[node.dataset.text] ?? '';
  }
}

/** The element that a template marks with `data-part`. */
export const part = (root, name) => find(`[data-part="${name}"]`, root);

/** A table with a caption that is heard and not seen. Cells are texts or nodes; the columns `numbers` stand right. */
export function table(caption, heads, rows, { numbers = [], kind = 'sheet' } = {}) {
  const side = (index) => (numbers.includes(index) ? 'number' : null);
  const head = heads.map((text, index) => element('th', { scope: 'col', class: side(index) }, text));
  const body = rows.map((cells) => element('tr', {}, ...cells.map((cell, index) => element('td', { class: side(index) }, cell))));
  return element('table', { class: kind }, element('caption', {}, caption), element('thead', {}, element('tr', {}, ...head)),
    element('tbody', {}, ...body));
}

/** Options of a select, the chosen one among them. */
export const options = (names, chosen) => names.map((name) => element('option', { value: name, selected: name === chosen }, name));

/** A button; the key that does the same stands in it, as `v` or `Ctrl K`. */
export function button(text, click, { kind = null, key = null, label = null } = {}) {
  return element('button', { type: 'button', class: kind, 'aria-label': label, 'aria-keyshortcuts': key?.replace('Ctrl ', 'Control+'), click },
    text, key && element('kbd', { 'aria-hidden': 'true' }, key));
}

/** Draws anew for the width that there is, so that text keeps its size. The height is kept free, so that nothing moves. */
export function fitted(height, draw) {
  const place = element('div');
  place.style.minHeight = `${height}px`;
  let known = 0;
  new ResizeObserver(([entry]) => {
    const width = Math.round(entry.contentRect.width);
    if (width === 0 || width === known) return;
    known = width;
    place.replaceChildren(draw(width));
  }).observe(place);
  return place;
}

/** The name of a link: its host, and its slug on a bar, which `kind` has struck through (`ended`) or outlined (`off`). */
export const linkName = ({ domain, slug }, kind = '') => [
  element('span', { class: 'host' }, `${domain}/`), element('b', { class: `bar ${kind}`.trim() }, slug),
];

const placesOfLink = [
  { name: 'Numbers', step: '', scope: 'analytics:read' }, { name: 'Edit', step: '/edit', scope: 'links:write', key: 'e' },
  { name: 'QR code', step: '/qr', scope: 'links:read', key: 'r' }, { name: 'History', step: '/history', scope: 'audit:read' },
];

/** The screens of one link that the user may see, above each of them; `current` is its name. */
export function linkPlaces({ id }, current) {
  const scopes = read(`scopes.${workspace}`) ?? [];
  const shown = placesOfLink.filter(({ name, scope }) => name === current || scopes.includes(scope));
  return element('nav', { class: 'ranges', 'aria-label': 'This link' }, ...shown.map(({ name, step, key }) => element('a', {
    class: 'button', href: addressIn(workspace, `links/${id}${step}`), 'aria-current': name === current ? 'page' : null,
    'aria-keyshortcuts': key,
  }, name, key && element('kbd', { 'aria-hidden': 'true' }, key))));
}

/** An address of the web, for a link to lead to; null for everything else. */
export const webAddress = (address) => (/^https?:\/\//.test(address) ? address : null);

// The one status line of a screen: it stays until the next action.

export function say(text) {
  const line = document.getElementById('status');
  if (line) line.textContent = text;
}

// Which workspace and which thing an address names.

const reserved = new Set(['account', 'sign-in', 'sign-up', 'welcome', 'accept', 'reset', 'confirm', 'docs', 'assets', 'v1', '']);

const steps = location.pathname.split('/').slice(1);

/** The workspace's slug, null on screens of the account and of guests. */
export const workspace = reserved.has(steps[0]) ? null : decodeURIComponent(steps[0]);

/** The last step of the address: the id on the screen of one thing. */
export const lastStep = decodeURIComponent(steps.at(-1));

export const addressIn = (slug, path = '') => `/${encodeURIComponent(slug)}${path && `/${path}`}`;

export const here = () => location.pathname + location.search;

/** Where to go after signing in: a path of this host, nothing else. */
export function returnAddress() {
  const wanted = new URLSearchParams(location.search).get('to') ?? '/';
  const isPath = /^\/(?![/\\])[^\\\u0000-\u001f]*$/.test(wanted);
  return isPath ? wanted : '/';
}

/** Takes the token of a one-time link out of the address, so that neither history nor a screenshot has it. */
export function takeToken() {
  const token = location.hash.slice(1);
  if (token) history.replaceState(null, '', location.pathname + location.search);
  return token;
}

// What the browser keeps: preferences, drafts, one message for the next screen. Never a secret.

const draftDays = 7;

export function read(name, store = localStorage) {
  try {
    return JSON.parse(store.getItem(`mask.${name}`));
  } catch {
    return null;
  }
}

export function write(name, value, store = localStorage) {
  try {
    store.setItem(`mask.${name}`, JSON.stringify(value));
  } catch {
    // Full or switched off: the screen works without.
  }
}

export function remove(name, store = localStorage) {
  try {
    store.removeItem(`mask.${name}`);
  } catch {
    // Switched off: nothing was kept.
  }
}

/** Plain texts, which the head's script reads too. */
export function writeText(name, text) {
  try {
    localStorage.setItem(`mask.${name}`, text);
  } catch {
    // Switched off: the system's scheme holds.
  }
}

export function readText(name) {
  try {
    return localStorage.getItem(`mask.${name}`);
  } catch {
    return null;
  }
}

/** A message that the next screen shows in its status line. */
export const leaveMessage = (text) => write('message', text, sessionStorage);

export function takeMessage() {
  const text = read('message', sessionStorage);
  remove('message', sessionStorage);
  return text;
}

export function readDraft(name) {
  const draft = read(`draft.${name}`);
  if (!draft) return null;
  if (Date.now() - draft.at < draftDays * day) return draft;
  remove(`draft.${name}`);
  return null;
}

export const writeDraft = (name, values) => write(`draft.${name}`, { at: Date.now(), values });
export const removeDraft = (name) => remove(`draft.${name}`);

export function removeAllDrafts() {
  try {
    for (const name of Object.keys(localStorage)) {
      if (name.startsWith('mask.draft.')) localStorage.removeItem(name);
    }
  } catch {
    // Switched off: there are none.
  }
}

// Preferences of the user who is signed in, kept in the browser so that they hold before an answer is there.

let current = null;

/** Who is signed in on this screen. */
export const user = () => current;

export function keepUser(given) {
  current = given;
  writeText('timezone', given.timezone ?? '');
  prefer('scheme', given.scheme === 'system' ? '' : given.scheme);
  prefer('density', given.density);
  write('shortcuts', given.shortcuts);
}

function prefer(name, value) {
  writeText(name, value);
  if (value) document.documentElement.dataset[name] = value;
  else delete document.documentElement.dataset[name];
}

// Times, all in one zone, which each screen names.

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
/** To the second, where things follow one another. */
export const shownExactly = (at) => format({ dateStyle: 'medium', timeStyle: 'medium' }, at);
export const shownDay = (at) => format({ day: 'numeric', month: 'short' }, at);
export const shownDate = (at) => format({ day: 'numeric', month: 'short', year: 'numeric' }, at);
export const shownMonth = (at) => format({ month: 'short', year: 'numeric' }, at);
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

/** "2 min ago", "just now", with the exact time as its title. */
export function agoElement(at) {
  const node = timeElement(at, { short: true });
  node.textContent = node.textContent === 'now' ? 'just now' : `${node.textContent} ago`;
  return node;
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

/** A name of the API in words: QR codes, API keys, Page versions. */
export const wordsOf = (name) => name.replaceAll('_', ' ').replace(/^(qr|api|.)/, (start) => start.toUpperCase());

/** 0.5 ms, 4 ms */
export const milliseconds = (number) => `${number < 1 ? number.toFixed(1) : Math.round(number)} ms`;
