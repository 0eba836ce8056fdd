// What was counted of a workspace, a link or a page: figures, a chart over time and breakdowns, narrowed by what the address says.

import { act, call, curlOf, noticeOf, send, sentence } from './api.js';
import {
  chosenRange, compared, comparedHeads, difference, movedBy, rangeChoices, timeChart, timeRows, today, windowOf,
} from './chart.js';
import {
  addressIn, button, count, element, fieldValue, find, findAll, linkName, say, shownDate, shownHour, table, timeOfField,
  workspace, zone,
} from './page.js';
import { addKeys } from './screen.js';

/** So many rows a breakdown has at first. */
const few = 5;
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

const groups = {
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

const words = (group, value) => {
  const { none, words: inWords = (text) => text } = groups[group];
  const link = group === 'link' && names.get(value);
  if (link) return `${link.domain}/${link.slug}`;
  return value === '' && none ? none : inWords(value);
};

// The address says it all. What changes it is a link, so that it is one for a new tab, too.

const given = () => new URLSearchParams(location.search);

function addressWith(name, values) {
  const query = given();
  query.delete(name);
  for (const value of values) query.append(name, value);
  return `?${query}`;
}

const filterOf = (group) => groups[group].filter ?? group;

/** The values that a filter has; of a link, a tag, a domain one. */
const valuesOf = (group) => given().getAll(filterOf(group)).slice(groups[group].isSingle ? -1 : 0);

/** The address with a value of a filter more, or without it. */
function toggled(group, value) {
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

const list = (query) => inTurn({ path: '/links', query: { sort: 'clicks', limit: 50, ...query } })
  .then(({ data }) => data.forEach((link) => names.set(link.id, link)), () => {});

const nameOne = (id) => inTurn({ path: `/links/${id}` }).then((link) => names.set(id, link), () => names.set(id, null));

/** Writes the names of the links below a node into the elements that have their ids. */
async function nameLinks(root) {
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

async function saved(name, rows) {
  const { saveTable } = await import('./csv.js');
  saveTable(name, rows);
  say(`Saved: ${name}.`);
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
  #panels;
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
    this.#panels = this.#source.panels.map((panel) => new Panel(panel, this));
    const make = (name, tag, attributes = {}) => { this.#parts[name] = element(tag, attributes); return this.#parts[name]; };
    this.#root = element('div', { class: 'numbers', click: (event) => this.#follow(event) },
      make('ranges', 'div'), make('chips', 'div', { class: 'chips' }), make('figures', 'dl', { class: 'figures' }),
      make('chart', 'div', { class: 'time' }), make('tools', 'p', { class: 'actions tools' }),
      element('div', { class: 'panels' }, ...this.#panels.map(({ node }) => node)), make('more', 'div'));
    body.append(this.#root);
    addEventListener('popstate', () => this.#ask());
    document.addEventListener('visibilitychange', () => document.hidden || this.#look());
    addKeys({ keys: 'x', name: 'Compare with the period before', go: () => find('[aria-keyshortcuts=x]', this.#root)?.click() });
    if (!answer) return this.#ask();
    this.#drawAsked();
    this.#take(answer.data);
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
    return `${this.#source.member}-${what}-${day(start)}-to-${day(Date.parse(end) - 1)}.csv`;
  }

  #save() {
    const { granularity } = this.#answer;
    const before = this.#before && this.#lines(this.#before);
    saved(this.fileName(`by-${granularity}`), timeRows(this.#lines(this.#answer), this.noun, granularity, before));
  }

  /** One file, which the API makes while it is sent; the browser has it whole before it saves it. */
  async #export() {
    const { query } = this.request({ granularity: null, count: null, format: 'csv' });
    const answer = await act({ path: `${this.#source.path}/export`, query, isFile: true }, this.#root);
    if (!answer) return;
    const name = this.fileName('exported');
    (await import('./csv.js')).saveFile(name, answer.data);
    say(`Saved: ${name}.`);
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

/** What has the focus keeps it when it is drawn anew. */
function keepingFocus(root, draw) {
  const active = document.activeElement;
  const selector = !root.contains(active) ? null : active.dataset.name ? `[data-name="${CSS.escape(active.dataset.name)}"]`
    : active.getAttribute('aria-keyshortcuts') ? `[aria-keyshortcuts="${active.getAttribute('aria-keyshortcuts')}"]` : 'a[href], button';
  draw();
  if (selector) find(selector, root)?.focus({ preventScroll: true });
}

/** A breakdown: a table of one group of several, asked for when it is looked at. */
class Panel {
  #title;
  #groups;
  #clicks;
  #group;
  #isSeen = false;
  #isStale = true;
  #isWhole = false;
  #answer = null;
  #before = null;
  #head = element('div', { class: 'panel-head' });
  #body = element('div');

  constructor({ title, own }, clicks) {
    this.#title = title;
    this.#groups = own;
    this.#clicks = clicks;
    this.#group = this.#chosen();
    this.node = element('section', { class: 'panel' }, this.#head, this.#body);
    this.#drawHead();
    new IntersectionObserver((entries) => {
      this.#isSeen = entries.at(-1).isIntersecting;
      if (this.#isSeen) this.#load();
    }).observe(this.node);
  }

  /** The group that the address says; of several panels each finds its own. */
  #chosen() { return this.#groups.find((group) => given().getAll('by').includes(group)) ?? this.#groups[0]; }

  /** Another question: what is there stays until it is answered. */
  refresh() {
    this.#isStale = true;
    this.#group = this.#chosen();
    this.#drawHead();
    if (this.#isSeen) this.#load();
  }

  /** Only the groups are others. */
  choose() {
    if (this.#group !== this.#chosen()) this.refresh();
    else this.#drawHead();
  }

  #drawHead() {
    const others = given().getAll('by').filter((group) => !this.#groups.includes(group));
    const tab = (group) => element('a', {
      class: 'button quiet', href: addressWith('by', group === this.#groups[0] ? others : [...others, group]), 'data-replaces': '',
      'data-name': `by ${group}`, 'aria-current': group === this.#group ? 'true' : null,
    }, groups[group].name);
    keepingFocus(this.#head, () => this.#head.replaceChildren(element('h2', {}, this.#title),
      this.#groups.length > 1 ? element('p', { class: 'ranges', role: 'group', 'aria-label': 'Count by' }, ...this.#groups.map(tab)) : ''));
  }

  #load() {
    if (!this.#isStale) return;
    this.#isStale = false;
    const clicks = this.#clicks;
    const group = this.#group;
    const ask = (bounds, limit, use) => clicks.later(
      clicks.request({ group_by: group, limit, granularity: null }, group, bounds),
      (data) => group === this.#group && use(data), (problem) => this.#fail(problem));
    this.#body.setAttribute('aria-busy', 'true');
    ask(undefined, 100, (data) => {
      if (this.#answer?.group_by !== group) this.#isWhole = false;
      [this.#answer, this.#before] = [data, null];
      this.#draw();
      this.#body.removeAttribute('aria-busy');
      if (clicks.isComparing) {
        ask(clicks.windowBefore(), 1000, (before) => {
          this.#before = before;
          this.#draw();
        });
      }
    });
  }

  #fail(problem) {
    this.#body.removeAttribute('aria-busy');
    this.#body.replaceChildren(noticeOf(problem, () => this.refresh()));
  }

  #number(line) { return line[this.#clicks.source.member]; }

  /** What a value had before; null where the answer does not say, for it has the largest ones only. */
  #then(value) {
    const line = this.#before.groups.find((one) => one.value === value);
    return line ? this.#number(line) : this.#before.other.values === 0 ? 0 : null;
  }

  #draw() {
    const lines = this.#answer.groups;
    const shown = lines.slice(0, this.#isWhole ? lines.length : few);
    const top = Math.max(1, ...shown.flatMap(({ value, ...line }) => [this.#number(line), this.#before ? this.#then(value) ?? 0 : 0]));
    const { name } = groups[this.#group];
    const heads = [name, this.#clicks.noun, ...(this.#before ? comparedHeads : [])];
    const node = table(`${this.#clicks.noun} by ${name.toLowerCase()}`, heads, shown.map((line) => this.#cells(line, top)),
      { numbers: [1, 2, 3], kind: 'sheet shares' });
    for (const row of findAll('tbody tr', node)) row.dataset.row = '';
    keepingFocus(this.#body, () => this.#body.replaceChildren(...(lines.length > 0 ? [node, this.#foot()] : [nothing()])));
    nameLinks(node);
  }

  #cells(line, top) {
    const now = this.#number(line);
    const then = this.#before && this.#then(line.value);
    const shares = element('div', { class: 'share', 'aria-hidden': 'true' }, this.#before ? share('then', (then ?? 0) / top) : null,
      share('now', now / top));
    const beside = !this.#before ? [] : then === null ? ['–', '–'] : compared(now, then);
    return [element('div', {}, ...this.#name(line.value), shares), count(now), ...beside];
  }

  /** The name narrows all that is on the screen; a link can be opened, too. */
  #name(value) {
    const text = words(this.#group, value);
    const isLink = this.#group === 'link';
    if (this.#clicks.source.isWhole) return [element('span', { dir: 'auto' }, text)];
    const isChosen = valuesOf(this.#group).includes(value);
    const filter = element('a', {
      class: 'filter', href: toggled(this.#group, value), 'data-name': `${this.#group} ${value}`, 'data-link': isLink ? value : null,
      dir: 'auto', 'aria-current': isChosen ? 'true' : null, title: isChosen ? 'Drop this filter' : 'Only this',
    }, text);
    if (!isLink) return [filter];
    const open = element('a', { class: 'button quiet', href: addressIn(workspace, `links/${value}`) }, 'Open',
      element('span', { class: 'unseen', 'data-link': value }, text));
    return [filter, open];
  }

  #foot() {
    const { groups: lines, other } = this.#answer;
    const turn = () => {
      this.#isWhole = !this.#isWhole;
      this.#draw();
    };
    const rest = other.values === 0 ? '' : ` ${count(other.values)} more have ${count(other[this.#clicks.source.member])}.`;
    return element('p', { class: 'actions' },
      lines.length > few ? button(this.#isWhole ? 'Show less' : `Show all ${count(lines.length)}`, turn, { kind: 'quiet' }) : null,
      button('CSV', () => this.#save(), { kind: 'quiet', label: `Save ${groups[this.#group].name} as CSV` }),
      this.#isWhole || lines.length <= few ? element('span', { class: 'soft' }, rest) : null);
  }

  #save() {
    const head = [groups[this.#group].name, this.#clicks.noun, ...(this.#before ? ['Before'] : [])];
    const rows = this.#answer.groups.map((line) => [
      words(this.#group, line.value), this.#number(line), ...(this.#before ? [this.#then(line.value) ?? ''] : []),
    ]);
    saved(this.#clicks.fileName(`by-${this.#group.replace('_', '-')}`), [head, ...rows]);
  }
}

function share(kind, part) {
  const node = element('i', { class: kind });
  node.style.inlineSize = `${part * 100}%`;
  return node;
}

const nothing = () => element('p', { class: 'soft' }, 'Nothing was counted here.');
