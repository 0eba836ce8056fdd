// The search of the documentation: an index of all sections, read once, and the choice among what it finds.

/** At most so many results: who does not find it among them types another word. */
const limit = 12;

const { element, say } = window;

/** Connects the search field. The index is what `maskctl docs render` wrote of all pages. */
export async function search(field) {
  const list = element('ul', { id: 'docs-found', role: 'listbox', 'aria-label': 'Found', hidden: true });
  field.after(list);
  const combobox = { role: 'combobox', 'aria-controls': 'docs-found', 'aria-expanded': 'false', 'aria-autocomplete': 'list' };
  for (const [name, value] of Object.entries(combobox)) field.setAttribute(name, value);
  const state = { field, list, entries: [], chosen: -1 };
  field.addEventListener('input', () => show(state));
  field.addEventListener('focus', () => show(state));
  field.addEventListener('blur', () => close(state));
  field.addEventListener('keydown', (event) => onKey(state, event));
  field.form.addEventListener('submit', (event) => event.preventDefault());
  try {
    state.entries = entriesOf(await (await fetch('/docs/search.json')).json());
  } catch {
    say('The index of the search cannot be loaded.');
  }
  if (document.activeElement === field) show(state);
}

/** `[page, anchor, heading, words in code, words of its text]` of each section, made ready to be compared. */
const entriesOf = ({ pages, entries }) => entries.map(([page, anchor, heading, words, prose]) => ({
  href: `${pages[page].href}${anchor && `#${anchor}`}`, heading, page: pages[page].title,
  name: heading.toLowerCase(), words: `${anchor} ${words} ${pages[page].title}`.toLowerCase().split(/\s+/), prose: prose.split(' '), isPage: anchor === '', isList: pages[page].href === '/docs/reference',
}));

/** The sections that have all words, best first: what is named so, before what begins so, before what only mentions it. Where few have all,
    those that have most of them come behind. */
export function found(entries, text) {
  const query = text.trim().toLowerCase();
  if (!query) return [];
  const parts = query.split(/\s+/);
  const rates = (rater) => entries.map((entry) => ({ entry, rate: rater(entry, query, parts) })).filter(({ rate: one }) => one > 0);
  const best = (rater) => rates(rater).sort((one, other) => other.rate - one.rate).map(({ entry }) => entry);
  const whole = best(rate);
  if (whole.length > 2 || parts.length === 1) return whole.slice(0, limit);
  return [...new Set([...whole, ...best(rateOfSome)])].slice(0, limit);
}

function rate(entry, query, parts) {
  const { name, words, isPage, isList } = entry;
  const rates = parts.map((part) => rateOfPart(entry, part));
  if (Math.min(...rates) === 0) return 0;
  let sum = rates.reduce((all, one) => all + one, 0) / parts.length;
  if (name === query) sum += 200;
  else if (words.includes(query)) sum += 40;
  if (name.startsWith(query)) sum += 60;
  // The list of all operations comes after the operations.
  return Math.max(1, sum + (isPage ? 5 : 0) - (isList ? 10 : 0));
}

/** More words before better ones. */
function rateOfSome(entry, query, parts) {
  const rates = parts.filter((part) => part.length > 2).map((part) => rateOfPart(entry, part)).filter((one) => one > 0);
  return rates.length * 100 + rates.reduce((all, one) => all + one, 0);
}

function rateOfPart({ name, words, prose }, part) {
  const inName = name.split(/[\s/]+/);
  if (inName.includes(part)) return 50;
  if (words.includes(part)) return 30;
  if (inName.some((word) => word.startsWith(part))) return 25;
  if (words.some((word) => word.startsWith(part))) return 15;
  if (prose.includes(part)) return 10;
  if (name.includes(part) || words.some((word) => word.includes(part))) return 5;
  return part.length > 3 && prose.some((word) => word.startsWith(part)) ? 3 : 0;
}

function show(state) {
  const { field, list } = state;
  const results = found(state.entries, field.value);
  list.replaceChildren(...results.map((entry, index) => optionOf(entry, index)));
  const isOpen = results.length > 0;
  list.hidden = !isOpen;
  field.setAttribute('aria-expanded', isOpen);
  mark(state, isOpen ? 0 : -1);
  if (!field.value.trim()) return say('');
  say(results.length === 0 ? 'Nothing found.' : `${results.length === limit ? `The best ${limit}` : results.length} found.`);
  if (results.length === 0 && state.entries.length > 0) showNothing(list);
}

const showNothing = (list) => {
  list.replaceChildren(element('li', { role: 'option', 'aria-disabled': 'true' }, 'Nothing found. Try one word, a field or a code.'));
  list.hidden = false;
};

/** A press must not take the focus from the field, for then the list is gone before the click. */
const optionOf = ({ heading, page, href }, index) => element('li', {
  id: `docs-found-${index}`, role: 'option', 'data-href': href, pointerdown: (event) => event.preventDefault(), click: () => go(href),
}, element('b', {}, heading), element('span', {}, page));

function mark(state, index) {
  state.chosen = index;
  const options = [...state.list.children];
  options.forEach((option, at) => option.setAttribute('aria-selected', at === index));
  options[index]?.scrollIntoView({ block: 'nearest' });
  if (index < 0) state.field.removeAttribute('aria-activedescendant');
  else state.field.setAttribute('aria-activedescendant', `docs-found-${index}`);
}

function close(state) {
  state.list.hidden = true;
  state.field.setAttribute('aria-expanded', 'false');
  mark(state, -1);
}

function onKey(state, event) {
  const options = state.list.querySelectorAll('[data-href]');
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (step && options.length > 0) {
    event.preventDefault();
    if (state.list.hidden) show(state);
    else mark(state, (state.chosen + step + options.length) % options.length);
  } else if (event.key === 'Enter') {
    event.preventDefault();
    if (options[state.chosen]) go(options[state.chosen].dataset.href);
  } else if (event.key === 'Escape') {
    event.preventDefault();
    if (!state.list.hidden) close(state);
    else if (state.field.value) state.field.value = '';
    else state.field.blur();
  }
}

/** A section of this page is no other page: the list goes, and the focus with it. */
function go(href) {
  document.activeElement.blur();
  location.assign(href);
}
