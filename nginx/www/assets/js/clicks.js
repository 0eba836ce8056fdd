// What was counted of a workspace, a link or a page: figures, a chart over time and breakdowns, narrowed by what the address says.

import { call, curlOf, noticeOf, send, sentence } from './api.js';
import {
  chosenRange, difference, movedBy, rangeChoices, timeChart, timeRows, today, windowOf,
} from './chart.js';
import {
  button, count, element, fieldValue, find, findAll, linkName, say, shownDate, shownHour, timeOfField, zone,
} from './page.js';
import { addKeys } from './screen.js';

/** Milliseconds between two looks at the last hour. */
const pause = 15_000;
/** Nothing is said of waiting before so many milliseconds. */
const patience = 300;

// What can be counted by: how it is called, what clicks without a value are, and the filter that a row is. Of one link, tag or domain only.

const regions = new Intl.DisplayNames(['en'], { type: 'region' });

function regionName(code) {
  try {
    return regions.of(code);
  } catch {
    return code;
  }
}

export const groups = {
  link: { name: 'Link', filter: 'link_id', isSingle: true },
  tag: { name: 'Tag', filter: 'tag', isSingle: true },
  domain: { name: 'Domain', filter: 'domain', isSingle: true },
  country: { name: 'Country', none: 'Unknown', words: regionName },
  city: { name: 'City', none: 'Unknown' },
  referrer: { name: 'Referrer', none: 'None: typed, or not told' },
  browser: { name: 'Browser', none: 'Unknown' },
  os: { name: 'System', none: 'Unknown' },
  device: { name: 'Device', none: 'Unknown' },
  utm_campaign: { name: 'Campaign', none: 'None' },
  utm_source: { name: 'Source', none: 'None' },
  utm_medium: { name: 'Medium', none: 'None' },
  trigger: { name: 'Way in', words: (value) => ({ click: 'Followed', qr: 'QR code scanned' }[value] ?? value) },
  bot: { name: 'Visitor', words: (value) => (value === 'true' ? 'Bots' : 'Humans') },
};

// Breakdowns: what a title has below it, the first one unless another is chosen.

const ofVisitors = [
  { title: 'Places', own: ['country', 'city'] }, { title: 'Browsers and devices', own: ['browser', 'os', 'device'] },
  { title: 'Campaigns', own: ['utm_campaign', 'utm_source', 'utm_medium'] }, { title: 'How they came', own: ['trigger', 'bot'] },
];
const ofOneLink = [{ title: 'Referrers', own: ['referrer'] }, ...ofVisitors];

/** What a screen counts: where it asks, what an answer calls it, its breakdowns, and whether their rows narrow. */
export const clicksOfAll = {
  path: '/analytics/clicks', member: 'clicks', total: 'total', noun: 'Clicks',
  panels: [{ title: 'Links', own: ['link', 'tag', 'domain'] }, ...ofOneLink],
};
export const clicksOf = (link) => ({ ...clicksOfAll, query: { link_id: link }, panels: ofOneLink });
export const viewsOf = (page) => ({
  path: `/bio-pages/${page}/analytics`, member: 'views', total: 'views', noun: 'Views', panels: ofVisitors, isWhole: true,
});

const counts = { all: '', human: ' by humans', unique: ', unique' };

export const words = (group, value) => {
  const { none, words: inWords = (text) => text } = groups[group];
  const link = group === 'link' && names.get(value);
  if (link) return `${link.domain}/${link.slug}`;
  return value === '' && none ? none : inWords(value);
};

// The address says it all. What changes it is a link, so that it is one for a new tab, too.

export const given = () => new URLSearchParams(location.search);

export function addressWith(name, values) {
  const query = given();
  query.delete(name);
  for (const value of values) query.append(name, value);
  return `?${query}`;
}

const filterOf = (group) => groups[group].filter ?? group;

/** The values that a filter has; of a link, a tag, a domain one. */
export const valuesOf = (group) => given().getAll(filterOf(group)).slice(groups[group].isSingle ? -1 : 0);

/** The address with a value of a filter more, or without it. */
export function toggled(group, value) {
  const values = valuesOf(group);
  const others = values.filter((one) => one !== value);
  return addressWith(filterOf(group), others.length < values.length ? others : groups[group].isSingle ? [value] : [...others, value]);
}

