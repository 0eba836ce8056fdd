// The audit log: who did what, from where and what came of it, newest first; an entry unfolds to what was before and after.

import { copyText } from './api.js';
import { CursorList, fillChoices, Filters, filtersIn } from './lists.js';
import { button, element, find, fromTemplate, part, say, shownExactly, table, timeElement, workspace, zone } from './page.js';
import { addKeys, screen } from './screen.js';
import { keysRequest, membersRequest, namesOf, thingLink } from './things.js';

const fields = ['actor', 'action', 'resource', 'outcome', 'created_after', 'created_before'];
const asked = () => filtersIn(fields);
const request = (after = null) => ({ path: '/audit-log', query: { ...asked(), limit: 50, starting_after: after } });
const outcomes = { success: 'good', refused: 'warn', failed: 'bad' };
const programs = [['maskctl', 'maskctl'], ['mask-webhooks', 'mask-webhooks']];

let names = new Map();
let filters = null;

screen({
  title: 'Audit log', place: 'Audit log', show, curl: () => [request()],
  requests: { entries: { ...request(), optional: true }, keys: keysRequest, members: membersRequest },
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
  filters = new Filters(form, () => {
    say('');
    return list.ask();
  });
  const list = new CursorList({
    place: part(root, 'list'), noun: 'entry', nouns: 'entries', refuge: form.elements.actor, request, row,
    table: () => fromTemplate('table'), empty: () => filters.nothing('No entry matches.'), under: `Times are in ${zone()}.`,
  });
  if (answers.entries) list.take(answers.entries.data);
  else list.ask();
  part(root, 'exports').append(exportButton('csv', root), exportButton('ndjson', root));
  addKeys({ keys: 'o', name: 'Unfold the entry', go: unfoldCurrent, isOfRows: true });
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

function row(entry) {
  const node = fromTemplate('row', { action: entry.action });
  const what = entry.changes ? 'what changed' : 'what is known';
  const unfold = button('Unfold', () => toggle(node, entry), { kind: 'quiet', label: `Unfold ${what}: ${entry.action}` });
  unfold.ariaExpanded = 'false';
  part(node, 'at').append(timeElement(entry.created_at));
  part(node, 'actor').append(names.get(entry.actor) ?? entry.actor);
  if (entry.resource) part(node, 'resource').append(thingLink(entry.resource));
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
    ...(entry.resource ? fact('To what', thingLink(entry.resource), ...only('Only about this', { resource: entry.resource })) : []),
    ...(entry.address ? fact('From', entry.address) : []), ...(entry.user_agent ? fact('With', entry.user_agent) : []),
    ...(id ? fact('Request', element('code', {}, id), ' ', copyButton(id)) : []));
}

const copyButton = (id) => button('Copy', () => copyText(id, 'the request\'s id'), { kind: 'quiet', label: 'Copy the request\'s id' });

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
