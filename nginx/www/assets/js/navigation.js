// The places of the dashboard, and the keys that lead there and act on a screen.

import { openDialog } from './messages.js';
import { addressIn, element, find, findAll, read, table, workspace } from './page.js';

// The places of the dashboard: one table for the navigation and for the keys that lead there.

const places = [
  { name: 'Overview', path: '', keys: 'g o' },
  { name: 'API keys', path: 'settings/api-keys', keys: 'g k' },
  { name: 'Settings', path: 'settings', keys: 'g s' },
  { name: 'Members', path: 'settings/members', keys: 'g m' },
];

const account = [
  { name: 'Account', address: '/account' },
  { name: 'Sign-in and codes', address: '/account/security' },
  { name: 'Sessions', address: '/account/sessions' },
];

/** On screens of the account the navigation leads to the workspace that was looked at last. */
const slug = () => workspace ?? read('workspace');

const address = (place) => place.address ?? addressIn(slug(), place.path);

export function drawNavigation(current) {
  const root = document.getElementById('navigation');
  root.replaceChildren(
    element('div', { class: 'brand' }, sign(), element('div', { id: 'workspaces' })),
    element('div', { class: 'places' }, ...(slug() ? [list(places, current, workspace ? null : 'others')] : []),
      element('p', { class: 'group' }, 'You'), list(workspace ? account.slice(0, 1) : account, current)));
}

export const sign = () => element('a', { class: 'sign', href: '/', 'aria-label': 'MASK' }, 'M', element('i'), 'SK');

function list(shown, current, kind = null) {
  return element('ul', { class: kind }, ...shown.map((place) => element('li', {},
    element('a', { href: address(place), 'aria-current': place.name === current ? 'page' : null },
      place.name, place.keys && element('kbd', { 'aria-hidden': 'true' }, place.keys)))));
}

/** The workspace's name; with more than one, a list to choose from. */
export function drawWorkspaces(session) {
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
  return places.map((place) => ({ keys: place.keys, name: place.name, go: () => location.assign(address(place)) }));
}

// Keys: letters without modifiers, nothing while typing or in a dialog, and a switch in the account turns all off.

const known = [];
let first = null;

/** Adds keys: `{ keys: 'c', name: 'New key', go }`. The same keys again have the new meaning. */
export function addKeys(...entries) {
  for (const entry of entries) {
    const at = known.findIndex((one) => one.keys === entry.keys);
    known.splice(at < 0 ? known.length : at, 1, entry);
  }
}

const areKeysOn = () => read('shortcuts') !== false;

export function listenToKeys() {
  addKeys(...placesByKey(), ...rowKeys, { keys: '?', name: 'List the keys', go: listKeys });
  document.addEventListener('keydown', (event) => {
    if (saves(event)) return;
    if (isBusy(event) || !areKeysOn()) return;
    const keys = first ? `${first} ${event.key}` : event.key;
    const entry = known.find((one) => one.keys === keys);
    first = !first && event.key === 'g' ? 'g' : null;
    if (!entry) return;
    event.preventDefault();
    entry.go();
  });
}

const typing = 'input:not([type=checkbox]):not([type=radio]), textarea, select, [contenteditable]';

function isBusy(event) {
  if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return true;
  return event.target.closest?.(typing) || find('dialog[open]');
}

/** Ctrl or ⌘ with Enter sends the form that has the focus. */
function saves(event) {
  const form = event.target.closest?.('form');
  if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey) || !form || !areKeysOn()) return false;
  event.preventDefault();
  form.requestSubmit();
  return true;
}

const rows = () => findAll('[data-row]');

function move(step) {
  const all = rows();
  const at = all.findIndex((row) => row.contains(document.activeElement));
  const next = at < 0 ? 0 : Math.min(Math.max(at + step, 0), all.length - 1);
  find('a, button', all[next] ?? document.createElement('i'))?.focus();
}

const open = () => rows().find((row) => row.contains(document.activeElement))?.querySelector('a')?.click();

const rowKeys = [
  { keys: 'j', name: 'Next row', go: () => move(1), isOfRows: true },
  { keys: 'k', name: 'Row before', go: () => move(-1), isOfRows: true },
  { keys: 'o', name: 'Open the row', go: open, isOfRows: true },
];

function listKeys() {
  const hasRows = rows().length > 0;
  const shown = known.filter((entry) => !entry.isOfRows || hasRows);
  const lines = [...shown.map((entry) => [entry.keys, entry.name]), ['Ctrl Enter', 'Save the form'], ['Esc', 'Close']];
  openDialog('Keys', (close) => [
    table('Keys of this screen', ['Key', 'What it does'], lines),
    element('p', { class: 'under' }, 'You can turn them off in your ', element('a', { href: '/account' }, 'account'), '.'),
    element('p', { class: 'actions' },
      element('button', { type: 'button', class: 'main', autofocus: true, click: close }, 'Close')),
  ]);
}
