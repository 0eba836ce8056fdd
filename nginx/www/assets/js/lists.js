// Lists: what the API gives part by part, its filters, the search of what is on a screen as a whole, and the small charts of rows.

import { noticeOf, send } from './api.js';
import { button, count, element, fieldValue, find, findAll, here, say, svg, timeOfField, zone } from './page.js';
import { addKeys } from './screen.js';

/** After so many milliseconds without an answer the screen says that it waits. */
const patience = 300;

/**
 * A table of what the API lists: the first part with the screen, more of it at a button. Its rows have the id of what they show in
 * `data-row`.
 *
 * Options: `place`, an element that has nothing but the list; `noun` and `nouns`, what is listed, one and many; `request(after)`, the
 * request for the part after a cursor, null for the first one; `table()`, an element with a `tbody`; `row(item)`; `empty()`, an element
 * for no item at all; `refuge`, an element for the focus where no row is left; `under`, a sentence below the table; `drawn(items)`
 * runs for those whose rows have come; `ask(request)` answers instead of the API alone.
 */
export class CursorList {
  items = [];
  #options;
  #next = null;
  #asking = null;
  #line = element('span');
  #more = element('p', { class: 'actions' });
  /** How much was found, for those who hear it. */
  #found = element('p', { class: 'unseen', role: 'status' });

