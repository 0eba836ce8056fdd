// The frame of a screen: who is signed in, what it asks the API for and what it shows meanwhile; places and keys; what
// can be undone.

import { act, call, confirmed, copyText, curlOf, get, newRepeat, noticeOf, openDialog, Problem } from './api.js';
import {
  addressIn, button, element, find, findAll, here, keepUser, read, remove, removeAllDrafts, say, table, takeMessage, workspace, write,
} from './page.js';

/** Nothing is shown before this many milliseconds: most answers are there by then. */
const patience = 300;

/** Whether the address names what test keys have made: the workspace's slug, and `.test`. */
const isTest = workspace?.endsWith('.test');

/** The screen of this page: the palette asks it who is signed in. */
let running = null;

/**
 * Runs a screen: `{ place, title, requests, show, curl, allowed }`.
 *
 * `requests` are sent at once, beside the one for the session; `show(context, answers)` draws. `curl()` gives the requests that the
 * button "Copy as curl" copies; without it, `requests` are copied. `allowed(context)` gives a sentence where the role has no place.
 */
export async function screen(definition) {
  const context = { body: find('#body'), session: null, definition };
  running = context;
  drawNavigation(definition.place);
  listenToKeys();
  listenToChanges();
  listenToMore();
  if (isTest) {
    banner('test', 'This is test data: it leads nobody anywhere, and goes after 30 days.',
      element('a', { href: addressIn(workspace.replace('.test', '')) }, 'Leave the test data'));
  }
  say(takeMessage() ?? '');
  await load(context);
}

async function load(context) {
  const { body, definition } = context;
  const slow = setTimeout(() => body.replaceChildren(element('p', { class: 'waiting' }, 'Loading')), patience);
  try {
    const session = get('/session', null, 'account');
    const answers = Promise.allSettled(Object.values(definition.requests ?? {}).map(call));
    await welcome(context, (await session).data);
    const refusal = refusalOf(context);
    const given = refusal ? null : valuesOf(definition.requests ?? {}, await answers);
    clearTimeout(slow);
    body.replaceChildren();
    if (refusal) body.append(refusal);
    else await definition.show(context, given);
  } catch (problem) {
    fail(context, problem);
  } finally {
    clearTimeout(slow);
    body.removeAttribute('aria-busy');
  }
}

/** Shows the screen anew, with answers of now. The button that was pressed is gone: the focus goes to the title. */
export async function reload(context) {
  await load(context);
  const title = find('h1');
  title.tabIndex = -1;
  title.focus({ preventScroll: true });
}

function fail(context, problem) {
  if (problem instanceof Problem && problem.code === 'signed_out') {
    return location.replace(`/sign-in?to=${encodeURIComponent(here())}`);
  }
  context.body.replaceChildren(noticeOf(problem, () => load(context)));
}

function valuesOf(requests, answers) {
  const names = Object.keys(requests);
  const failed = answers.findIndex((one, index) => one.status === 'rejected' && !requests[names[index]].optional);
  if (failed >= 0) throw answers[failed].reason;
  return Object.fromEntries(names.map((name, index) => [name, answers[index].value ?? null]));
}

async function welcome(context, session) {
  const isFirst = context.session === null;
  context.session = session;
  context.user = session.user;
  context.membership = session.workspaces.find((one) => one.slug === workspace) ?? null;
  context.may = (scope) => context.membership?.scopes.includes(scope) ?? false;
  keepUser(session.user);
  for (const one of session.workspaces) if (one.test) one.name += ' · test data';
  if (isTest) session.app.link_url = session.app.link_url.replace(/(:\d+)?$/, '.test$1');
  if (context.membership) {
    if (!isTest) write('workspace', workspace);
    write(`scopes.${workspace}`, context.membership.scopes);
  }
  drawNavigation(context.definition.place);
  drawWorkspaces(session);
  document.title = [context.definition.title, context.membership?.name, 'MASK'].filter(Boolean).join(' · ');
  if (isFirst) offerCurl(context);
}

function unknownWorkspace() {
  return element('div', { class: 'empty' }, element('p', {}, `No workspace “${workspace}” is open to you.`),
    element('a', { class: 'button main', href: '/' }, 'Go to your workspaces'));
}

function refusalOf(context) {
  if (workspace && !context.membership) return unknownWorkspace();
  const text = context.definition.allowed?.(context);
  return text ? element('div', { class: 'empty' }, element('p', {}, text)) : null;
}

/** Ends the session; drafts go with it. A failure is shown at `place`. */
export async function signOut(place) {
  if (!await act({ method: 'DELETE', path: '/session', area: 'account' }, place)) return;
  removeAllDrafts();
  remove('workspace');
  location.replace('/sign-in');
}

