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

/** Words that say nothing of what is looked for. */
const empty = new Set(('a an and any are at be by can do does for from get has have how i if in is it me my of on or that the this to use was what '
  + 'when where which who why will with you your').split(' '));

/** Words that others use, and those of the documentation. */
const alike = {
  __proto__: null,
  alias: 'slug', callback: 'webhook', dedupe: 'external', gdpr: 'privacy', hourly: 'hour', ip: 'address', metrics: 'analytics', pause: 'disable',
  remove: 'delete', shorten: 'create', ssl: 'certificate', statistics: 'analytics', stats: 'analytics', teammate: 'member', throttle: 'rate',
  token: 'key', undelete: 'restore', user: 'member', vanity: 'slug',
};

/** How much a word counts in a name, in code, in the title of its page and in the text: as it stands, and in another form. */
const weights = { name: [30, 26], code: [30, 22], title: [16, 12], prose: [18, 14] };

/** `[page, anchor, heading, words in code, words of its text]` of each section, made ready to be compared. */
const entriesOf = ({ pages, entries }) => entries.map(([page, anchor, heading, words, prose]) => {
  const { href, title } = pages[page];
  const name = `${heading} ${heading.replaceAll(/[-/.,:_]/g, ' ')}`;
  const fields = { name, code: `${anchor} ${words}`, title: `${title} ${href.slice('/docs/'.length)}`, prose };
  return {
    href: `${href}${anchor && `#${anchor}`}`, heading, page: title, name: heading.toLowerCase(),
    fields: Object.entries(fields).map(([field, text]) => fieldOf(text.toLowerCase(), weights[field])),
    factor: factorOf(href, anchor),
  };
});

function fieldOf(text, weight) {
  const words = new Set(text.split(/[\s,]+/).filter(Boolean));
  return { words, stems: new Set([...words].map(stem)), weight, share: 1 / (1 + words.size / 60) };
}

/** Guides come first, then operations, then lists of them, the first page and manual pages, and schemas last. */
function factorOf(href, anchor) {
  if (href === '/docs/' || /\.\d$/.test(href) || anchor.startsWith('topic-')) return 0.6;
  if (/^[A-Z]/.test(anchor)) return 0.4;
  return /^[a-z]+[A-Z]/.test(anchor) ? 0.65 : 1;
}

/** A word without its ending: `expires`, `expired` and `expiration` are one. */
function stem(word) {
  if (!/^[a-z]{5,}$/.test(word)) return word;
  return word.replace(/(?:ings?|ers?|ed|ies|es|e|s|y)$/, '').replace(/(?:ations?|ions?|at|ing)$/, '');
}

/** The sections that have the words, best first: a word that few have counts more, in a name more than in the text, and all of them more
    than some. */
export function found(entries, text) {
  const query = text.trim().toLowerCase();
  if (!query) return [];
  const all = query.split(/[\s,?]+/).filter(Boolean);
  const telling = all.filter((part) => !empty.has(part));
  const parts = telling.length > 0 ? telling : all;
  const columns = parts.map((part) => columnOf(entries, part));
  const rates = entries.map((entry, index) => ({ entry, rate: rateOf(entry, query, columns.map((column) => column[index])) }));
  const sorted = rates.filter(({ rate }) => rate > 0).sort((one, other) => other.rate - one.rate);
  return sorted.slice(0, limit).filter(({ rate }) => rate > sorted[0].rate / 6).map(({ entry }) => entry);
}

/** What a word is worth in each entry. */
function columnOf(entries, part) {
  const forms = [part, alike[part]].filter(Boolean).map((word) => [word, stem(word)]);
  const rates = entries.map(({ fields }) => Math.max(...fields.flatMap((field) => forms.map((form) => rateIn(field, ...form)))));
  const hits = rates.filter((rate) => rate > 0).length;
  return rates.map((rate) => rate * Math.log(1 + entries.length / (hits || 1)));
}

function rateIn({ words, stems, weight, share }, part, root) {
  if (words.has(part)) return weight[0] * share;
  if (stems.has(root)) return weight[1] * share;
  if (part.length < 2) return 0;
  let best = 0;
  for (const word of words) {
    if (word.startsWith(part)) return weight[1] * 0.6 * share;
    if (word.includes(part)) best = weight[1] * 0.2 * share;
  }
  return best;
}

function rateOf({ name, factor }, query, rates) {
  const has = rates.filter((rate) => rate > 0).length;
  if (has === 0) return 0;
  const sum = rates.reduce((all, one) => all + one, 0) / rates.length;
  return (sum * (has / rates.length) ** 2 + (name === query ? 1000 : 0) + (name.startsWith(query) ? 60 : 0)) * factor;
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
}, element('b', {}, heading), element('span', {}, heading === page ? 'Page' : page));

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
