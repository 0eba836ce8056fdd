// The links that are selected, one by one or all that match, and the bar of what is done to them. Loaded with the first one.

import { act, call, Cancelled, confirmed, noticeOf } from './api.js';
import { csvOf, download, fileName } from './files.js';
import { exportLinks, exportMatching } from './link-export.js';
import { Job } from './link-job.js';
import { askForTags } from './link-parts.js';
import { nameOf } from './link-row.js';
import { button, count, element, find, findAll, part, say, table } from './page.js';
import { offerUndo } from './screen.js';

const links = (number) => `${count(number)} ${number === 1 ? 'link' : 'links'}`;

/** What is done to many: the request, how it is told, and whether the links leave the list that has `state`. */
const kinds = {
  disable: { method: 'PATCH', changes: { disabled: true }, doing: 'Disabling', told: 'Disabled' },
  enable: { method: 'PATCH', changes: { disabled: false }, doing: 'Enabling', told: 'Enabled' },
  archive: { method: 'PATCH', changes: { archived: true }, doing: 'Archiving', told: 'Archived', leaves: (state) => state !== 'archived' },
  unarchive: {
    method: 'PATCH', changes: { archived: false }, doing: 'Unarchiving', told: 'Unarchived', leaves: (state) => state === 'archived',
  },
  remove: { method: 'DELETE', doing: 'Deleting', told: 'Deleted', leaves: () => true },
  purge: { method: 'DELETE', purge: true, doing: 'Deleting', told: 'Deleted for good', leaves: () => true },
  restore: { method: 'POST', step: '/restore', doing: 'Restoring', told: 'Restored', leaves: (state) => state === 'deleted' },
};

/** So many refusals are shown; the file has all. */
const shownRefusals = 100;

export class Selection {
  #list;
  #picked = new Map();
  /** How many links match, where all of them are selected. */
  #all = null;
  /** How many match, once it is known. */
  #matching = null;
  /** The link that was turned last: where a range begins. */
  #last = null;
  #job = null;
  #line = element('strong', { role: 'status' });
  #below = element('div');
  #bar = element('section', { class: 'selection', 'aria-label': 'Selection', hidden: true }, element('p', {}, this.#line), this.#below);