function offerCurl(context) {
  const actions = find('#actions');
  const copy = () => copyCurl(context);
  actions.append(button('Copy as curl', copy, { key: 'y' }));
  addKeys({ keys: 'y', name: 'Copy this screen\'s request as curl', go: copy });
}

async function copyCurl({ definition, session }) {
  const requests = (definition.curl?.() ?? Object.values(definition.requests ?? {})).filter(Boolean);
  const text = requests.map((request) => curlOf(request, session.app)).join('\n\n');
  const names = requests.map((request) => `${request.method ?? 'GET'} /v1${request.path}`).join(', ');
  if (await copyText(text, `curl of ${names}`)) return;
  await openDialog('Copy as curl', (close) => [
    element('p', {}, 'The browser did not let MASK copy. Select the text and press Ctrl+C.'),
    element('textarea', { readonly: true, rows: 8, 'aria-label': 'curl' }, text),
    element('p', { class: 'actions' }, element('button', { type: 'button', click: close }, 'Close')),
  ]);
}

/** A new release, a page that comes back from the browser's cache, the network going and coming. */
function listenToChanges() {
  document.addEventListener('mask:version', ({ detail }) => banner('version', `MASK ${detail} is installed.`,
    button('Load it', () => location.reload())), { once: true });
  addEventListener('offline', () => banner('offline', 'You are offline. What you type is kept in this browser.'));
  addEventListener('online', () => document.getElementById('banner-offline')?.remove());
  if (!navigator.onLine) banner('offline', 'You are offline. What you type is kept in this browser.');
  addEventListener('pageshow', ({ persisted }) => persisted && askAgain());
}

function banner(name, text, action = null) {
  if (document.getElementById(`banner-${name}`)) return;
  find('main').prepend(element('div', { id: `banner-${name}`, class: 'notice', role: 'status' },
    element('p', {}, text), action && element('p', { class: 'actions' }, action)));
}

/** After a sign-out, "back" must not show what was there. */
async function askAgain() {
  try {
    await get('/session', null, 'account');
  } catch (problem) {
    if (problem instanceof Problem && problem.code === 'signed_out') location.replace('/sign-in');
  }
}

// The places of the dashboard: one table for the navigation and for the keys that lead there.

const ofWorkspace = [
  { name: 'Overview', path: '', keys: 'g o' },
  { name: 'Links', path: 'links', keys: 'g l', scope: 'links:read', isInBar: true },
  { name: 'Analytics', path: 'analytics', keys: 'g a', scope: 'analytics:read', isInBar: true },
  { name: 'QR codes', path: 'qr-codes', keys: 'g q', scope: 'links:read' },
  { name: 'Pages', path: 'pages', keys: 'g p', scope: 'pages:read', isInBar: true },
  { name: 'Domains', path: 'domains', keys: 'g d', scope: 'links:read' },
  { name: 'Settings', path: 'settings', keys: 'g s', isReal: true },
  { name: 'Members', path: 'settings/members', keys: 'g m', isReal: true },
];

const ofDevelopers = [
  { name: 'API keys', path: 'settings/api-keys', keys: 'g k', scope: 'keys:write' },
  { name: 'Webhooks', path: 'webhooks', keys: 'g w', scope: 'webhooks:read' },
  { name: 'Events', path: 'events', keys: 'g e', scope: 'webhooks:read' },
  { name: 'Usage', path: 'usage', keys: 'g u', scope: 'analytics:read' },
  { name: 'Audit log', path: 'audit-log', keys: 'g t', scope: 'audit:read' },
];

const places = [...ofWorkspace, ...ofDevelopers];

const account = [
  { name: 'Account', address: '/account' },
  { name: 'Sign-in and codes', address: '/account/security' },
  { name: 'Sessions', address: '/account/sessions' },
];

/** On screens of the account the navigation leads to the workspace that was looked at last. */
const slug = () => workspace ?? read('workspace');

const address = (place) => place.address ?? addressIn(slug(), place.path);

/** The places that are open to a user, as `{ name, address }`. */
export function placesOf(session) {
  const scopes = session.workspaces.find((one) => one.slug === slug())?.scopes;
  const own = scopes ? places.filter((place) => isOpen(place, scopes)) : [];
  return [...own, ...account].map((place) => ({ name: place.name, address: address(place) }));
}

/** Before the session is known, the scopes of the last time hold. */
const isOpen = ({ scope, isReal }, scopes = read(`scopes.${slug()}`)) => !(isTest && isReal)
  && (!scope || !scopes || scopes.includes(scope));

