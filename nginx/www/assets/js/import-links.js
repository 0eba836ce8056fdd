// Many links at once: a text or a file, what is wrong with its rows, then all that are right, a part with each request.

import { Cancelled, newRepeat, noticeOf, send } from './api.js';
import { csvOf, download, fileName } from './files.js';
import { fields, lacksScheme, linksOf, rowLimit, tableOf } from './import-rows.js';
import { hostsOf, refusalOfLinks, tagsIn } from './link-parts.js';
import { addressIn, button, count, element, find, fromTemplate, linkName, options, part, say, shown, table, workspace, zone } from './page.js';
import { screen } from './screen.js';

/** A request makes so many links, of so many characters, at the most: the API takes a thousand, and a MiB. */
const partSize = 500;
const partLength = 400_000;
/** So many rows are shown; all are sent, and the report has all. */
const shownRows = 100;
/** Of more rows than these, the buttons are also below the table. */
const fewRows = 20;
const fileLimit = 8 * 1024 * 1024;
const look = { numbers: [0], kind: 'sheet list rows' };

/** Long addresses stay in one line; the whole is in the title. */
const inOneLine = (text) => element('bdi', { class: 'one-line', title: text }, text);
const time = (at) => (Number.isNaN(Date.parse(at)) ? at : shown(at));

/** What the preview shows where a row has it. */
const extras = [
  { field: 'title', head: 'Title', show: (text) => element('bdi', {}, text) }, { field: 'starts_at', head: 'Start', show: time },
  { field: 'expires_at', head: 'End', show: time },
];

let importer = null;

screen({
  title: 'Import links', place: 'Links', show, allowed: refusalOfLinks,
  curl: () => [importer?.request() ?? { method: 'POST', path: '/links/bulk', body: { links: [{ url: 'https://example.com/long-url' }] } }],
  requests: { domains: { path: '/domains', query: { limit: 100 }, optional: true }, workspace: { path: '/workspace', optional: true } },
});

function show(context, answers) {
  importer = new Importer(context, answers);
}

const links = (number) => `${count(number)} ${number === 1 ? 'link' : 'links'}`;

class Importer {
  #root = fromTemplate('import', { limit: count(rowLimit), zone: zone() });
  #form = find('form', this.#root);
  #steps = part(this.#root, 'steps');
  #table = null;
  #rows = [];
  #hosts;
  /** How many links more the plan has room for; null where that is not known. */
  #room = null;
  #run = null;

