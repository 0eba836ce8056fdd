// One domain: the DNS records to make with what was found of each, what visitors get who follow no link, and giving it up.

import { act, confirmed, copyText } from './api.js';
import { domainState, recordState } from './domain-state.js';
import { connect, Draft, Edited } from './form.js';
import {
  addressIn, button, element, fill, find, findAll, fromTemplate, lastStep, leaveMessage, part, say, shownWithZone, table, webAddress,
  workspace,
} from './page.js';
import { addKeys, screen } from './screen.js';

const request = { path: `/domains/${lastStep}` };
const labels = {
  root_url: 'Where the bare host leads', root_page_id: 'Page on the bare host', not_found_url: 'Where unknown slugs lead',
  expired_url: 'Where ended links lead',
};
const fields = Object.keys(labels);
let edited = null;

screen({
  title: 'Domain', place: 'Domains', show, curl: () => [edited?.patch() ?? request],
  requests: { domain: request, pages: { path: '/bio-pages', query: { limit: 100 }, optional: true } },
});

const valuesOf = (domain) => Object.fromEntries(fields.map((name) => [name, domain[name]]));

function show({ body, may }, { domain, pages }) {
  const isOwn = may('domains:write');
  const root = fromTemplate('domain');
  if (!isOwn) for (const own of findAll('.of-writers', root)) own.remove();
  body.append(root);
  showForm(root, domain, pages?.data.data ?? [], isOwn);
  showState(root);
  if (isOwn) {
    offerLook(root);
    offerDeletion(part(root, 'delete'));
  }
}

// The records.

function showState(root) {
  const { host, records, last_checked_at: looked, last_check_error: wrong } = edited.data;
  const { kind, word, text } = domainState(edited.data);
  find('h1').textContent = host;
  part(root, 'state').replaceChildren(element('strong', { class: kind }, word), ` ${text}`);
  part(root, 'records').replaceChildren(table('DNS records', ['Type', 'Name', 'Value', 'State'], records.map(recordCells),
    { kind: 'sheet list records' }));
  part(root, 'wrong').hidden = !wrong;
  fill(root, { looked: looked ? `Looked at ${shownWithZone(looked)}.` : 'Nobody has looked at them yet.', wrong: wrong ?? '' });
  part(root, 'bare').hidden = !records.some(({ type }) => type === 'CNAME') || host.split('.').length > 2;
}

function recordCells(record) {
  const copied = (name, text) => {
    const code = element('code', { dir: 'ltr' }, text);
    const label = `Copy the ${name} of the ${record.type} record`;
    const copy = button('Copy', () => copyText(text, text, code), { kind: 'quiet', label });
    return element('span', { class: 'copied' }, code, copy);
  };
  return [record.type, copied('name', record.name), copied('value', record.value), recordState(record)];
}

/** Name servers are asked now. What the form has that is not saved stays there. */
function offerLook(root) {
  const place = part(root, 'look');
  const look = async () => {
    if (made.ariaDisabled === 'true') return;
    made.ariaDisabled = 'true';
    made.textContent = 'Looking…';
    const answer = await act({ ...request, path: `${request.path}/verify`, method: 'POST', body: {} }, place);
    made.ariaDisabled = null;
    made.textContent = 'Look again';
    if (!answer) return;
    const was = edited.data;
    edited.take(answer, { ...valuesOf(answer.data), ...edited.ownChanges() });
    showState(root);
    say(foundIn(was, answer.data));
  };
  const made = button(edited.data.last_checked_at ? 'Look again' : 'Look now', look, { kind: 'main' });
  place.append(element('p', { class: 'actions' }, made));
}

function foundIn(was, { host, status, last_check_error: wrong }) {
  if (status === 'verified' && was.status === 'pending') return `${host} is verified: links can be on it.`;
  return wrong ? 'Looked: it is not as it has to be yet.' : 'Looked: all records are there.';
}

// What visitors get who follow no link.

function showForm(root, domain, pages, isOwn) {
  const form = find('form', root);
  const { root_page_id: choice } = form.elements;
  const own = pages.filter((page) => page.domain === domain.data.host);
  const known = own.map(({ id, title, slug }) => [id, title || slug]);
  // A page that is not among those that were read keeps its place.
  const current = domain.data.root_page_id;
  if (current && !known.some(([id]) => id === current)) known.push([current, current]);
  choice.append(element('option', { value: '' }, 'None'), ...known.map(([id, name]) => element('option', { value: id }, name)));
  edited = new Edited(domain, { request, labels, valuesOf, read: () => readForm(form), show: (values) => showValues(form, values) });
  if (!isOwn) return showFacts(form, domain.data);
  connect(form, {
    edited, draft: new Draft(), request: () => edited.patch(),
    done: (answer) => {
      edited.take(answer);
      say('Saved.');
    },
  });
}

const readForm = (form) => Object.fromEntries(fields.map((name) => [name, form.elements[name].value.trim() || null]));

function showValues(form, values) {
  for (const name of fields) form.elements[name].value = values[name] ?? '';
}

/** Who may not change them reads them. */
function showFacts(form, domain) {
  const value = (text) => (text && webAddress(text) ? element('a', { href: text }, text) : text ?? 'nothing');
  form.replaceWith(element('dl', { class: 'facts' },
    ...fields.flatMap((name) => [element('dt', {}, labels[name]), element('dd', {}, value(domain[name]))])));
}

// Giving it up.

function offerDeletion(place) {
  const { host } = edited.data;
  const remove = async () => {
    const text = [`Nobody is led anywhere by ${host} any more, and another workspace may name it.`,
      'Links and pages on it that are in the bin go for good.'];
    if (!await confirmed(`Delete ${host}`, text, 'Delete the domain')) return;
    const answer = await act({ ...request, method: 'DELETE' }, place);
    if (!answer) return offerLinks(place, host);
    leaveMessage(`Deleted: ${host}.`);
    location.assign(addressIn(workspace, 'domains'));
  };
  place.append(button('Delete the domain', remove, { kind: 'danger' }));
  addKeys({ keys: '#', name: 'Delete the domain', go: remove });
}

/** What the API has refused because of them. */
function offerLinks(place, host) {
  const links = element('a', { href: addressIn(workspace, `links?${new URLSearchParams({ q: `domain:${host}` })}`) }, `Links on ${host}`);
  find('.of-act', place)?.append(element('p', {}, links));
}