const counted = () => (given().get('count') in counts ? given().get('count') : 'all');

const isComparing = () => given().get('before') === '1' && chosenRange().days !== null;

// Questions, three of them at a time.

let room = 3;
const waiting = [];

async function inTurn(request) {
  if (room === 0) await new Promise((resolve) => { waiting.push(resolve); });
  else room -= 1;
  try {
    return (await call(request)).data;
  } finally {
    if (waiting.length > 0) waiting.shift()();
    else room += 1;
  }
}

// The names of links: an answer has ids. Most are among the links with most clicks, or in the bin; another one is asked for.

/** Null where nobody can say. */
const names = new Map();
let listed = null;
let binned = null;

const list = (query) => inTurn({ path: '/links', query: { sort: 'clicks', limit: 25, ...query } })
  .then(({ data }) => data.forEach((link) => names.set(link.id, link)), () => {});

const nameOne = (id) => inTurn({ path: `/links/${id}` }).then((link) => names.set(id, link), () => names.set(id, null));

/** Writes the names of the links below a node into the elements that have their ids. */
export async function nameLinks(root) {
  const places = findAll('[data-link]', root);
  const unknown = () => [...new Set(places.map(({ dataset }) => dataset.link).filter((id) => !names.has(id)))];
  const isMany = unknown().length > 1;
  if (isMany) await (listed ??= list());
  if (isMany && unknown().length > 0) await (binned ??= list({ state: 'deleted' }));
  await Promise.all(unknown().map(nameOne));
  for (const place of places) {
    const link = names.get(place.dataset.link);
    if (link) place.replaceChildren(...linkName(link, link.deleted_at ? 'ended' : ''));
  }
}

// Files.

/** A word for the name of a file: what systems of files or people stumble over is a hyphen. */
export const fileWord = (text) => text.toLowerCase().replace(/[^\p{L}\p{N}_.]+/gu, '-');

export async function saved(name, [heads, ...rows]) {
  const { csvOf, download } = await import('./files.js');
  download(name, csvOf(heads, rows));
}

/** What has the focus keeps it when it is drawn anew. */
export function keepingFocus(root, draw) {
  const active = document.activeElement;
  const selector = !root.contains(active) ? null : active.dataset.name ? `[data-name="${CSS.escape(active.dataset.name)}"]`
    : active.getAttribute('aria-keyshortcuts') ? `[aria-keyshortcuts="${active.getAttribute('aria-keyshortcuts')}"]` : 'a[href], button';
  draw();
  if (selector) find(selector, root)?.focus({ preventScroll: true });
}

/**
 * Figures, chart and breakdowns on a screen. `requests` are for `screen()`, `show` draws their answer; `more(data)` is a node below all
 * that.
 */
export class Clicks {
  #source;
  #more = null;
  #app;
  #asking = new AbortController();
  #answer = null;
  #before = null;
  #timer = null;
  #parts = {};
  #panels = [];
  #root;

  constructor(source) {
    this.#source = source;
  }

  get requests() { return { clicks: { ...this.request(), optional: true } }; }