  constructor({ body, session }, { domains, workspace: own }) {
    this.#hosts = hostsOf(session, domains);
    const quota = own?.data.quotas?.links;
    if (quota?.limit) this.#room = Math.max(0, quota.limit - (quota.used ?? 0));
    this.#form.elements.domain.append(...options(this.#hosts, this.#hosts[0]));
    this.#form.elements.domain.closest('.field').hidden = this.#hosts.length < 2;
    body.append(this.#root);
    this.#listen();
    this.#form.elements.text.focus();
  }

  /** What is about to be sent, the first part of it. */
  request() {
    const [first] = partsOf(this.#rows.filter(isRight));
    return first && requestOf(first);
  }

  #listen() {
    const { text, file, domain, tags } = this.#form.elements;
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      this.#check();
    });
    file.addEventListener('change', () => this.#readFile(file.files[0]));
    text.addEventListener('input', () => this.#forget());
    for (const node of [domain, tags]) node.addEventListener('change', () => this.#table && this.#draw());
    addEventListener('beforeunload', (event) => this.#run && event.preventDefault());
  }

  async #readFile(file) {
    if (!file) return;
    if (file.size > fileLimit) return say('The file is larger than 8 MB. Split it.');
    this.#form.elements.text.value = await file.text();
    this.#check();
  }

  #forget() {
    if (this.#run) return;
    this.#table = null;
    this.#rows = [];
    this.#steps.replaceChildren();
    say('');
  }

  /** Reads the text; what its columns are can be changed then. */
  #check() {
    if (this.#run) return;
    this.#table = tableOf(this.#form.elements.text.value);
    const number = this.#table.rows.length;
    if (number === 0) return this.#refuse('There are no rows. Paste addresses, one a line, or a CSV.');
    if (number > rowLimit) return this.#refuse(`These are ${count(number)} rows; ${count(rowLimit)} at the most go at once. Split them.`);
    this.#draw();
    find('h2', this.#steps).focus();
  }

  #refuse(text) {
    this.#forget();
    say(text);
    this.#form.elements.text.focus();
  }

  // The rows, before anything is sent.

  #draw() {
    const { domain, tags } = this.#form.elements;
    const shared = { domain: domain.value === this.#hosts[0] ? null : domain.value, tags: tagsIn(tags.value) };
    this.#rows = linksOf(this.#table, shared);
    const right = this.#rows.filter(isRight);
    const wrong = this.#rows.length - right.length;
    say('');
    this.#steps.replaceChildren(
      element('h2', { tabindex: -1 }, `${count(this.#rows.length)} ${this.#rows.length === 1 ? 'row' : 'rows'}, nothing is sent yet`),
      this.#columns(), this.#summary(right, wrong), this.#actions(right), this.#preview(),
      this.#rows.length > fewRows ? this.#actions(right) : '');
  }

  #actions(right) {
    return element('p', { class: 'actions' },
      right.length > 0 && button(`Import ${links(right.length)}`, () => this.#start(right), { kind: 'main' }),
      this.#rows.some(needsScheme) && button('Put https:// before addresses without it', () => this.#addSchemes()));
  }

  #columns() {
    const choices = Object.entries(fields);
    const each = this.#table.columns.map((column, at) => {
      const select = element('select', { id: `column-${at}`, change: () => this.#setField(column, select.value) },
        element('option', { value: '' }, 'Not used'),
        ...choices.map(([name, { label }]) => element('option', { value: name, selected: name === column.field }, label)));
      const label = element('label', { for: select.id, dir: 'auto' }, column.name || `Column ${at + 1}`);
      return element('div', { class: 'field' }, label, select);
    });
    return element('fieldset', { class: 'columns' }, element('legend', {}, 'What the columns are'), ...each);
  }

  /** A field is in one column. */
  #setField(column, field) {
    for (const other of this.#table.columns) if (other.field === field) other.field = null;
    column.field = field || null;
    const at = this.#table.columns.indexOf(column);
    this.#draw();
    find(`#column-${at}`).focus();
  }

  #summary(right, wrong) {
    const verdict = wrong === 1 ? 'One of them has a problem and is left out.' : `${count(wrong)} of them have problems and are left out.`;
    const texts = [wrong === 0 ? 'No row has a problem.' : verdict];
    if (this.#room !== null && right.length > this.#room) {
      texts.push(`The plan has room for ${links(this.#room)} more: the others will be refused.`);
    }
    if (this.#rows.length > shownRows) texts.push(`${count(shownRows)} rows are shown, those with problems first.`);
    return element('p', { class: 'soft' }, texts.join(' '));
  }

  #preview() {
    const first = [...this.#rows].sort((left, other) => isRight(left) - isRight(other) || left.line - other.line).slice(0, shownRows);
    const also = extras.filter(({ field }) => this.#rows.some(({ link }) => link[field]));
    const rows = first.map(({ line, link, problems }) => [
      count(line), nameOf(link, this.#hosts[0]), inOneLine(link.url), element('bdi', {}, (link.tags ?? []).join(', ')),
      ...also.map(({ field, show }) => show(link[field] ?? '')), problems.length === 0 ? 'none' : element('span', { class: 'bad' }, problems.join(' ')),
    ]);
    return scrolling('Rows', table('Rows', ['Line', 'Short link', 'Destination', 'Tags', ...also.map(({ head }) => head), 'Problem'], rows, look));
  }

  #addSchemes() {
    const at = this.#table.columns.findIndex(({ field }) => field === 'url');
    for (const { cells } of this.#table.rows) if (lacksScheme(cells[at] ?? '')) cells[at] = `https://${cells[at]}`;
    this.#draw();
    find('.actions button', this.#steps)?.focus();
  }

  // Sending.

  async #start(right) {
    this.#run = { parts: partsOf(right), at: 0, done: 0, total: right.length, results: [], isStopped: false };
    say('');
    await this.#go();
  }

  /** Goes on from the part that has no answer yet: with the same Idempotency-Key, so that no link is made twice. */
  async #go() {
    const run = this.#run;
    this.#drawProgress();
    try {
      while (run.at < run.parts.length && !run.isStopped) {
        const one = run.parts[run.at];
        const { data } = await send(requestOf(one));
        run.results.push(...one.rows.map((row, index) => ({ row, ...data.results[index] })));
        run.at += 1;
        run.done += one.rows.length;
        this.#drawProgress();
      }
    } catch (problem) {
      if (!(problem instanceof Cancelled)) return this.#drawFailure(problem);
    }
    this.#report();
  }

  #drawProgress() {
    const { done, total } = this.#run;
    const stop = () => {
      this.#run.isStopped = true;
      say('Stopping after this part…');
    };
    const known = find('progress', this.#steps);
    if (!known) {
      this.#steps.replaceChildren(element('h2', { tabindex: -1 }, 'Importing'), element('p', { role: 'status' }),
        element('progress', { max: total, value: 0, 'aria-label': 'Importing' }),
        element('p', { class: 'actions' }, button('Stop', stop, { kind: 'danger' })));
      find('button', this.#steps).focus();
    }
    find('progress', this.#steps).value = done;
    find('[role=status]', this.#steps).textContent = `${count(done)} of ${count(total)} rows are done.`;
  }

  #drawFailure(problem) {
    const notice = noticeOf(problem, () => this.#go());
    find('.actions', notice)?.append(button('End it here', () => this.#report()));
    this.#steps.replaceChildren(element('h2', {}, `${count(this.#run.done)} of ${count(this.#run.total)} rows are done`), notice,
      element('p', { class: 'soft' }, 'To try again makes no link twice.'));
  }

  #report() {
    const { results, total, parts, at } = this.#run;
    this.#run = null;
    const refused = results.filter(({ error }) => error);
    const unsent = parts.slice(at).flatMap(({ rows }) => rows);
    const made = results.length - refused.length;
    const isWhole = made === total;
    const wrong = this.#rows.filter((row) => !isRight(row));
    const leftOut = wrong.length;
    const rest = Object.entries({ Refused: refused.length, 'Not sent': unsent.length, 'Left out before': leftOut })
      .filter(([, number]) => number > 0).map(([what, number]) => `${what}: ${count(number)}.`);
    if (isWhole && leftOut === 0) this.#form.elements.text.value = '';
    this.#steps.replaceChildren(
      element('h2', { tabindex: -1 }, `Made: ${links(made)}`),
      element('p', {}, rest.join(' ') || 'All rows are links now.'),
      this.#notMade('Refused rows', refused.map(({ row, error }) => ({ row, why: reasonOf(error) }))),
      this.#notMade('Rows that were left out', wrong.map((row) => ({ row, why: row.problems.join(' ') }))),
      element('p', { class: 'actions' }, element('a', { class: 'button main', href: addressIn(workspace, 'links') }, 'Go to the links'),
        button('Download the report as CSV', () => this.#save(results, unsent)),
        rest.length > 0 && button('Keep only what was not made', () => this.#keepRest(results))));
    find('h2', this.#steps).focus();
  }

  #notMade(name, all) {
    if (all.length === 0) return '';
    const rows = all.slice(0, shownRows).map(({ row, why }) => [
      count(row.line), nameOf(row.link, this.#hosts[0]), inOneLine(row.link.url), why]);
    const node = element('div', {}, element('h3', {}, name),
      scrolling(name, table(name, ['Line', 'Short link', 'Destination', 'Why'], rows, look)));
    if (all.length <= shownRows) return node;
    return element('div', {}, node, element('p', { class: 'under' }, `These are the first ${count(shownRows)}; the report has all.`));
  }

  /** Each row of the text with what became of it. */
  #save(results, unsent) {
    const toldOf = ({ status, link, error }) => [status, link?.short_url, link?.id, error && reasonOf(error)];
    const told = new Map(results.map((one) => [one.row, toldOf(one)]));
    for (const row of unsent) told.set(row, ['', '', '', 'Not sent.']);
    const lines = this.#rows.map((row) => [
      row.line, row.link.url, row.link.slug, row.link.domain, ...(told.get(row) ?? ['', '', '', row.problems.join(' ')])]);
    const heads = ['line', 'url', 'slug', 'domain', 'status', 'short_url', 'id', 'problem'];
    download(fileName('import'), csvOf(heads, lines));
  }

  /** The text has the rows then that are no links yet, for another try. */
  #keepRest(results) {
    const made = new Set(results.filter(({ error }) => !error).map(({ row }) => row.line));
    const rest = this.#table.rows.filter(({ line }) => !made.has(line));
    const heads = this.#table.columns.map(({ name, field }) => field ?? name);
    this.#form.elements.text.value = csvOf(heads, rest.map(({ cells }) => cells), (text) => text);
    this.#check();
  }
}

const isRight = ({ problems }) => problems.length === 0;
const needsScheme = ({ link }) => lacksScheme(link.url);
const requestOf = ({ rows, repeat }) => ({
  method: 'POST', path: '/links/bulk', body: { links: rows.map(({ link }) => link) }, repeat,
});

/** The rows in parts that one request takes, each with the Idempotency-Key that it keeps. */
function partsOf(rows) {
  const parts = [];
  let length = Infinity;
  for (const row of rows) {
    const own = JSON.stringify(row.link).length;
    if (length + own > partLength || parts.at(-1).rows.length === partSize) {
      parts.push({ rows: [], repeat: newRepeat() });
      length = 0;
    }
    parts.at(-1).rows.push(row);
    length += own;
  }
  return parts;
}

const nameOf = ({ domain, slug }, host) => element('span', { class: 'link' },
  ...linkName({ domain: domain ?? host, slug: slug ?? 'random' }, slug ? '' : 'off'));

const reasonOf = ({ detail, title, errors = [] }) => (
  errors.length > 0 ? errors.map(({ message }) => message).join(' ') : detail ?? title);

const scrolling = (name, node) => element('div', { class: 'scroll', tabindex: 0, role: 'region', 'aria-label': name }, node);
