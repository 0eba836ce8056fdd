// The links of a workspace: search with filters as words, states, sorts, a selection, and more of them at the end of the page.

import { act, call, curlOf } from './api.js';
import { actionsOf, addLinkKeys, copyButtons } from './link-actions.js';
import { addressOf, askedIn, filterOf, mistakeIn, queryOf, stateOf, states, termsOf, without, withState, withTag } from './link-query.js';
import { linkRow } from './link-row.js';
import { CursorList, Steps } from './lists.js';
import {
  addressIn, button, count, element, find, findAll, fromTemplate, keepUser, part, say, workspace, zone,
} from './page.js';
import { addKeys, screen } from './screen.js';

const limit = 50;
/** Letters that come faster than this, in milliseconds, are one question. */
const pause = 250;
/** How often is asked whether there are newer links, in milliseconds. */
const watchPause = 15_000;
/** The link that an empty list is invited to make. */
const firstLink = { method: 'POST', path: '/links', body: { url: 'https://example.com/long-url' } };

/** What was asked for last. */
let asked = askedIn(location.href);

const request = (after = null) => ({ path: '/links', query: { ...queryOf(asked), limit, starting_after: after } });

screen({
  title: 'Links', place: 'Links', show, curl: () => [request()],
  requests: mistakeIn(asked.text) ? {} : { links: { ...request(), optional: true } },
});

function show(context, { links }) {
  const list = new List(context);
  offerActions(list);
  addLinkKeys(list, list.isOwn);
  addSelectionKeys(list);
  if (links) list.take(links.data);
  else list.ask();
  list.watch();
}

function offerActions(list) {
  for (const node of findAll('#actions .of-links')) node.remove();
  const own = [button('Export CSV', () => list.exportAll(), { kind: 'of-links' })];
  if (list.isOwn) {
    const create = element('a', {
      class: 'button main of-links', href: addressIn(workspace, 'links/new'), 'aria-keyshortcuts': 'c',
    }, 'New link', element('kbd', { 'aria-hidden': 'true' }, 'c'));
    own.unshift(create, element('a', { class: 'button of-links', href: addressIn(workspace, 'links/import') }, 'Import'));
    addKeys({ keys: 'c', name: 'New link', go: () => create.click() });
  }
  find('#actions').prepend(...own);
}

/** What the selection can do is loaded when something is selected. */
function addSelectionKeys(list) {
  const onSelection = (go) => () => list.withSelection(go);
  addKeys(
    { keys: 'x', name: 'Select the link, or no longer', go: onSelection((selection, row) => selection.turnRow(row)), isOfRows: true },
    { keys: 'Shift x', name: 'Select to this link', go: onSelection((selection, row) => selection.turnRow(row, true)), isOfRows: true },
    { keys: '* a', name: 'Select all links of the list', go: onSelection((selection) => selection.takeAll()), isOfRows: true },
    { keys: '* n', name: 'Select none', go: () => list.selection?.clear(), isOfRows: true },
    { keys: 'Escape', name: 'Clear the selection, then the search', go: () => list.clear() },
    { keys: '.', name: 'Load what is newer', go: () => list.loadNewer() },
  );
  if (list.isOwn) {
    addKeys({ keys: 't', name: 'Tags of the selection', go: onSelection((selection, row) => selection.askForTags(row)), isOfRows: true });
  }
}

class List {
  /** The ``Selection``, once something was selected. */
  selection = null;
  /** Once what was pressed has been selected. */
  ready = Promise.resolve();
  #list;
  #timer = null;
  #steps = new Steps();
  #context;
  #root = fromTemplate('links');
  #input = find('#search', this.#root);
  /** What the last day brought, by the id of a link. */
  #days = new Map();

  constructor(context) {
    this.#context = context;
    this.#input.value = asked.text;
    this.#list = new CursorList({
      place: part(this.#root, 'list'), noun: 'link', nouns: 'links', refuge: this.#input, request, table: () => this.#table(),
      row: (link) => this.#row(link), empty: () => this.#empty(),
      under: `Clicks have bots among them; the bars are the last 24 hours. Times are in ${zone()}.`,
      drawn: (links) => this.#drawn(links),
    });
    context.body.append(this.#root);
    this.#listen();
    this.#drawStates();
    this.#drawDensity();
  }