  get source() { return this.#source; }
  get signal() { return this.#asking.signal; }
  /** What the chosen count is called. */
  get noun() { return this.#source.noun + counts[counted()]; }
  get isComparing() { return isComparing(); }

  /** What the API is asked, narrowed by all filters but that of a group. */
  request(more = {}, except = null, bounds = windowOf(chosenRange())) {
    const chosen = counted() === 'all' ? null : counted();
    return { path: this.#source.path, query: { ...bounds, ...this.#filters(except), count: chosen, ...more } };
  }

  /** What its rows narrow by. */
  get #filterable() { return this.#source.isWhole ? [] : this.#source.panels.flatMap(({ own }) => own); }

  #filters(except) {
    const used = this.#filterable.filter((group) => group !== except);
    const values = Object.fromEntries(used.map((group) => [filterOf(group), valuesOf(group)]).filter(([, all]) => all.length > 0));
    return { ...values, ...this.#source.query };
  }

  /** The window before the one of the answer, of the same length. */
  windowBefore() {
    const range = chosenRange();
    const back = (at) => (range.interval === '24h' ? new Date(Date.parse(at) - 86_400_000).toISOString()
      : timeOfField(movedBy(-range.days, fieldValue(at))));
    const { start, end } = this.#answer;
    return windowOf({ ...range, start: range.interval ? null : back(start), end: back(end) });
  }

  show({ body, session }, answer, more = null) {
    this.#more = more;
    this.#app = session.app;
    const make = (name, tag, attributes = {}) => { this.#parts[name] = element(tag, attributes); return this.#parts[name]; };
    this.#root = element('div', { class: 'numbers', click: (event) => this.#follow(event) },
      make('ranges', 'div'), make('chips', 'div', { class: 'chips' }), make('figures', 'dl', { class: 'figures' }),
      make('chart', 'div', { class: 'time' }), make('tools', 'p', { class: 'actions tools' }),
      make('panels', 'div', { class: 'panels' }), make('more', 'div'));
    this.#addPanels();
    body.append(this.#root);
    addEventListener('popstate', () => this.#ask());
    document.addEventListener('visibilitychange', () => document.hidden || this.#look());
    addKeys({ keys: 'x', name: 'Compare with the period before', go: () => find('[aria-keyshortcuts=x]', this.#root)?.click() });
    if (!answer) return this.#ask();
    this.#drawAsked();
    this.#take(answer.data);
  }

  /** Breakdowns come after the chart, into room that is kept for them. */
  async #addPanels() {
    const places = this.#source.panels.map(() => element('section', { class: 'panel' }));
    this.#parts.panels.append(...places);
    const { Breakdown } = await import('./breakdowns.js').catch(() => ({}));
    if (Breakdown) this.#panels = this.#source.panels.map((panel, index) => new Breakdown(places[index], panel, this));
    else say('The breakdowns cannot be loaded. Check whether the server is reachable.');
  }

  /** A link to another question of this screen loads no page. Another breakdown is no step of the history. */
  #follow(event) {
    const link = event.target.closest('a[href^="?"]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const query = new URLSearchParams(link.search);
    const isStep = link.dataset.replaces === undefined;
    // Which breakdowns are shown may be another thing by now than when the link was drawn.
    if (isStep) {
      query.delete('by');
      for (const group of given().getAll('by')) query.append('by', group);
    }
    this.#lead(query, isStep);
  }

  #lead(query, isStep) {
    const wanted = query.size > 0 ? `?${query}` : location.pathname;
    say('');
    if (isStep) history.pushState(null, '', wanted);
    else history.replaceState(null, '', wanted);
    if (isStep) this.#ask();
    else this.#panels.forEach((panel) => panel.choose());
  }

  /** Asks what the address says. What is there stays until the answer comes; one that another question has overtaken is dropped. */
  async #ask() {
    this.#asking.abort();
    const own = this.#asking = new AbortController();
    this.#drawAsked();
    const slow = setTimeout(() => say('Loading…'), patience);
    this.#root.setAttribute('aria-busy', 'true');
    try {
      const { data } = await send({ ...this.request(), signal: own.signal });
      if (own === this.#asking) this.#take(data);
    } catch (problem) {
      if (own === this.#asking) this.#fail(problem);
    } finally {
      clearTimeout(slow);
      if (find('#status').textContent === 'Loading…') say('');
      if (own === this.#asking) this.#root.removeAttribute('aria-busy');
    }
  }

  #fail(problem) {
    const { chart, figures, tools, more } = this.#parts;
    for (const node of [figures, tools, more]) node.replaceChildren();
    this.#root.classList.add('is-empty');
    chart.replaceChildren(noticeOf(problem, () => this.#ask()));
  }

  #take(data) {
    this.#answer = data;
    this.#before = null;
    this.#root.classList.toggle('is-empty', data[this.#source.total] === 0);
    this.#drawFigures();
    this.#drawTime();
    this.#drawTools();
    this.#parts.more.replaceChildren(...(this.#more ? [this.#more(data)] : []));
    this.#look();
    this.#askTotals();
    if (this.isComparing) this.#askBefore();
    this.#panels.forEach((panel) => panel.refresh());
  }

  // What is asked for: range and filters.

  #drawAsked() {
    const { ranges, chips } = this.#parts;
    keepingFocus(ranges, () => {
      const choices = rangeChoices(chosenRange());
      choices.append(this.#ownRange());
      ranges.replaceChildren(choices);
    });
    const drops = this.#filterable.flatMap((group) => valuesOf(group).map((value) => chip(group, value)));
    chips.hidden = drops.length === 0;
    chips.replaceChildren(element('span', { class: 'soft' }, 'Only'), ...drops);
    nameLinks(chips);
  }

  /** From a day to a day; in the wrong order it is the same. */
  #ownRange() {
    const { start, end, interval } = chosenRange();
    const day = (name, value, label) => element('input', {
      type: 'date', name, value: value ?? '', max: today(), required: true, 'aria-label': `${label}, in ${zone()}`,
    });
    const form = element('form', { class: 'own-range' }, day('start', start, 'From'), element('span', {}, 'to'),
      day('end', start && end, 'To'),
      element('button', { class: 'quiet' }, 'Show'), element('span', { class: 'soft' }, zone()));
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      const query = given();
      query.delete('interval');
      const days = [form.elements.start.value, form.elements.end.value].sort();
      ['start', 'end'].forEach((name, index) => query.set(name, days[index]));
      this.#lead(query, true);
    });
    return element('details', { class: 'own', open: interval === null },
      element('summary', { class: 'button', 'aria-current': interval === null ? 'true' : null }, 'From … to …'), form);
  }

  // Figures: each leads to the chart of what it counts.

  #drawFigures() {
    const { figures } = this.#parts;
    keepingFocus(figures, () => figures.replaceChildren(...Object.keys(counts).map((name) => this.#figure(name)), liveFigure()));
    this.#fill(counted(), this.#answer[this.#source.total]);
  }

  #figure(name) {
    const { noun } = this.#source;
    const about = { all: 'All, bots among them', human: 'Without bots', unique: 'Of a visitor the first of a day, without bots' }[name];
    const link = element('a', {
      href: addressWith('count', name === 'all' ? [] : [name]), 'data-name': `count ${name}`, title: about,
      'aria-current': name === counted() ? 'true' : null,
    }, { all: noun, human: 'By humans', unique: 'Unique' }[name]);
    return element('div', { 'data-count': name }, element('dt', {}, link), element('dd', {}, '…'),
      this.isComparing ? element('dd', { class: 'soft' }, '…') : null);
  }

  #fill(name, now, then = null) {
    const node = find(`[data-count=${name}]`, this.#parts.figures);
    const [place, beside] = findAll('dd', node);
    if (now !== null) node.dataset.now = now;
    if (then !== null) node.dataset.then = then;
    if (now !== null) place.textContent = count(now);
    if (!beside || !node.dataset.now || !node.dataset.then) return;
    beside.textContent = `${difference(Number(node.dataset.now), Number(node.dataset.then))}, ${count(Number(node.dataset.then))} before`;
  }

  /** Those that the chart's answer does not have. One by bots has two of them. */
  #askTotals(bounds = undefined) {
    const { member, total } = this.#source;
    const use = (name, number) => name !== counted() && this.#fill(name, ...(bounds ? [null, number] : [number]));
    const ask = (what, done) => this.later(this.request({ ...what, group_by: 'bot', granularity: null }, null, bounds), done,
      (problem) => say(sentence(problem)));
    ask({ count: null }, (data) => {
      use('all', data[total]);
      use('human', data.groups.find(({ value }) => value === 'false')?.[member] ?? 0);
    });
    if (counted() !== 'unique') ask({ count: 'unique' }, (data) => use('unique', data[total]));
  }

  /** Asks after what the chart needs; an answer to a question that is no more asked is dropped. */
  async later(request, use, fail) {
    const own = this.#asking;
    try {
      const data = await inTurn({ ...request, signal: own.signal });
      if (own === this.#asking && this.#root.isConnected) use(data);
    } catch (problem) {
      if (own === this.#asking && problem.name !== 'AbortError') fail(problem);
    }
  }

  // The chart.

  #lines(answer) {
    return answer.groups.map(({ value, partial, [this.#source.member]: number }) => ({ value, partial, count: number }));
  }

  #drawTime() {
    const { chart } = this.#parts;
    const { granularity } = this.#answer;
    if (this.#answer[this.#source.total] === 0) return chart.replaceChildren(this.#empty());
    const before = this.#before && this.#lines(this.#before);
    keepingFocus(chart, () => chart.replaceChildren(timeChart(this.#lines(this.#answer), this.noun, granularity, before)));
  }

  #askBefore() {
    const bounds = this.windowBefore();
    this.later(this.request({}, null, bounds), (data) => {
      this.#before = data;
      this.#fill(counted(), null, data[this.#source.total]);
      this.#drawTime();
    }, (problem) => say(sentence(problem)));
    this.#askTotals(bounds);
  }

  #empty() {
    const { start, end } = this.#answer;
    const isNarrowed = !this.#parts.chips.hidden;
    const text = isNarrowed ? `No ${this.#source.member} match.`
      : `No ${this.#source.member} from ${shownDate(start)} to ${shownDate(Date.parse(end) - 1)}, ${zone()}.`;
    const all = new URLSearchParams({ interval: 'all' });
    const [address, verb] = isNarrowed ? ['?', 'Show all again'] : [`?${all}`, 'Look at all time'];
    return element('div', { class: 'empty' }, element('p', {}, element('strong', {}, text)),
      element('p', { class: 'actions' }, element('a', { class: 'button', href: address }, verb)),
      element('pre', { class: 'sample', tabindex: 0, 'aria-label': 'The same question to the API' }, curlOf(this.request(), this.#app)));
  }

  // What can be done with it.

  #drawTools() {
    const { tools } = this.#parts;
    const { days, title, interval } = chosenRange();
    const length = interval ? title.toLowerCase() : days === 1 ? 'day' : `${days} days`;
    const compare = days && element('a', {
      class: 'button', 'data-name': 'before', href: addressWith('before', this.isComparing ? [] : ['1']), 'aria-keyshortcuts': 'x',
    }, this.isComparing ? 'Compare no more' : `Compare with the ${length} before`, element('kbd', { 'aria-hidden': 'true' }, 'x'));
    const files = [button('Save the chart as CSV', () => this.#save())];
    if (!this.#source.isWhole) files.push(button('Export the clicks themselves', () => this.#export()));
    keepingFocus(tools, () => tools.replaceChildren(compare || '', ...(this.#answer[this.#source.total] === 0 ? [] : files)));
  }

  /** A name for a file that says what it has of when. */
  fileName(what) {
    const { start, end } = this.#answer;
    const day = (at) => fieldValue(at).slice(0, 10);
    const of = this.#source.slug ? `-of-${fileWord(this.#source.slug)}` : '';
    return `${this.#source.member}${of}-${what}-${day(start)}-to-${day(Date.parse(end) - 1)}.csv`;
  }

  #save() {
    const { granularity } = this.#answer;
    const before = this.#before && this.#lines(this.#before);
    saved(this.fileName(`by-${granularity}`), timeRows(this.#lines(this.#answer), this.noun, granularity, before));
  }

  /** One file, which the API makes while it is sent; the browser has it whole before it saves it. */
  async #export() {
    const { query } = this.request({ granularity: null, count: null, format: 'csv' });
    const { saveAnswer } = await import('./files.js');
    await saveAnswer({ path: `${this.#source.path}/export`, query, file: this.fileName('exported') }, this.#root);
  }

  // The last hour: sums of quarters of an hour, so it says since when.

  #look() {
    clearTimeout(this.#timer);
    if (document.hidden || !this.#root.isConnected) return;
    const again = () => { this.#timer = setTimeout(() => this.#look(), pause); };
    const bounds = { start: new Date(Date.now() - 3_600_000).toISOString(), timezone: zone() };
    this.later(this.request({ group_by: 'bot' }, null, bounds), (data) => {
      const [name, number] = findAll('dt, dd', find('.live', this.#parts.figures) ?? liveFigure());
      name.textContent = `Since ${shownHour(data.start)}`;
      number.textContent = count(data[this.#source.total]);
      again();
    }, again);
  }
}

const liveFigure = () => element('div', { class: 'live', title: 'From a full quarter of an hour on; looked at every 15 seconds' },
  element('dt', {}, 'Last hour'), element('dd', {}, '…'));

function chip(group, value) {
  const text = element('span', { dir: 'auto', 'data-link': group === 'link' ? value : null }, words(group, value));
  return element('a', { class: 'button quiet', href: toggled(group, value), title: 'Drop this filter' },
    element('span', { class: 'unseen' }, 'Drop '), `${groups[group].name}: `, text, element('span', { 'aria-hidden': 'true' }, '×'));
}

