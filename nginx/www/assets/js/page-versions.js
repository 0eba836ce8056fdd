// The versions of a page: what was published and when, two states compared, one brought back.

import { act, confirmed, newRepeat, noticeOf, send } from './api.js';
import { CursorList } from './lists.js';
import { differenceTable } from './page-compare.js';
import {
  addressIn, agoElement, button, element, find, fromTemplate, linkName, part, say, shownWithZone, user, workspace, zone,
} from './page.js';
import { screen } from './screen.js';
import { membersRequest, namesOf, shortId } from './things.js';

const path = `/bio-pages/${decodeURIComponent(location.pathname.split('/').at(-2))}`;
const limit = 50;
const page = { path };
const versions = (after = null) => ({ path: `${path}/versions`, query: { limit, starting_after: after } });

screen({
  title: 'Versions', place: 'Pages', show, 
  requests: { page, versions: versions(), members: membersRequest },
  allowed: ({ may, membership }) => (may('pages:read') ? null : `You are ${membership.role} in ${membership.name}, who do not see pages.`),
});

function show(context, { page: answer, versions: first, members }) {
  const root = fromTemplate('versions');
  context.body.append(root);
  new Versions({ ...context, names: namesOf({ members }) }, root, answer, first.data);
}

class Versions {
  #root;
  #page;
  #etag;
  #list;
  #isOwn;
  /** The version that was made the draft here. */
  #draft = null;
  /** Members by id. */
  #names;
  /** What was published, by number. */
  #known = new Map();

  constructor(context, root, answer, first) {
    this.#root = root;
    this.#isOwn = context.may('pages:write');
    this.#names = context.names;
    this.#list = new CursorList({
      place: part(root, 'list'), noun: 'version', nouns: 'versions', refuge: find('h1'), request: versions,
      table: () => fromTemplate('table'), row: (version) => this.#row(version), under: `Times are in ${zone()}.`,
      empty: () => element('div', { class: 'empty' }, element('p', {}, element('strong', {}, 'Nothing was published yet.'))),
    });
    find('h1').tabIndex = -1;
    this.#take(answer);
    this.#list.take(first);
    this.#offerChoices();
    for (const name of ['from', 'to']) find(`#${name}`, root).addEventListener('change', () => this.#choose());
    addEventListener('popstate', () => this.#offerChoices());
  }

  #take(answer) {
    this.#page = answer.data;
    this.#etag = answer.etag;
    const { title, id, published, published_version: number, has_unpublished_changes: isChanged } = this.#page;
    const to = find('#to-page');
    to.textContent = title;
    to.href = addressIn(workspace, `pages/${id}`);
    const seen = `Visitors see version ${number}; the draft is ${isChanged ? 'another one' : 'the same'}.`;
    part(this.#root, 'facts').replaceChildren(...linkName(this.#page, published ? '' : 'off'), ` ${published ? seen : 'Visitors find nothing.'}`);
  }

  // What differs.

  #offerChoices() {
    const given = new URL(location.href).searchParams;
    const numbers = this.#list.items.map(({ number }) => number);
    const names = ['draft', ...numbers.map(String)];
    const first = String(this.#page.published_version ?? numbers[0] ?? 'draft');
    const chosen = { to: given.get('to') ?? 'draft', from: given.get('from') ?? first };
    for (const [name, value] of Object.entries(chosen)) {
      if (!names.includes(value) && /^\d+$/.test(value)) names.push(value);
      find(`#${name}`, this.#root).replaceChildren(...names.map((one) => element('option', { value: one, selected: one === value },
        one === 'draft' ? 'The draft' : `Version ${one}`)));
    }
    find('.compare', this.#root).closest('section').hidden = numbers.length === 0;
    const isPublished = ({ published_version: number, has_unpublished_changes: isChanged }) => chosen.from === String(number) && !isChanged;
    if (chosen.to === 'draft' && isPublished(this.#page)) {
      part(this.#root, 'differences').replaceChildren(differenceTable(this.#page, this.#page));
    } else if (numbers.length > 0) this.#compare();
  }

  /** A choice is a step of the history. */
  #choose() {
    const address = new URL(location.href);
    for (const name of ['from', 'to']) address.searchParams.set(name, find(`#${name}`, this.#root).value);
    history.pushState(null, '', address);
    say('');
    return this.#compare();
  }

  /** What another choice has overtaken is dropped. */
  async #compare() {
    const place = part(this.#root, 'differences');
    const chosen = () => ['from', 'to'].map((name) => find(`#${name}`, this.#root).value);
    const own = chosen();
    const show = (node) => {
      if (String(chosen()) === String(own)) place.replaceChildren(node);
    };
    try {
      const [before, after] = await Promise.all(own.map((name) => this.#content(name)));
      show(differenceTable(before, after));
    } catch (problem) {
      show(noticeOf(problem, () => this.#compare()));
    }
  }

  async #content(name) {
    if (name === 'draft') return this.#page;
    if (!this.#known.has(name)) this.#known.set(name, (await send({ path: `${path}/versions/${name}` })).data.content);
    return this.#known.get(name);
  }

  // What was published.

  #row(version) {
    // A row is found by an id.
    version.id = String(version.number);
    const { number, current, published_at: at, published_by: author } = version;
    const soft = (text) => element('span', { class: 'soft' }, text);
    return element('tr', {},
      element('td', { class: 'whole' }, element('b', {}, `Version ${number}`), current ? soft('visitors see it') : null),
      element('td', {}, agoElement(at), soft(shownWithZone(at))),
      element('td', { class: 'whole', dir: 'auto', title: author }, element('span', { class: 'narrow' }, 'by '), this.#authorOf(author)),
      element('td', { class: 'whole' }, element('p', { class: 'actions' }, ...this.#actions(version))));
  }

  #authorOf(id) {
    if (id === user().id) return 'you';
    return this.#names.get(id) ?? (id ? element('code', {}, shortId(id)) : 'somebody');
  }

  #actions(version) {
    const { number, current } = version;
    const make = (verb, go) => button(verb, go, { kind: 'quiet', label: `${verb}: version ${number}` });
    const compare = make('Compare', () => {
      find('#from', this.#root).value = number;
      find('#to', this.#root).value = 'draft';
      this.#choose();
      find('#from', this.#root).focus();
    });
    if (!this.#isOwn) return [compare];
    // What visitors see, and what the draft is as well, need not be taken again.
    const isLive = current && this.#page.published;
    const isDraft = number === this.#draft || (current && !this.#page.has_unpublished_changes);
    return [compare, !isDraft && make('Make it the draft', () => this.#restore(number, false)),
      !isLive && make('Publish it again', () => this.#restore(number, true))].filter(Boolean);
  }

  async #restore(number, isPublished) {
    const text = ['The draft has changes that are not published.', `They are lost when version ${number} is the draft.`];
    if (this.#page.has_unpublished_changes && !await confirmed(`Take version ${number}`, text, 'Take it')) return;
    const request = { method: 'POST', path: `${path}/versions/${number}/restore`, body: isPublished ? { publish: true } : {} };
    const answer = await act({ ...request, etag: this.#etag, repeat: newRepeat() }, this.#root);
    if (!answer) return;
    this.#take(answer);
    this.#draft = number;
    await this.#list.ask();
    history.replaceState(null, '', location.pathname);
    this.#offerChoices();
    say(isPublished ? `Visitors see what version ${number} was: it is version ${answer.data.published_version} now.`
      : `The draft is version ${number} now. Visitors see it once it is published.`);
  }
}
