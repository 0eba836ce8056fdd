// The palette: a name leads to a screen, a link, a page, a workspace; some names do something. A combobox with its list, as the ARIA APG
// has it; loaded when opened.

import { get, openDialog } from './api.js';
import { addressIn, element, workspace } from './page.js';
import { placesOf, signOut } from './screen.js';

/** So many are shown: what fits a small window. Another letter leaves fewer. */
const most = 8;
/** Links are looked for when so many milliseconds nothing was typed, from so many letters on. */
const pause = 200;
const fewest = 2;

/** What people call what is on a screen: found by how it begins. */
const otherWords = {
  Account: 'dark light scheme theme density time zone email', Links: 'csv export download search',
  Members: 'team users people roles invite', Settings: 'plan limits quotas workspace',
  Analytics: 'clicks statistics csv referrers countries', Pages: 'bio', Domains: 'dns hosts',
  'Sign-in and codes': 'password passkeys 2fa totp security', Sessions: 'devices browsers', 'Audit log': 'history csv',
  Usage: 'requests limits',
};

export async function openPalette(session) {
  const state = { all: entriesOf(session), links: [], linksOf: '', timer: null, shown: [], at: 0, close: null, ...partsOf() };
  const hasLinks = may('links:read', session.workspaces);
  state.input.addEventListener('input', () => {
    if (hasLinks) lookForLinks(state);
    draw(state);
  });
  state.input.addEventListener('keydown', (event) => press(state, event));
  for (const things of thingsOf(session)) addThings(state, things);
  const chosen = await openDialog('Go to', (close) => {
    state.close = close;
    draw(state);
    return [
      element('div', { class: 'field' }, element('label', { for: 'palette' }, 'Screen, link, page, workspace or action'), state.input),
      state.list, state.line,
      element('p', { class: 'actions' }, element('button', { type: 'button', click: close }, 'Close')),
    ];
  });
  clearTimeout(state.timer);
  if (chosen?.go) await chosen.go();
  else if (chosen) location.assign(chosen.address);
}

const partsOf = () => ({
  input: element('input', {
    id: 'palette', role: 'combobox', autocomplete: 'off', spellcheck: 'false',
    'aria-autocomplete': 'list', 'aria-controls': 'palette-list',
  }),
  list: element('ul', { id: 'palette-list', class: 'options', role: 'listbox', 'aria-label': 'Where to go' }),
  line: element('p', { class: 'soft', role: 'status' }),
});

function entriesOf({ workspaces, app }) {
  return [
    ...placesOf({ workspaces }).map((place) => ({ ...place, kind: 'screen', words: otherWords[place.name] })),
    ...actions.filter(({ scope }) => may(scope, workspaces)).map(({ path, ...one }) => ({
      ...one, kind: 'action', address: addressIn(workspace, path),
    })),
    { name: 'Sign out', kind: 'action', words: 'log out leave', go: () => signOut(document.getElementById('body')) },
    ...workspaces.map(({ name, slug }) => ({ name, kind: 'workspace', address: addressIn(slug) })),
    { name: 'OpenAPI document of the API', kind: 'document', address: `${app.api_url}/openapi.json` },
    { name: 'Documentation', kind: 'document', address: '/docs/' },
    { name: 'Errors of the API', kind: 'document', address: '/docs/errors' },
  ];
}

const actions = [
  { name: 'New link', path: 'links/new', scope: 'links:write', words: 'add create make shorten' },
  { name: 'Import links', path: 'links/import', scope: 'links:write', words: 'csv upload' },
  { name: 'New page', path: 'pages/new', scope: 'pages:write', words: 'add create make bio' },
  { name: 'New domain', path: 'domains/new', scope: 'domains:write', words: 'add create host' },
  { name: 'Invite a member', path: 'settings/members', scope: 'members:write', words: 'add team user people' },
  { name: 'New webhook', path: 'webhooks/new', scope: 'webhooks:write', words: 'add create' },
  { name: 'New API key', path: 'settings/api-keys/new', scope: 'keys:write', words: 'add create token' },
];

const may = (scope, workspaces) => workspaces.find((one) => one.slug === workspace)?.scopes.includes(scope);