  /** `list`: `{ root, place, links, hasMore, filter, state, isOwn, rowOf, replace, remove, refresh, ask }`. */
  constructor(list) {
    this.#list = list;
    part(list.root, 'selection').append(this.#bar);
  }

  get size() { return this.#all ?? this.#picked.size; }
  has({ id }) { return this.#all !== null || this.#picked.has(id); }

  // What is selected.

  /** A check box was pressed: that of a row, or that of all rows. */
  turn(input, isRange) {
    const row = input.closest('[data-row]');
    if (!row) return input.checked ? this.takeAll() : this.clear();
    this.#turn(row.dataset.row, input.checked, isRange);
  }

  /** `row`: the one that has the focus, if one has. */
  turnRow(row, isRange = false) {
    const link = this.#list.links.find(({ id }) => id === row?.dataset.row);
    if (!link) return say('Choose a link first: j leads to the next row.');
    this.#turn(link.id, isRange || !this.has(link), isRange);
  }

  #turn(id, isOn, isRange) {
    if (this.#job) return this.sync();
    const all = this.#list.links;
    if (this.#all !== null) this.#pickAll();
    const [from, to] = [isRange ? this.#last ?? id : id, id].map((one) => all.findIndex((link) => link.id === one));
    for (const link of all.slice(Math.min(from, to), Math.max(from, to) + 1)) {
      if (isOn) this.#picked.set(link.id, link);
      else this.#picked.delete(link.id);
    }
    this.#last = id;
    this.sync();
  }

  #pickAll() {
    this.#all = null;
    this.#picked = new Map(this.#list.links.map((link) => [link.id, link]));
  }

  /** All of the list; how many more match is asked for, and offered. */
  async takeAll() {
    if (this.#job) return this.sync();
    this.#pickAll();
    this.sync();
    if (!this.#list.hasMore) return;
    const { filter } = this.#list;
    const answer = await call({ path: '/links/count', query: filter }).catch(() => null);
    if (!answer || JSON.stringify(filter) !== JSON.stringify(this.#list.filter)) return;
    this.#matching = answer.data.count;
    this.#draw();
  }

  clear() {
    if (this.#job) return;
    this.#picked.clear();
    [this.#all, this.#matching, this.#last] = [null, null, null];
    this.sync();
  }

  /** Rows that have gone are selected no longer; check boxes and bar say what is. */
  sync() {
    const all = this.#list.links;
    const there = new Map(all.map((link) => [link.id, link]));
    if (!this.#job) this.#picked = new Map([...this.#picked.keys()].filter((id) => there.has(id)).map((id) => [id, there.get(id)]));
    for (const row of findAll('[data-row]', this.#list.place)) find('.pick input', row).checked = this.has({ id: row.dataset.row });
    const head = find('[data-part=all]', this.#list.place);
    if (head) {
      head.checked = all.length > 0 && all.every((link) => this.has(link));
      head.indeterminate = this.size > 0 && !head.checked;
    }
    this.#draw();
  }

  // The bar.

  #draw() {
    if (this.#job) return;
    const hadFocus = this.#bar.contains(document.activeElement);
    this.#bar.hidden = this.size === 0;
    this.#line.textContent = this.size === 0 ? '' : `${this.#all === null ? '' : 'All '}${links(this.size)} selected.`;
    this.#below.replaceChildren(element('p', { class: 'actions' }, ...(this.size > 0 ? this.#buttons() : [])));
    if (hadFocus) this.#focusNear();
  }

  #focusNear() {
    const row = find('tbody a[href], tbody button', this.#list.place);
    (find('button', this.#below) ?? row ?? find('#status button') ?? find('#search')).focus();
  }

  #buttons() {
    const { state, isOwn } = this.#list;
    const make = (text, go, options = {}) => button(text, go, { ...options, kind: `quiet ${options.kind ?? ''}`.trim() });
    const run = (text, name, options) => make(text, () => this.run(name), options);
    const more = this.#matching > this.size
      ? [make(`Select all ${count(this.#matching)} that match`, () => this.#takeMatching())] : [];
    const writes = !isOwn ? [] : state === 'deleted'
      ? [run('Restore', 'restore'), make('Delete for good', () => this.remove(), { kind: 'danger', key: '#' })]
      : [
        make('Tags', () => this.askForTags(), { key: 't' }), run('Disable', 'disable', { key: 'd' }), run('Enable', 'enable'),
        state === 'archived' ? run('Unarchive', 'unarchive') : run('Archive', 'archive'), make('Delete', () => this.remove(), { key: '#' }),
      ];
    return [...more, ...writes, make('Export CSV', () => this.#export()), make('Clear', () => this.clear(), { key: 'Esc' })];
  }

  #takeMatching() {
    this.#all = this.#matching;
    this.sync();
  }

  #export() {
    return this.#all === null ? exportLinks([...this.#picked.values()]) : exportMatching(this.#list);
  }

  // What is done to it.

  /** Where nothing is selected, the row that has the focus is. */
  async askForTags(row = null) {
    if (this.size === 0) this.turnRow(row);
    if (this.size === 0 || this.#job || this.#list.state === 'deleted') return;
    const changes = await askForTags(links(this.size));
    if (changes) await this.#run({ method: 'PATCH', changes, doing: 'Tagging', told: 'Tags changed' });
  }

  /** Disables, unless all are disabled. */
  toggle() {
    if (this.#list.state === 'deleted') return;
    const isOff = this.#all === null && [...this.#picked.values()].every(({ disabled }) => disabled);
    return this.run(isOff ? 'enable' : 'disable');
  }

  /** Into the bin, and out of the bin for good. */
  async remove() {
    const number = links(this.size);
    if (this.#list.state === 'deleted') {
      const text = ['Their clicks and their QR codes go with them, and their slugs are free.', 'This cannot be undone.'];
      if (await confirmed(`Delete ${number} for good`, text, 'Delete for good')) await this.run('purge');
      return;
    }
    const text = 'Visitors will not find them. They can be restored for 30 days.';
    if (this.#all === null || await confirmed(`Delete all ${number} that match`, text, `Delete ${number}`)) await this.run('remove');
  }

  async run(name) {
    if (this.#job || this.size === 0) return;
    if (name === 'remove' && this.#all !== null) await this.#lookIntoBin();
    await this.#run(kinds[name]);
  }

  async #run(kind) {
    const whose = this.#all === null ? { ids: [...this.#picked.keys()] } : { filter: this.#list.filter };
    await this.#start(kind, { ...whose, total: this.size });
  }

  async #start(kind, whose) {
    part(this.#list.root, 'report').replaceChildren();
    say('');
    this.#job = new Job({ ...kind, ...whose });
    await this.#go(kind, this.#job);
  }

  async #go(kind, job) {
    this.#drawProgress(kind, job);
    try {
      await job.run(() => this.#drawProgress(kind, job));
    } catch (problem) {
      if (!(problem instanceof Cancelled)) {
        const again = () => this.#job === job && this.#go(kind, job);
        return part(this.#list.root, 'report').replaceChildren(noticeOf(problem, again));
      }
      job.stop();
    }
    await this.#finish(kind, job);
  }

  #drawProgress(kind, job) {
    const text = `${kind.doing}: ${count(job.done)} of ${count(job.total)}…`;
    this.#bar.hidden = false;
    if (!job.isLong) return this.#line.replaceChildren(text);
    this.#line.replaceChildren(text);
    const bar = find('progress', this.#below);
    if (bar) bar.value = job.done;
    else this.#showProgress(kind, job);
  }

  #showProgress(kind, job) {
    const stop = () => {
      job.stop();
      // One that has failed does not go on by itself.
      if (find('.notice', part(this.#list.root, 'report'))) this.#finish(kind, job);
    };
    this.#below.replaceChildren(element('p', { class: 'actions' },
      element('progress', { max: job.total, value: job.done, 'aria-label': kind.doing }), button('Stop', stop, { kind: 'quiet danger' })));
    find('button', this.#below).focus();
  }

  async #finish(kind, job) {
    const hadFocus = this.#bar.contains(document.activeElement) || document.activeElement === document.body;
    const names = new Map([...this.#picked].map(([id, link]) => [id, nameOf(link)]));
    this.#job = null;
    part(this.#list.root, 'report').replaceChildren(...this.#report(kind, job, names));
    const leaves = kind.leaves?.(this.#list.state) ?? false;
    if (job.isOfFilter) await this.#list.ask();
    else this.#show(job, leaves);
    if (leaves) this.clear();
    this.sync();
    this.#tell(kind, job);
    if (hadFocus) this.#focusNear();
  }

  /** In place, as if each had been done alone. */
  #show(job, leaves) {
    const there = this.#list.links.filter(({ id }) => job.doneIDs.includes(id));
    if (leaves) for (const link of there) this.#list.remove(link);
    else for (const link of job.links) if (this.#list.rowOf(link)) this.#list.replace(link);
  }

  #tell(kind, job) {
    const left = job.isStopped ? ` Stopped after ${count(job.done)} of ${count(job.total)}.` : '';
    const text = `${kind.told}: ${links(job.succeeded)}.${left}`;
    if (kind !== kinds.remove || job.succeeded === 0) return say(text);
    offerUndo(job.isOfFilter ? `${text}${this.#warning()}` : text, () => this.#undo(job));
  }

  // The way back of a deletion. Of links that were not named, all of the bin that match come back.

  #inBin = null;

  async #lookIntoBin() {
    const { state, ...filter } = this.#list.filter;
    const answer = await act({ path: '/links/count', query: { ...filter, state: 'deleted' } }, this.#list.place);
    this.#inBin = { filter, before: answer?.data.count ?? null };
  }

  #warning() {
    const { before } = this.#inBin;
    if (before === 0) return '';
    return ` Undo also restores ${before === null ? 'those' : links(before)} deleted before.`;
  }

  async #undo(job) {
    const whose = job.isOfFilter
      ? { filter: this.#inBin.filter, total: job.succeeded + (this.#inBin.before ?? 0) } : { ids: job.doneIDs, total: job.doneIDs.length };
    await this.#start({ ...kinds.restore, leaves: () => this.#list.state === 'deleted' }, whose);
    if (!job.isOfFilter && this.#list.state !== 'deleted') await this.#list.ask();
  }

  // What was refused, and why.

  #report(kind, job, names) {
    const { refused } = job;
    if (refused.length === 0) return [];
    const why = ({ status, error }) => error.detail ?? error.title ?? `The answer was ${status}.`;
    const rows = refused.map((one) => [names.get(one.id) ?? one.id, why(one), one.id]);
    const save = () => download(fileName('refused-links'), csvOf(['link', 'reason', 'id'], rows));
    const left = refused.length > shownRefusals ? ` These are the first ${count(shownRefusals)}; the file has all.` : '';
    const node = element('div', { class: 'notice warn', role: 'alert' },
      element('p', {}, element('strong', {}, `${kind.told}: ${links(job.succeeded)}; refused: ${count(refused.length)}.`), left),
      element('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': 'What was refused' },
        table('What was refused', ['Link', 'Why'], rows.slice(0, shownRefusals).map((row) => row.slice(0, 2)))),
      element('p', { class: 'actions' }, button('Download as CSV', save), button('Close', () => node.remove())));
    return [node];
  }
}