  constructor(options) {
    this.#options = options;
    this.place.before(this.#found);
  }

  get place() { return this.#options.place; }
  get hasMore() { return this.#next !== null; }

  /** Asks anew for the first part. An answer that another question has overtaken is dropped. */
  ask() { return this.#load(null, ({ data }) => this.take(data)); }

  /** Draws the first part of an answer. */
  take({ data, next_cursor: next, has_more: hasMore }) {
    const { table, empty, under = '' } = this.#options;
    this.items = data;
    this.#next = hasMore ? next : null;
    if (data.length === 0 && !this.#next) return this.#showEmpty(empty());
    const node = table();
    find('tbody', node).append(...data.map((item) => this.#row(item)));
    this.place.replaceChildren(node, element('p', { class: 'under' }, this.#line, ' ', under), this.#more);
    this.#drawEnd();
    this.#options.drawn?.(data);
  }

  /** Drops what is on its way, and shows a node in the place of the list. */
  show(node) {
    this.#asking?.abort();
    this.items = [];
    this.#next = null;
    this.#showEmpty(node);
  }

  #showEmpty(node) {
    this.#found.textContent = find('strong', node)?.textContent ?? node.textContent;
    this.place.replaceChildren(node);
  }

  rowOf({ id }) { return findAll('[data-row]', this.place).find((row) => row.dataset.row === id); }

  /** An item is another now; the focus stays where it was in the row. */
  replace(item) {
    const old = this.rowOf(item);
    const at = findAll('a[href], button, input', old).indexOf(document.activeElement);
    this.items = this.items.map((one) => (one.id === item.id ? item : one));
    const row = this.#row(item);
    old.replaceWith(row);
    if (at >= 0) findAll('a[href], button, input', row)[at]?.focus();
    this.#options.drawn?.([item]);
  }

  /** An item is in this list no more; the focus goes to the next one. */
  remove(item) {
    const row = this.rowOf(item);
    const next = row.nextElementSibling ?? row.previousElementSibling;
    const hadFocus = row.contains(document.activeElement) || document.activeElement === document.body;
    this.items = this.items.filter(({ id }) => id !== item.id);
    row.remove();
    if (this.items.length === 0 && !this.#next) this.#showEmpty(this.#options.empty());
    else this.#drawEnd();
    if (hadFocus) (next ? find('a[href], button', next) : this.#options.refuge)?.focus();
  }

  /** Asks anew and leads to an item. */
  async refresh(item) {
    await this.ask();
    const row = this.rowOf(item);
    (row ? find('a[href], button', row) : this.#options.refuge)?.focus();
  }

  #row(item) {
    const row = this.#options.row(item);
    row.dataset.row = item.id;
    return row;
  }

  #drawEnd() {
    const { noun, nouns } = this.#options;
    const number = this.items.length;
    const text = `${this.#next ? 'The first ' : ''}${count(number)} ${number === 1 ? noun : nouns}.`;
    for (const line of [this.#line, this.#found]) line.textContent = text;
    this.#more.replaceChildren(...(this.#next ? [button(`More ${nouns}`, () => this.#takeMore())] : []));
  }

  #takeMore() {
    return this.#load(this.#next, ({ data: { data, next_cursor: next, has_more: hasMore } }) => {
      const rows = data.map((item) => this.#row(item));
      this.items.push(...data);
      this.#next = hasMore ? next : null;
      find('tbody', this.place).append(...rows);
      this.#drawEnd();
      find('a[href], button', rows[0] ?? this.place)?.focus();
      this.#options.drawn?.(data);
    });
  }

  async #load(after, use) {
    this.#asking?.abort();
    const own = new AbortController();
    this.#asking = own;
    const slow = setTimeout(() => say('Loading…'), patience);
    this.place.setAttribute('aria-busy', 'true');
    try {
      const { ask = send, request } = this.#options;
      const answer = await ask({ ...request(after), signal: own.signal });
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
}

// The search of a list.

/** From so many rows on a list has a search. */
const many = 6;

/** A field above a table that leaves the rows whose first cell has all its words; `/` leads to it. What is typed stands in the address. */
export function addSearch(list, noun) {
  const all = findAll('tbody tr', list);
  if (all.length < many) return;
  const address = new URL(location.href);
  const wanted = address.searchParams.get('q') ?? '';
  const input = element('input', { id: 'search', type: 'search', value: wanted, 'aria-keyshortcuts': '/' });
  const line = element('p', { class: 'soft', role: 'status' });
  const apply = () => {
    const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
    for (const row of all) row.hidden = !words.every((word) => row.cells[0].textContent.toLowerCase().includes(word));
    const left = all.filter((row) => !row.hidden).length;
    line.textContent = words.length === 0 ? '' : `${left === 0 ? 'None' : count(left)} of ${count(all.length)} ${noun}.`;
  };
  input.addEventListener('input', () => {
    apply();
    address.searchParams.set('q', input.value);
    if (!input.value) address.searchParams.delete('q');
    history.replaceState(null, '', address);
  });
  list.before(element('div', { class: 'field search' },
    element('label', { for: 'search' }, 'Search ', element('kbd', { 'aria-hidden': 'true' }, '/')), input, line));
  addKeys({ keys: '/', name: `Search these ${noun}`, go: () => input.focus() });
  apply();
}

// The day of a row.

/** 24 bars of a row, two shapes at the most, for a list may have a hundred rows. `values` are `{ value, partial }`. */
export function sparkline(values, name) {
  const top = Math.max(1, ...values.map((one) => one.value));
  const bars = ['M0 15.5h96v.5h-96z'];
  const partialBars = [];
  values.forEach(({ value, partial }, index) => {
    const height = value === 0 ? 0 : Math.max(1, Math.round((value / top) * 15));
    if (partial && height > 1) partialBars.push(`M${index * 4 + 0.5} 16v-${height}h2v${height}z`);
    else if (height > 0) bars.push(`M${index * 4} 16v-${height}h3v${height}z`);
  });
  return svg('svg', { class: 'spark', viewBox: '0 0 96 16', role: 'img', 'aria-label': name },
    svg('path', { d: bars.join('') }),
    ...(partialBars.length > 0 ? [svg('path', { d: partialBars.join(''), class: 'partial' })] : []));
}

// Filters of a list: a form whose fields stand in the address by the names that the API has. What is chosen is a step of the history,
// what is typed is not.

/** Letters that come faster than this, in milliseconds, are one question. */
const typingPause = 400;

/** What the address asks for, by name; null where it does not. */
export function filtersIn(names) {
  const query = new URLSearchParams(location.search);
  return Object.fromEntries(names.map((name) => [name, query.get(name) || null]));
}

const isTime = (field) => field.type === 'datetime-local';

/** What a select does not have among its options, an address may ask for all the same. */
function put(field, value) {
  const isOffered = field.type !== 'select-one' || !value || [...field.options].some((option) => option.value === value);
  if (!isOffered) field.append(element('option', { value }, value));
  field.value = value ?? '';
}

/** The address of a list: what is chosen is a step of the history, what is typed on the way to it is not. */
export class Steps {
  /** The last address that was chosen, and not only typed. */
  #chosen = here();

  /** Somebody went back or on. */
  arrive() { this.#chosen = here(); }

  /** Whether there is anything to ask for. */
  go(address, isChosen) {
    if (address === here() && !isChosen) return false;
    if (isChosen && address !== this.#chosen) {
      history.replaceState(null, '', this.#chosen);
      history.pushState(null, '', address);
      this.#chosen = address;
    } else history.replaceState(null, '', address);
    return true;
  }
}

export class Filters {
  #form;
  #changed;
  #timer = null;
  #steps = new Steps();

  /** `changed()` runs when the address asks for something else. Labels of the class `in-zone` get the zone's name. */
  constructor(form, changed) {
    [this.#form, this.#changed] = [form, changed];
    for (const label of findAll('.in-zone', form)) label.append(element('span', { class: 'soft' }, ` ${zone()}`));
    this.#show();
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#take(true);
    });
    form.addEventListener('input', ({ target }) => {
      clearTimeout(this.#timer);
      if (target.matches('select')) this.#take(true);
      else this.#timer = setTimeout(() => this.#take(false), typingPause);
    });
    addEventListener('popstate', () => {
      this.#steps.arrive();
      this.#show();
      changed();
    });
  }

  get #fields() { return [...this.#form.elements].filter(({ name }) => name); }

  /** Whether anything is left out. */
  get isOn() { return Object.values(filtersIn(this.#fields.map(({ name }) => name))).some(Boolean); }

  /** Asks for other values than those in the fields. */
  set(values) {
    for (const field of this.#fields) if (field.name in values) put(field, values[field.name]);
    return this.#take(true);
  }

  /** For a list that is empty because of them. */
  nothing(text) {
    const drop = () => {
      this.set(Object.fromEntries(this.#fields.map(({ name }) => [name, ''])));
      this.#fields[0].focus();
    };
    return element('div', { class: 'empty' }, element('p', {}, element('strong', {}, text)),
      element('p', { class: 'actions' }, button('Drop the filters', drop)));
  }

  #show() {
    const query = new URLSearchParams(location.search);
    for (const field of this.#fields) {
      const given = query.get(field.name) ?? '';
      if (!isTime(field)) put(field, given);
      else field.value = Number.isNaN(Date.parse(given)) ? '' : fieldValue(given);
    }
  }

  #take(isChosen) {
    clearTimeout(this.#timer);
    const address = new URL(location.href);
    for (const field of this.#fields) {
      const value = isTime(field) ? timeOfField(field.value) : field.value.trim();
      if (value) address.searchParams.set(field.name, value);
      else address.searchParams.delete(field.name);
    }
    if (!this.#steps.go(address.pathname + address.search, isChosen)) return;
    return this.#changed();
  }
}

/** The options of a select: nothing chosen first, as `[value, text]` the others. */
export function fillChoices(select, all, choices) {
  const option = ([value, text]) => element('option', { value }, text);
  select.append(option(['', all]), ...choices.map(option));
}
