// The links of a workspace: search with filters as words, states, sorts, and more of them at the end of the page.

import { curlOf } from './api.js';
import { actionsOf, addLinkKeys, copyButton } from './link-actions.js';
import { addressOf, askedIn, queryOf, stateOf, states, termsOf, without, withState, withTag } from './link-query.js';
import { linkRow } from './link-row.js';
import { CursorList } from './lists.js';
import { addressIn, element, find, findAll, fromTemplate, here, part, say, workspace, zone } from './page.js';
import { addKeys, screen } from './screen.js';

const limit = 50;
/** Letters that come faster than this, in milliseconds, are one question. */
const pause = 250;
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
  #list;
  #timer = null;
  /** The last address that was chosen, and not only typed on the way to one. */
  #chosen = here();
  #context;
  #root = fromTemplate('links');
  #input = find('#search', this.#root);

  constructor(context) {
    this.#context = context;
    this.#input.value = asked.text;
    this.#list = new CursorList({
      place: part(this.#root, 'list'), noun: 'link', nouns: 'links', refuge: this.#input, request, table: () => this.#table(),
      row: (link) => this.#row(link), empty: () => this.#empty(), under: `Clicks have bots among them. Times are in ${zone()}.`,
    });
    context.body.append(this.#root);
    this.#listen();
    this.#drawStates();
  }

  /** Where a failure is shown. */
  get place() { return this.#list.place; }
  get links() { return this.#list.items; }
  get isOwn() { return this.#context.may('links:write'); }

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

  /** Shows what is asked for now. */
  async ask() {
    this.#drawStates();
    const state = stateOf(asked.text);
    if (state && !states.includes(state)) {
      return this.#list.show(this.#nothing(`No state is called “${state}”. There are ${states.join(', ')}.`));
    }
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
      copy: link.deleted_at ? '' : copyButton(link), actions: actionsOf(link, this, this.isOwn),
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

  #empty() {
    const terms = termsOf(asked.text);
    if (terms.length === 0) return this.#noLinks();
    const isOfBin = stateOf(asked.text) === 'deleted' && terms.length === 1;
    return this.#nothing(isOfBin ? 'Nothing was deleted in 30 days.' : 'No link matches.');
  }

  #nothing(text) {
    return element('div', { class: 'empty' }, element('p', {}, element('strong', {}, text)),
      element('p', { class: 'actions' }, ...termsOf(asked.text).map((term) => this.#chip(term))));
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

  // What link-actions.js does.

  replace(link) { this.#list.replace(link); }
  remove(link) { this.#list.remove(link); }
  refresh(link) { return this.#list.refresh(link); }
}