function drawNavigation(current) {
  const root = document.getElementById('navigation');
  root.replaceChildren(
    element('div', { class: 'brand' }, sign(), button('Go to', goTo, { kind: 'go', key: 'Ctrl K' }),
      element('div', { id: 'workspaces' })),
    element('div', { class: 'places' }, ...(slug() ? groups(current) : []), group('You'),
      list(workspace ? account.slice(0, 1) : account, current), button('Keyboard', listKeys, { kind: 'keys', key: '?' }), more(current)));
}

function groups(current) {
  const shown = (all) => list(all.filter((place) => isOpen(place)), current);
  return [shown(ofWorkspace), group('Developers'), shown(ofDevelopers)];
}

const group = (name) => element('p', { class: 'group' }, name);

/** Where the places are a bar at the foot, it has few of them, and this opens the others. It looks current where one of those is. */
function more(current) {
  const made = button('More', () => turnMore(made.ariaExpanded !== 'true'), { kind: 'more' });
  made.ariaExpanded = 'false';
  const isInBar = slug() && places.some((place) => place.isInBar && place.name === current);
  if (current && !isInBar) made.ariaCurrent = 'true';
  return made;
}

function turnMore(isOpened) {
  find('#navigation .places').classList.toggle('open', isOpened);
  find('#navigation .more').ariaExpanded = String(isOpened);
}

/** Esc and a tap elsewhere close what "More" has opened. */
function listenToMore() {
  const isOpened = () => find('#navigation .places.open');
  document.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !isOpened() || find('dialog[open]')) return;
    event.preventDefault();
    turnMore(false);
    find('#navigation .more').focus();
  }, { capture: true });
  document.addEventListener('click', ({ target }) => isOpened() && !isOpened().contains(target) && turnMore(false));
}

const sign = () => element('a', { class: 'sign', href: '/', 'aria-label': 'MASK' }, 'M', element('i'), 'SK');

function list(shown, current) {
  return element('ul', {}, ...shown.map((place) => element('li', { class: place.isInBar ? 'in-bar' : null },
    element('a', { href: address(place), 'aria-current': place.name === current ? 'page' : null },
      place.name, place.keys && element('kbd', { 'aria-hidden': 'true' }, place.keys)))));
}

/** The workspace's name; with more than one, a list to choose from. */
function drawWorkspaces(session) {
  const own = session.workspaces;
  const current = own.find((one) => one.slug === slug());
  const node = document.getElementById('workspaces');
  if (!current && own.length === 0) return;
  const name = element('span', { dir: 'auto' }, current?.name ?? 'Workspaces');
  if (own.length === 1 && current) return node.replaceChildren(element('p', { class: 'group' }, name));
  node.replaceChildren(element('details', { class: 'workspaces' }, element('summary', {}, name),
    element('ul', {}, ...own.map((one) => element('li', {},
      element('a', { href: addressIn(one.slug), dir: 'auto', 'aria-current': one === current ? 'true' : null }, one.name))))));
}

/** The letters after `g`, with where they lead. */
function placesByKey() {
  if (!slug()) return [];
  const allowed = places.filter((place) => isOpen(place));
  return allowed.map((place) => ({ keys: place.keys, name: place.name, go: () => location.assign(address(place)) }));
}

// What was done a moment ago, until the next action; what is kept for 30 days when it is deleted.

export const nothingToUndo = () => say('There is nothing to undo.');

/** Says what was done, a text or texts and nodes, with the way back: a button, and `z`. */
export function offerUndo(told, undoIt, name = 'Undo the deletion') {
  const undo = () => {
    addKeys({ keys: 'z', name, go: nothingToUndo });
    return undoIt();
  };
  say('');
  find('#status').append(...[told].flat(), ' ', button('Undo', undo, { kind: 'quiet', key: 'z' }));
  addKeys({ keys: 'z', name, go: undo });
}

/**
 * `remove`, `restore` and `purge` a thing of a list, a ``CursorList`` or what stands for one. `path` is that of the API, `nameOf(thing)`
 * its name, `loss` what goes with it for good, in sentences.
 */
export function binActions({ path, nameOf, loss }) {
  const one = (thing, step = '') => ({ path: `${path}/${thing.id}${step}` });

  async function discard(thing, list) {
    if (!await act({ ...one(thing), method: 'DELETE' }, list.place)) return;
    list.remove(thing);
    offerUndo(`Deleted: ${nameOf(thing)}.`, () => restore(thing, list));
  }

  async function restore(thing, list) {
    const answer = await act({ ...one(thing, '/restore'), method: 'POST', body: {}, repeat: newRepeat() }, list.place);
    if (!answer) return;
    if (thing.deleted_at) list.remove(thing);
    else await list.refresh(answer.data);
    say(`Restored: ${nameOf(thing)}.`);
  }

  async function purge(thing, list) {
    if (!await confirmed(`Delete ${nameOf(thing)} for good`, loss, 'Delete for good')) return;
    if (!await act({ ...one(thing), method: 'DELETE', query: { purge: true } }, list.place)) return;
    list.remove(thing);
    say(`Deleted for good: ${nameOf(thing)}.`);
  }

  return { remove: discard, restore, purge };
}

