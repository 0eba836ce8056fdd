// Breakdowns: what was counted by one of several groups, asked for when somebody looks at it. Its rows narrow all that is on the screen.

import { noticeOf } from './api.js';
import { compared, comparedHeads } from './chart.js';
import { addressWith, fileWord, given, groups, keepingFocus, nameLinks, saved, toggled, valuesOf, words } from './clicks.js';
import { addressIn, button, count, element, findAll, table, workspace } from './page.js';

/** So many rows a breakdown has at first. */
const few = 5;

/** A breakdown: a table of one group of several, asked for when it is looked at. */
export class Breakdown {
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

  constructor(node, { title, own }, clicks) {
    this.#title = title;
    this.#groups = own;
    this.#clicks = clicks;
    this.#group = this.#chosen();
    node.append(this.#head, this.#body);
    this.#drawHead();
    new IntersectionObserver((entries) => {
      this.#isSeen = entries.at(-1).isIntersecting;
      if (this.#isSeen) this.#load();
    }).observe(node);
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
    saved(this.#clicks.fileName(`by-${fileWord(groups[this.#group].name)}`), [head, ...rows]);
  }
}

function share(kind, part) {
  const node = element('i', { class: kind });
  node.style.inlineSize = `${part * 100}%`;
  return node;
}

const nothing = () => element('p', { class: 'soft' }, 'Nothing was counted here.');
