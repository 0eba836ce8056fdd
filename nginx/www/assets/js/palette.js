// The palette: a name leads to a screen, a link, an API key, a workspace. A combobox with its list, as the ARIA APG has it; loaded when opened.

import { get, openDialog } from './api.js';
import { addressIn, element, workspace } from './page.js';
import { placesOf } from './screen.js';

/** So many are shown: what fits a small window. Another letter leaves fewer. */
const most = 8;
/** Letters that come faster than this, in milliseconds, are one question for links; one letter is none. */
const pause = 200;

export async function openPalette(session) {
  const state = { all: entriesOf(session), shown: [], at: 0, close: null, ...partsOf() };
  let timer = null;
  state.input.addEventListener('input', () => {
    draw(state);
    clearTimeout(timer);
    timer = setTimeout(() => addLinks(state, session), pause);
  });
  state.input.addEventListener('keydown', (event) => press(state, event));
  addAPIKeys(state, session);
  const address = await openDialog('Go to', (close) => {
    state.close = close;
    draw(state);
    return [
      element('div', { class: 'field' }, element('label', { for: 'palette' }, 'Screen, link, API key, workspace or document'), state.input),
      state.list, state.line,
      element('p', { class: 'actions' }, element('button', { type: 'button', click: close }, 'Close')),
    ];
  });
  if (address) location.assign(address);
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
    ...placesOf({ workspaces }).map((place) => ({ ...place, kind: 'screen' })),
    ...(may('links:write', workspaces) ? [newThing('New link', 'links/new')] : []),
    ...(may('links:write', workspaces) ? [newThing('Import links from a CSV', 'links/import')] : []),
    ...(may('pages:write', workspaces) ? [newThing('New page', 'pages/new')] : []),
    ...(may('domains:write', workspaces) ? [newThing('New domain', 'domains/new')] : []),
    ...(may('webhooks:write', workspaces) ? [newThing('New webhook', 'webhooks/new')] : []),
    ...(may('keys:write', workspaces) ? [newThing('New API key', 'settings/api-keys/new')] : []),
    ...workspaces.map(({ name, slug }) => ({ name, kind: 'workspace', address: addressIn(slug) })),
    { name: 'OpenAPI document of the API', kind: 'document', address: `${app.api_url}/openapi.json` },
    { name: 'Errors of the API', kind: 'document', address: `${app.api_url}/errors` },
  ];
}

const newThing = (name, path) => ({ name, kind: 'screen', address: addressIn(workspace, path) });

const may = (scope, workspaces) => workspaces.find((one) => one.slug === workspace)?.scopes.includes(scope);

/** They come later than the rest, and what is chosen stays. */
async function addAPIKeys(state, { workspaces }) {
  if (!may('keys:write', workspaces)) return;
  try {
    const { data } = await get('/api-keys', { limit: 100 });
    const address = (id) => addressIn(workspace, `settings/api-keys/${id}`);
    state.all.push(...data.data.map(({ id, name }) => ({ name, kind: 'API key', address: address(id) })));
    draw(state, state.shown[state.at]);
  } catch {
    // The screens are there without.
  }
}

/** Links of which the API finds what was typed: beside the names that are known. */
async function addLinks(state, { workspaces }) {
  const text = state.input.value.trim();
  if (text.length < 2 || !may('links:read', workspaces)) return;
  const answer = await get('/links', { search: text, limit: 5 }).catch(() => null);
  if (!answer || state.input.value.trim() !== text) return;
  const address = (id) => addressIn(workspace, `links/${id}`);
  state.found = { text, entries: answer.data.data.map((link) => ({
    name: `${link.domain}/${link.slug}${link.title ? `, ${link.title}` : ''}`, kind: 'link', address: address(link.id),
  })) };
  draw(state, state.shown[state.at]);
}

/** Those that have all words; first the ones that begin with what was typed. */
function matching(entries, text) {
  const typed = text.trim().toLowerCase();
  const words = typed.split(/\s+/);
  const found = entries.filter(({ name }) => words.every((word) => name.toLowerCase().includes(word)));
  const begins = ({ name }) => name.toLowerCase().startsWith(typed);
  return [...found.filter(begins), ...found.filter((entry) => !begins(entry))];
}

function draw(state, chosen) {
  const links = state.found?.text === state.input.value.trim() ? state.found.entries : [];
  const found = [...matching(state.all, state.input.value), ...links];
  state.shown = found.slice(0, most);
  state.list.replaceChildren(...state.shown.map((entry, index) => option(state, entry, index)));
  state.list.hidden = found.length === 0;
  state.input.ariaExpanded = found.length > 0;
  state.line.textContent = found.length === 0 ? 'Nothing has this name.' : found.length > most ? `${most} of ${found.length} are shown.` : '';
  choose(state, state.shown.indexOf(chosen));
}

const option = (state, { name, kind, address }, index) => element('li', {
  id: `palette-${index}`, role: 'option', click: () => state.close(address), mousedown: (event) => event.preventDefault(),
}, element('span', { dir: 'auto' }, name), ' ', element('span', { class: 'soft' }, kind));

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
  else state.close(state.shown[state.at].address);
}
