// The audit log: who did what, from where and what came of it, newest first; an entry unfolds to what was before and after.

import { copyText, send } from './api.js';
import { CursorList, fillChoices, Filters, filtersIn } from './lists.js';
import {
  button, count, element, find, fromTemplate, linkName, part, say, shownExactly, table, timeElement, workspace, zone,
} from './page.js';
import { addKeys, screen } from './screen.js';
import { keysRequest, membersRequest, namesOf, shortId, thingLink } from './things.js';

const fields = ['actor', 'action', 'resource', 'outcome', 'created_after', 'created_before'];
const asked = () => filtersIn(fields);
const areReadsOut = () => filtersIn(['changes']).changes === '1';
/** The API cannot leave out what was only read: more is asked for then. */
const size = () => (areReadsOut() ? 100 : 50);
const request = (after = null) => ({ path: '/audit-log', query: { ...asked(), limit: size(), starting_after: after } });
/** So many questions at the most are asked for one part of what is no read. */
const most = 5;
const outcomes = { success: 'good', refused: 'warn', failed: 'bad' };
const programs = [['maskctl', 'maskctl'], ['mask-webhooks', 'mask-webhooks']];

let names = new Map();
let filters = null;

screen({
  title: 'Audit log', place: 'Audit log', show, curl: () => [request()],
  requests: {
    ...(!areReadsOut() && { entries: { ...request(), optional: true } }), keys: keysRequest, members: membersRequest,
  },
  allowed: ({ may, membership }) => (may('audit:read') ? null
    : `Admins see this. You are ${membership.role} in ${membership.name}.`),
});

function show({ body }, answers) {
  const root = fromTemplate('log', { verify: `maskctl audit verify --workspace ${workspace}` });
  const form = find('form', root);
  names = namesOf(answers);
  body.append(root);
  fillChoices(form.elements.actor, 'Everybody', [...names, ...programs]);
  fillChoices(form.elements.outcome, 'Everything', Object.keys(outcomes).map((name) => [name, name]));
  fillChoices(form.elements.changes, 'Everything', [['1', 'Only changes']]);
  find('#actions-known', root).append(...actionNames().map((value) => element('option', { value })));
  const thing = new ThingField(root);
  filters = new Filters(form, () => {
    say('');
    thing.follow();
    part(root, 'under').textContent = '';
    return list.ask();
  });
  thing.follow();
  const list = new CursorList({
    place: part(root, 'list'), noun: 'entry', nouns: 'entries', refuge: form.elements.actor, request, row, ask,
    table: () => fromTemplate('table'), empty: () => filters.nothing('No entry matches.'), drawn: () => tellReads(root),
  });
  if (answers.entries) list.take(answers.entries.data);
  else list.ask();
  part(root, 'exports').append(exportButton('csv', root), exportButton('ndjson', root));
  addKeys({ keys: 'o', name: 'Unfold the entry', go: unfoldCurrent, isOfRows: true });
}

/** A part of the log; without reads, as many questions as fill it. */
async function ask(question) {
  const kept = [];
  let answer;
  for (let number = 1; number <= most; number += 1) {
    answer = await send(question);
    if (!areReadsOut()) return answer;
    const { data, has_more: hasMore, next_cursor: next } = answer.data;
    kept.push(...data.filter(({ action }) => !action.startsWith('GET ')));
    if (!hasMore || kept.length >= size()) break;
    question = { ...question, query: { ...question.query, starting_after: next } };
  }
  return { ...answer, data: { ...answer.data, data: kept } };
}

/** What stands below the table. */
function tellReads(root) {
  const reads = `What was only read (GET) is left out here, and is in the files. Each time up to ${count(most * size())} entries are looked through. `;
  part(root, 'under').textContent = `${areReadsOut() ? reads : ''}Times are in ${zone()}.`;
}

// What an entry can be about, and what it can be called.

/** As the API's `AuditAction` has them. */
const actionsOf = {
  workspace: 'created updated', session: 'created ended step_up_refused',
  user: 'password_changed totp_enabled totp_refused totp_disabled recovery_codes_made passkey_added passkey_removed passkey_suspicious'
    + ' reset_made disabled enabled',
  invitation: 'created withdrawn', member: 'joined added updated removed', key: 'created updated rotated revoked',
  domain: 'created updated checked verified deleted', link: 'created updated deleted restored purged',
  page: 'created updated published unpublished restored deleted purged', image: 'created deleted',
  qr_code: 'created updated deleted restored purged', webhook: 'created updated deleted secret_rotated failing disabled tested',
  delivery: 'replayed recovered',
};

const actionNames = () => Object.entries(actionsOf).flatMap(([thing, all]) => all.split(' ').map((one) => `${thing}.${one}`));

/** The field for what entries are about: an id, or the address of a link or a page, which is looked up. */
class ThingField {
  #field;
  #id;
  #line;

  constructor(root) {
    this.#field = find('#filter-resource', root);
    this.#id = find('[name=resource]', root);
    this.#line = find('#resource-found', root);
    this.#field.addEventListener('change', () => this.#take());
  }

