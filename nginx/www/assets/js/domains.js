// The hosts of a workspace's own, and whether visitors come here by them.

import { curlOf } from './api.js';
import { domainState } from './domain-state.js';
import { CursorList } from './lists.js';
import { addressIn, agoElement, element, find, findAll, fromTemplate, part, workspace, zone } from './page.js';
import { addKeys, screen } from './screen.js';

const limit = 50;
const request = (after = null) => ({ path: '/domains', query: { limit, starting_after: after } });

screen({ title: 'Domains', place: 'Domains', show, requests: { domains: { ...request(), optional: true } }, curl: () => [request()] });

function show(context, { domains }) {
  const isOwn = context.may('domains:write');
  const place = element('div');
  context.body.append(place);
  if (isOwn) offerNew();
  const list = new CursorList({
    place, noun: 'domain', nouns: 'domains', request, table: () => fromTemplate('table'), row, empty: () => empty(context, isOwn),
    under: `Links without a domain of their own are on ${new URL(context.session.app.link_url).hostname}. Times are in ${zone()}.`,
  });
  if (domains) list.take(domains.data);
  else list.ask();
}

function offerNew() {
  document.getElementById('new-domain')?.remove();
  const create = element('a', {
    id: 'new-domain', class: 'button main', href: addressIn(workspace, 'domains/new'), 'aria-keyshortcuts': 'c',
  }, 'New domain', element('kbd', { 'aria-hidden': 'true' }, 'c'));
  find('#actions').prepend(create);
  addKeys({ keys: 'c', name: 'New domain', go: () => create.click() });
}

function row(domain) {
  const node = fromTemplate('row');
  const name = find('.name', node);
  const { kind, word, text } = domainState(domain);
  name.textContent = domain.host;
  name.href = addressIn(workspace, `domains/${domain.id}`);
  part(node, 'state').append(element('strong', { class: kind }, word), element('span', { class: 'soft' }, text));
  part(node, 'looked').append(domain.last_checked_at ? agoElement(domain.last_checked_at) : 'never');
  part(node, 'links').href = addressIn(workspace, `links?${new URLSearchParams({ q: `domain:${domain.host}` })}`);
  part(node, 'links').ariaLabel = `Links on ${domain.host}`;
  return node;
}

function empty({ session }, isOwn) {
  const host = new URL(session.app.link_url).hostname;
  const sample = curlOf({ method: 'POST', path: '/domains', body: { host: 'go.example.com' } }, session.app);
  const node = fromTemplate('empty', { host: `Links are on ${host}.`, sample });
  if (!isOwn) for (const own of findAll('.of-writers', node)) own.remove();
  return node;
}