/** What there are few of, and where: a request each when the palette is opened, three at the most. */
const lists = [
  { kind: 'API key', list: 'api-keys', scope: 'keys:write', path: 'settings/api-keys' },
  { kind: 'page', list: 'bio-pages', scope: 'pages:read', path: 'pages', wordsOf: ({ slug }) => slug },
  { kind: 'domain', list: 'domains', scope: 'links:read', path: 'domains', nameOf: ({ host }) => host },
  { kind: 'QR code', list: 'qr-codes', scope: 'links:read', path: 'qr-codes' },
];

const thingsOf = ({ workspaces }) => lists.filter(({ scope }) => may(scope, workspaces)).slice(0, 3);

/** They come later than the rest, and what is chosen stays. */
async function addThings(state, { kind, list, path, nameOf = ({ name, title }) => name ?? title, wordsOf = () => '' }) {
  try {
    const { data } = await get(`/${list}`, { limit: 100 });
    const entry = (one) => ({ name: nameOf(one), kind, words: wordsOf(one), address: addressIn(workspace, `${path}/${one.id}`) });
    state.all.push(...data.data.map(entry).filter(({ name }) => name));
    draw(state, state.shown[state.at]);
  } catch {
    // The screens are there without.
  }
}

const typedIn = ({ input }) => input.value.trim();

/** There may be a million links: the API finds them. */
function lookForLinks(state) {
  clearTimeout(state.timer);
  const typed = typedIn(state);
  if (typed.length < fewest || typed === state.linksOf) return;
  state.timer = setTimeout(async () => {
    const answer = await get('/links', { search: typed, limit: 5 }).catch(() => null);
    if (typed !== typedIn(state) || !state.input.isConnected) return;
    [state.linksOf, state.links] = [typed, (answer?.data.data ?? []).map(linkEntry)];
    draw(state, state.shown[state.at]);
  }, pause);
}

const linkEntry = ({ id, domain, slug, title }) => ({
  name: `${domain}/${slug}${title ? ` – ${title}` : ''}`, kind: 'link', address: addressIn(workspace, `links/${id}`),
});

/** Those that have all words; first the ones that begin with what was typed. Words of `words` are found by their beginning. */
function matching(entries, text) {
  const typed = text.toLowerCase();
  const typedWords = typed.split(/\s+/);
  const has = ({ name, words = '' }, word) => name.toLowerCase().includes(word)
    || (word && words.toLowerCase().split(' ').some((other) => other.startsWith(word)));
  const found = entries.filter((entry) => typedWords.every((word) => has(entry, word)));
  const begins = ({ name }) => name.toLowerCase().startsWith(typed);
  return [...found.filter(begins), ...found.filter((entry) => !begins(entry))];
}

function draw(state, chosen) {
  const links = state.linksOf === typedIn(state) ? state.links : [];
  const others = matching(state.all, typedIn(state));
  const found = [...others.slice(0, most - links.length), ...links, ...others.slice(most - links.length)];
  state.shown = found.slice(0, most);
  state.list.replaceChildren(...state.shown.map((entry, index) => option(state, entry, index)));
  state.list.hidden = found.length === 0;
  state.input.ariaExpanded = found.length > 0;
  const left = found.length > most ? `${most} of ${found.length} are shown.` : '';
  state.line.textContent = found.length === 0 ? 'Nothing has this name.' : left;
  choose(state, state.shown.indexOf(chosen));
}

const option = (state, entry, index) => element('li', {
  id: `palette-${index}`, role: 'option', click: () => state.close(entry), mousedown: (event) => event.preventDefault(),
}, element('span', { dir: 'auto' }, entry.name), ' ', element('span', { class: 'soft' }, entry.kind));

function choose(state, at) {
  state.at = Math.max(at, 0);
  [...state.list.children].forEach((node, index) => { node.ariaSelected = index === state.at; });
  if (state.shown.length > 0) state.input.setAttribute('aria-activedescendant', `palette-${state.at}`);
  else state.input.removeAttribute('aria-activedescendant');
}

function press(state, event) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const { length } = state.shown;
  if (event.isComposing || (!step && event.key !== 'Enter')) return;
  event.preventDefault();
  if (length === 0) return;
  if (step) choose(state, (state.at + step + length) % length);
  else state.close(state.shown[state.at]);
}
