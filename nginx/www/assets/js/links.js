// The links of a workspace: search with filters as words, states, sorts, and more of them at the end of the page.

import { curlOf, noticeOf, send } from './api.js';
import { actionsOf, addLinkKeys, copyButton } from './link-actions.js';
import { addressOf, askedIn, queryOf, stateOf, states, termsOf, without, withState, withTag } from './link-query.js';
import { linkRow } from './link-row.js';
import { addressIn, button, count, element, find, findAll, fromTemplate, here, part, say, workspace, zone } from './page.js';
import { addKeys, screen } from './screen.js';

const limit = 50;
/** Letters that come faster than this, in milliseconds, are one question. */
const pause = 250;
/** After so many milliseconds without an answer the screen says that it waits. */
const patience = 300;
/** The link that an empty list is invited to make. */
const firstLink = { method: 'POST', path: '/links', body: { url: 'https://example.com/long-url' } };

/** What was asked for last. */
let asked = askedIn(location.href);

const request = (after = null) => ({ path: '/links', query: { ...queryOf(asked), limit, starting_after: after } });

screen({
  title: 'Links', place: 'Links', show, curl: () => [request()], requests: { links: { ...request(), optional: true } },
});

function show(context, { links }) {
  const list = new List(context);
  if (context.may('links:write')) offerNew();
  addLinkKeys(list, list.isOwn);
  if (links) list.take(links.data);
  else list.ask();
}

function offerNew() {
  document.getElementById('new-link')?.remove();
  const create = element('a', { id: 'new-link', class: 'button main', href: addressIn(workspace, 'links/new'), 'aria-keyshortcuts': 'c' },
    'New link', element('kbd', { 'aria-hidden': 'true' }, 'c'));
  find('#actions').prepend(create);
  addKeys({ keys: 'c', name: 'New link', go: () => create.click() });
}

class List {
  links = [];
  #next = null;
  #asking = null;
  #timer = null;
  /** The last address that was chosen, and not only typed on the way to one. */
  #chosen = here();
  #context;
  #root = fromTemplate('links');
  #input = find('#search', this.#root);