  /** Where a failure is shown. */
  get place() { return this.#list.place; }
  get root() { return this.#root; }
  get links() { return this.#list.items; }
  get hasMore() { return this.#list.hasMore; }
  get isOwn() { return this.#context.may('links:write'); }
  get state() { return stateOf(asked.text); }
  /** What all links that match have in common, as the API's bulk calls, its count and its export take it. */
  get filter() { return filterOf(asked); }

  take(answer) { this.#list.take(answer); }

  #listen() {
    const form = find('form', this.#root);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      clearTimeout(this.#timer);
      this.lead({ ...asked, text: this.#input.value }, true);
    });
    this.#input.addEventListener('input', () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.lead({ ...asked, text: this.#input.value }), pause);
    });
    addEventListener('popstate', () => {
      asked = askedIn(location.href);
      this.#steps.arrive();
      this.#input.value = asked.text;
      this.ask();
    });
    this.place.addEventListener('click', (event) => {
      if (event.target.matches('.pick input')) this.withSelection((selection) => selection.turn(event.target, event.shiftKey));
    });
    part(this.#root, 'density').addEventListener('click', () => this.#turnDensity());
    addKeys({ keys: '/', name: 'Search the links', go: () => this.#input.select() });
  }

  /** Asks for something else and keeps it in the address: `isChosen` makes it a step of the history, typing does not. */
  lead(wanted, isChosen = false) {
    if (!this.#steps.go(addressOf(wanted), isChosen)) return;
    asked = wanted;
    this.#input.value = wanted.text;
    say('');
    return this.ask();
  }

  /** Shows what is asked for now. What was selected in another list is no longer. */
  async ask() {
    this.selection?.clear();
    this.#drawStates();
    this.#drawNewer(0);
    this.#days = new Map();
    const mistake = mistakeIn(asked.text);
    if (mistake) return this.#list.show(this.#nothing(mistake));
    await this.#list.ask();
  }

  #table() {
    const node = fromTemplate('table');
    for (const head of findAll('[data-sort]', node)) this.#drawSort(head);
    return node;
  }

  #drawSort(head) {
    const { sort } = head.dataset;
    const isOwn = sort === asked.sort;
    if (isOwn) head.ariaSort = 'descending';
    head.replaceChildren(element('button', { type: 'button', class: 'sort', click: () => this.#sortBy(sort) },
      head.textContent, element('span', { 'aria-hidden': 'true' }, isOwn ? '↓' : '')));
  }

  async #sortBy(sort) {
    await this.lead({ ...asked, sort });
    find(`[data-sort=${sort}] button`, this.#root)?.focus();
  }

  #row(link) {
    const row = linkRow(link, {
      copy: link.deleted_at ? [] : copyButtons(link), actions: actionsOf(link, this, this.isOwn),
      isPicked: this.selection?.has(link) ?? false, tagAddress: (tag) => addressOf({ ...asked, text: withTag(asked.text, tag) }),
    });
    for (const tag of findAll('.tag', row)) this.#leads(tag, () => withTag(asked.text, tag.textContent));
    return row;
  }

  /** The last day of each comes after the rows. */
  async #drawn(links) {
    this.selection?.sync();
    if (links.length === 0 || !this.#context.may('analytics:read')) return;
    const module = await import('./link-day.js').catch(() => null);
    await module?.drawDays(links, this.#list, this.#days);
  }

  /** A link to another search: it is one for a new tab, too, and here no page is loaded for it. */
  #leads(node, textOf) {
    node.addEventListener('click', (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      this.lead({ ...asked, text: textOf() }, true);
    });
  }

  #drawStates() {
    const current = stateOf(asked.text);
    const choices = [null, ...states].map((state) => {
      const text = () => withState(asked.text, state);
      const name = state === null ? 'All' : state[0].toUpperCase() + state.slice(1);
      const node = element('a', {
        class: 'button', href: addressOf({ ...asked, text: text() }), 'aria-current': state === current ? 'true' : null,
      }, name);
      this.#leads(node, text);
      return node;
    });
    const place = part(this.#root, 'states');
    const at = [...place.children].indexOf(document.activeElement);
    place.replaceChildren(...choices);
    if (at >= 0) choices[at].focus();
  }

  #empty() {
    const terms = termsOf(asked.text);
    if (terms.length === 0) return this.#noLinks();
    const isOfBin = stateOf(asked.text) === 'deleted' && terms.length === 1;
    return this.#nothing(isOfBin ? 'Nothing was deleted in 30 days.' : 'No link matches.', this.#asTags(terms));
  }

  /** Words that no slug, title or destination has may be a tag. */
  #asTags(terms) {
    return terms.filter(({ name }) => name === null).map(({ text: word }) => {
      const text = () => withTag(without(asked.text, (term) => term.name === null && term.text === word), word);
      const node = element('a', { class: 'button', href: addressOf({ ...asked, text: text() }) }, `Look for the tag ${word}`);
      this.#leads(node, text);
      return node;
    });
  }

  #nothing(text, ways = []) {
    return element('div', { class: 'empty' }, element('p', {}, element('strong', {}, text)),
      element('p', { class: 'actions' }, ...termsOf(asked.text).map((term) => this.#chip(term)), ...ways));
  }

  #chip(term) {
    const drop = () => {
      this.lead({ ...asked, text: without(asked.text, ({ text }) => text === term.text) }, true);
      this.#input.focus();
    };
    return element('button', { type: 'button', class: 'quiet', 'aria-label': `Search without ${term.text}`, click: drop },
      term.text, element('span', { 'aria-hidden': 'true' }, '×'));
  }

  #noLinks() {
    const { session } = this.#context;
    const node = fromTemplate('empty', { sample: curlOf(firstLink, session.app) });
    if (!this.isOwn) for (const own of findAll('.of-writers', node)) own.remove();
    return node;
  }

  // The selection, and what leaves the screen as a file.

  /** `go(selection, row)`, with the row that has the focus: one after the other, also while the selection is being loaded. */
  withSelection(go) {
    const row = document.activeElement?.closest('[data-row]');
    this.ready = this.ready.then(async () => {
      const { Selection } = await import('./link-selection.js');
      this.selection ??= new Selection(this);
      go(this.selection, row);
    }).catch(() => say('What is done to a selection cannot be loaded. Check whether the server is reachable.'));
    return this.ready;
  }

  /** One at a time: the selection, then the search. */
  clear() {
    if (this.selection?.size > 0) this.selection.clear();
    else if (asked.text) this.lead({ ...asked, text: '' }, true);
  }

  async exportAll() {
    const { exportMatching } = await import('./link-export.js');
    await exportMatching(this);
  }

  // What is newer: it comes when it is asked for.

  watch() {
    setInterval(() => document.visibilityState === 'visible' && this.#lookForNewer(), watchPause);
  }

  async #lookForNewer() {
    const newest = this.links[0]?.created_at;
    if (!newest || asked.sort !== 'created_at' || this.state === 'deleted') return;
    const { sort, ...query } = queryOf(asked);
    const was = asked;
    // Times are told to the second: links of the same second as the newest one may be in the list.
    const after = newest.replace(/(\.\d+)?Z$/, '.999Z');
    const answer = await call({ path: '/links/count', query: { ...query, created_after: after } }).catch(() => null);
    if (answer && asked === was && this.links[0]?.created_at === newest) this.#drawNewer(answer.data.count);
  }

  #drawNewer(number) {
    const place = part(this.#root, 'newer');
    if (number === 0) return place.replaceChildren();
    const name = `${count(number)} newer`;
    if (place.firstChild?.firstChild.textContent === name) return;
    place.replaceChildren(button(name, () => this.loadNewer(), { kind: 'quiet', key: '.' }));
  }

  async loadNewer() {
    const known = this.links[0]?.id;
    await this.ask();
    const [first] = this.links;
    say(first?.id === known ? 'Nothing is newer.' : '');
    if (first) find('a[href], button', this.#list.rowOf(first))?.focus();
  }

  // The height of rows, as the user's account keeps it.

  #drawDensity() {
    part(this.#root, 'density').ariaPressed = String(this.#context.user.density === 'compact');
  }

  async #turnDensity() {
    const density = this.#context.user.density === 'compact' ? 'comfortable' : 'compact';
    const answer = await act({ method: 'PATCH', path: '/account', body: { density }, area: 'account' }, this.place);
    if (!answer) return;
    this.#context.user = { ...this.#context.user, ...answer.data };
    keepUser(this.#context.user);
    this.#drawDensity();
  }

  // What link-actions.js does.

  rowOf(link) { return this.#list.rowOf(link); }
  replace(link) { this.#list.replace(link); }
  remove(link) { this.#list.remove(link); }
  refresh(link) { return this.#list.refresh(link); }
}