// Keys: letters without modifiers, nothing while typing or in a dialog, and a switch in the account turns all off.

const known = [];
/** So many of them every screen has. */
let common = 0;
let first = null;

/** Adds keys: `{ keys: 'c', name: 'New key', go }`. The same keys again have the new meaning. */
export function addKeys(...entries) {
  for (const entry of entries) {
    const at = known.findIndex((one) => one.keys === entry.keys);
    known.splice(at < 0 ? known.length : at, 1, entry);
  }
}

const areKeysOn = () => read('shortcuts') !== false;

function listenToKeys() {
  addKeys(...placesByKey(), ...rowKeys, { keys: ':', name: 'Go to a screen, a key, a workspace by its name', go: goTo },
    { keys: '?', name: 'List the keys', go: listKeys });
  common = known.length;
  document.addEventListener('keydown', (event) => {
    if (saves(event)) return;
    if (isBusy(event) || !areKeysOn()) return;
    if (event.key === 'Shift') return;
    const keys = isOfPalette(event) ? ':' : first ? `${first} ${nameOf(event)}` : nameOf(event);
    if (isModified(event) && keys !== ':') return;
    const entry = known.find((one) => one.keys === keys);
    first = !first && known.some((one) => one.keys.startsWith(`${keys} `)) ? keys : null;
    if (!entry) return;
    event.preventDefault();
    entry.go();
  });
}

/** A letter with Shift is called so; what else Shift gives has a name of its own. */
const nameOf = ({ key, shiftKey }) => (shiftKey && /^[A-Z]$/.test(key) ? `Shift ${key.toLowerCase()}` : key);

const typing = 'input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]';

const isBusy = (event) => event.defaultPrevented || event.isComposing || event.repeat || event.target.closest?.(typing)
  || find('dialog[open]');

/** Where [ and ] are on a third level of the keyboard, AltGr gives them. */
const isModified = (event) => (event.ctrlKey || event.metaKey || event.altKey) && !event.getModifierState('AltGraph');

const isOfPalette = ({ key, ctrlKey, metaKey, altKey, shiftKey }) => key.toLowerCase() === 'k' && (ctrlKey || metaKey)
  && !altKey && !shiftKey;

async function goTo() {
  if (!running.session) return;
  const palette = await import('./palette.js').catch(() => null);
  if (find('dialog[open]')) return;
  if (palette) await palette.openPalette(running.session);
  else say('The list of places cannot be loaded. Check whether the server is reachable.');
}

/** Ctrl or ⌘ with Enter sends the form that has the focus. */
function saves(event) {
  const form = event.target.closest?.('form');
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || !form || !areKeysOn()) return false;
  event.preventDefault();
  form.requestSubmit();
  return true;
}

const rows = () => findAll('[data-row]:not([hidden])');

function move(step) {
  const all = rows();
  const at = all.findIndex((row) => row.contains(document.activeElement));
  const next = at < 0 ? 0 : Math.min(Math.max(at + step, 0), all.length - 1);
  find('a[href], button', all[next] ?? document.createElement('i'))?.focus();
}

const open = () => rows().find((row) => row.contains(document.activeElement))?.querySelector('a[href]')?.click();

const rowKeys = [
  { keys: 'j', name: 'Next row', go: () => move(1), isOfRows: true },
  { keys: 'k', name: 'Row before', go: () => move(-1), isOfRows: true },
  { keys: 'o', name: 'Open the row', go: open, isOfRows: true },
];

/** This screen's own come first. */
function listKeys() {
  const hasRows = rows().length > 0;
  const shown = [...known.slice(common), ...known.slice(0, common)].filter((entry) => !entry.isOfRows || hasRows);
  const others = [['Ctrl K', 'The same as :'], ['Ctrl Enter', 'Save the form'], ['Esc', 'Close the dialog']];
  const lines = [...shown.map((entry) => [entry.keys, entry.name]), ...others];
  openDialog('Keyboard', (close) => [
    element('div', { class: 'known-keys', tabindex: 0 }, table('Keys of this screen', ['Key', 'What it does'], lines)),
    element('p', { class: 'under' }, areKeysOn() ? 'You can turn them off in your ' : 'They are off. You can turn them on in your ',
      element('a', { href: '/account' }, 'account'), '.'),
    element('p', { class: 'actions' },
      element('button', { type: 'button', class: 'main', autofocus: true, click: close }, 'Close')),
  ]);
}