  /** The address asks for another one. */
  follow() {
    if (this.#field.dataset.id === this.#id.value) return;
    this.#field.dataset.id = this.#field.value = this.#id.value;
    this.#line.replaceChildren();
  }

  async #take() {
    const text = this.#field.value.trim();
    this.#line.replaceChildren();
    const thing = /^$|^[a-z]+_\w{26}$/.test(text) ? { id: text } : await this.#find(text);
    if (this.#field.value.trim() !== text) return;
    if (!thing) return this.#line.append(`No link and no page here is ${text}.`);
    await filters.set({ resource: thing.id });
    if (thing.slug) this.#line.append(...linkName(thing));
  }

  async #find(text) {
    const { thingAt } = await import('./find-thing.js');
    return thingAt(text).catch(() => null);
  }
}

function exportButton(format, root) {
  return button(`Export ${format.toUpperCase()}`, async () => {
    const { saveAnswer } = await import('./files.js');
    const query = { ...asked(), format };
    await saveAnswer({ path: '/audit-log/export', query, file: `audit-log-${workspace}.${format}` }, part(root, 'exports'));
  });
}

/** A key or a member by name; a program, and who is gone, as the log has it. */
const actorOf = (actor) => thingLink(actor, names.get(actor) ?? actor);

function exactTime(at) {
  const node = timeElement(at);
  node.textContent = shownExactly(at);
  return node;
}

function shortLink(id) {
  const node = thingLink(id);
  find('code', node).textContent = shortId(id);
  node.title = id;
  return node;
}

function row(entry) {
  const node = fromTemplate('row', { action: entry.action });
  const what = entry.changes ? 'what changed' : 'what is known';
  const unfold = button('Unfold', () => toggle(node, entry), { kind: 'quiet', label: `Unfold ${what}: ${entry.action}` });
  unfold.ariaExpanded = 'false';
  part(node, 'at').append(exactTime(entry.created_at));
  part(node, 'actor').append(names.get(entry.actor) ?? shortId(entry.actor));
  part(node, 'actor').title = entry.actor;
  if (entry.resource) part(node, 'resource').append(shortLink(entry.resource));
  part(node, 'outcome').append(element('span', { class: outcomes[entry.outcome] }, entry.outcome),
    entry.status ? element('span', { class: 'soft' }, ` ${entry.status}`) : '');
  part(node, 'actions').append(unfold);
  return node;
}

function unfoldCurrent() {
  const row = document.activeElement?.closest('tr');
  const current = row?.matches('.unfolded') ? row.previousElementSibling : row?.closest('[data-row]');
  if (current) find('[aria-expanded]', current).click();
  else say('Choose an entry first: j leads to the next one.');
}

function toggle(node, entry) {
  const made = find('[aria-expanded]', node);
  const isOpen = made.ariaExpanded === 'true';
  made.ariaExpanded = String(!isOpen);
  made.textContent = isOpen ? 'Unfold' : 'Fold';
  if (isOpen) {
    made.focus();
    return node.nextElementSibling.remove();
  }
  node.after(element('tr', { class: 'unfolded' }, element('td', { colspan: 6 }, facts(entry), changesOf(entry))));
}

function facts(entry) {
  const fact = (name, ...content) => [element('dt', {}, name), element('dd', {}, ...content)];
  const only = (text, values) => [' ', button(text, () => filters.set(values), { kind: 'quiet' })];
  const { request_id: id } = entry;
  return element('dl', { class: 'facts' },
    ...fact('When', `${shownExactly(entry.created_at)} ${zone()}`),
    ...fact('Who', actorOf(entry.actor), ...only('Only theirs', { actor: entry.actor })),
    ...fact('What', element('code', {}, entry.action), ...only('Only this', { action: entry.action })),
    ...(entry.resource ? fact('To what', thingLink(entry.resource), ' ', copyButton(entry.resource, 'the id'), ...only('Only about this', { resource: entry.resource })) : []),
    ...(entry.address ? fact('From', entry.address) : []), ...(entry.user_agent ? fact('With', entry.user_agent) : []),
    ...(id ? fact('Request', element('code', {}, id), ' ', copyButton(id, 'the request\'s id')) : []));
}

const copyButton = (id, what) => button('Copy', () => copyText(id, what), { kind: 'quiet', label: `Copy ${what}` });

// What changed, field by field.

function changesOf({ changes }) {
  if (!changes) return element('p', { class: 'under' }, 'It changed nothing.');
  const [before, after] = [changes.before, changes.after].map((side) => new Map(side ? leaves(side) : []));
  const isBoth = changes.before && changes.after;
  const paths = [...new Set([...before.keys(), ...after.keys()])].filter((path) => !isBoth || before.get(path) !== after.get(path));
  if (paths.length === 0) return element('p', { class: 'under' }, 'No field is different.');
  const sides = [changes.before && ['Before', before, 'del'], changes.after && ['After', after, 'ins']].filter(Boolean);
  const cells = (path) => sides.map(([, values, mark]) => side(values.get(path), isBoth && mark));
  const lines = paths.map((path) => [element('code', {}, path), ...cells(path)]);
  return table('What changed', ['Field', ...sides.map(([name]) => name)], lines, { kind: 'sheet diff' });
}

/** The values in an object and below, as text by their paths: blocks.0.title. */
function leaves(value, path = '') {
  const isLeaf = value === null || typeof value !== 'object' || (Array.isArray(value) && value.every((one) => typeof one !== 'object'));
  if (isLeaf) return [[path, Array.isArray(value) ? value.join(', ') : value === null ? '' : String(value)]];
  return Object.entries(value).flatMap(([name, one]) => leaves(one, path ? `${path}.${name}` : name));
}

function side(text, mark) {
  if (!text) return element('span', { class: 'soft' }, 'none');
  return element(mark || 'span', { dir: 'auto' }, text);
}