  constructor(context) {
    this.#context = context;
    this.#input.value = asked.text;
    context.body.append(this.#root);
    this.#listen();
    this.#drawStates();
  }

  /** Where a failure is shown. */
  get place() { return part(this.#root, 'list'); }
  get isOwn() { return this.#context.may('links:write'); }

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
      this.#chosen = here();
      this.#input.value = asked.text;
      this.ask();
    });
    addKeys({ keys: '/', name: 'Search the links', go: () => this.#input.select() });
  }

  /** Asks for something else and keeps it in the address: `isChosen` makes it a step of the history, typing does not. */
  lead(wanted, isChosen = false) {
    const address = addressOf(wanted);
    if (address === here() && !isChosen) return;
    if (isChosen && address !== this.#chosen) {
      history.replaceState(null, '', this.#chosen);
      history.pushState(null, '', address);
      this.#chosen = address;
    } else history.replaceState(null, '', address);
    asked = wanted;
    this.#input.value = wanted.text;
    say('');
    return this.ask();
  }

  /** Shows what is asked for now. An answer that another question has overtaken is dropped. */
  async ask() {
    this.#drawStates();
    const state = stateOf(asked.text);
    if (state && !states.includes(state)) return this.#drawEmpty(`No state is called “${state}”. There are ${states.join(', ')}.`);
    await this.#load(null, ({ data }) => this.take(data));
  }

  async #load(after, use) {
    this.#asking?.abort();
    const own = new AbortController();
    this.#asking = own;
    const slow = setTimeout(() => say('Loading…'), patience);
    this.place.setAttribute('aria-busy', 'true');
    try {
      const answer = await send({ ...request(after), signal: own.signal });
      if (this.#asking !== own) return;
      if (find('#status').textContent === 'Loading…') say('');
      use(answer);
    } catch (problem) {
      if (this.#asking !== own || problem.name === 'AbortError') return;
      say('');
      if (after === null) this.place.replaceChildren();
      this.place.append(noticeOf(problem, () => this.#load(after, use)));
    } finally {
      clearTimeout(slow);
      if (this.#asking === own) this.place.removeAttribute('aria-busy');
    }
  }

  /** Draws the first page of an answer. */
  take({ data, next_cursor: next, has_more: hasMore }) {
    this.links = data;
    this.#next = hasMore ? next : null;
    if (data.length === 0) return this.#drawEmpty();
    const table = fromTemplate('table', { zone: zone() });
    this.place.replaceChildren(table);
    for (const head of findAll('[data-sort]', table)) this.#drawSort(head);
    find('tbody', table).append(...data.map((link) => this.#row(link)));
    this.#drawEnd();
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
      isOwn: this.isOwn, copy: link.deleted_at ? '' : copyButton(link), actions: actionsOf(link, this, this.isOwn),
      tagAddress: (tag) => addressOf({ ...asked, text: withTag(asked.text, tag) }),
    });
    for (const tag of findAll('.tag', row)) this.#leads(tag, () => withTag(asked.text, tag.textContent));
    return row;
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

  #drawEnd() {
    const number = this.links.length;
    const line = `${this.#next ? 'The first ' : ''}${count(number)} ${number === 1 ? 'link' : 'links'}.`;
    for (const name of ['count', 'found']) part(this.#root, name).textContent = line;
    part(this.#root, 'more').replaceChildren(...(this.#next ? [button('More links', () => this.#more())] : []));
  }

  #more() {
    return this.#load(this.#next, ({ data }) => {
      const rows = data.data.map((link) => this.#row(link));
      this.links.push(...data.data);
      this.#next = data.has_more ? data.next_cursor : null;
      find('tbody', this.#root).append(...rows);
      this.#drawEnd();
      find('a[href], button', rows[0] ?? this.#root)?.focus();
    });
  }

  #drawEmpty(refusal = null) {
    const terms = termsOf(asked.text);
    this.links = [];
    const isOfBin = stateOf(asked.text) === 'deleted' && terms.length === 1;
    if (!refusal && terms.length === 0) return this.#drawNoLinks();
    const text = refusal ?? (isOfBin ? 'Nothing was deleted in 30 days.' : 'No link matches.');
    part(this.#root, 'found').textContent = text;
    this.place.replaceChildren(element('div', { class: 'empty' }, element('p', {}, element('strong', {}, text)),
      element('p', { class: 'actions' }, ...terms.map((term) => this.#chip(term)))));
  }

  #chip(term) {
    const drop = () => {
      this.lead({ ...asked, text: without(asked.text, ({ text }) => text === term.text) }, true);
      this.#input.focus();
    };
    return element('button', { type: 'button', class: 'quiet', 'aria-label': `Search without ${term.text}`, click: drop },
      term.text, element('span', { 'aria-hidden': 'true' }, '×'));
  }

  #drawNoLinks() {
    const { session } = this.#context;
    const node = fromTemplate('empty', { sample: curlOf(firstLink, session.app) });
    if (!this.isOwn) for (const own of findAll('.of-writers', node)) own.remove();
    part(this.#root, 'found').textContent = 'No links yet.';
    this.place.replaceChildren(node);
  }

  // What link-actions.js does.

  #rowOf(link) { return findAll('[data-row]', this.#root).find((row) => row.dataset.row === link.id); }

  /** The link is another now; the focus stays where it was in the row. */
  replace(link) {
    const old = this.#rowOf(link);
    const at = findAll('a[href], button', old).indexOf(document.activeElement);
    this.links = this.links.map((one) => (one.id === link.id ? link : one));
    const row = this.#row(link);
    old.replaceWith(row);
    if (at >= 0) findAll('a[href], button', row)[at]?.focus();
  }

  /** The link is in this list no more; the focus goes to the next one. */
  remove(link) {
    const row = this.#rowOf(link);
    const next = row.nextElementSibling ?? row.previousElementSibling;
    const hadFocus = row.contains(document.activeElement) || document.activeElement === document.body;
    this.links = this.links.filter(({ id }) => id !== link.id);
    row.remove();
    if (this.links.length === 0 && !this.#next) this.#drawEmpty();
    else this.#drawEnd();
    if (hadFocus) (next ? find('a[href], button', next) : this.#input).focus();
  }

  async refresh(link) {
    await this.ask();
    const row = this.#rowOf(link);
    (row ? find('a[href], button', row) : this.#input).focus();
  }
}
