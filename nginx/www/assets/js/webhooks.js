// The endpoints of a workspace, and how each of them is doing.

import { curlOf } from './api.js';
import { CursorList } from './lists.js';
import { addressIn, count, element, find, findAll, fromTemplate, part, workspace, zone } from './page.js';
import { addKeys, screen } from './screen.js';
import { healthElement, lastSuccess, patternsInWords } from './webhook-words.js';

const request = (after = null) => ({ path: '/webhooks', query: { limit: 50, starting_after: after } });
/** The endpoint that an empty list is invited to make. */
const firstWebhook = { method: 'POST', path: '/webhooks', body: { url: 'https://example.com/hook', events: ['link.*'] } };
const address = (path) => addressIn(workspace, `webhooks/${path}`);

screen({ title: 'Webhooks', place: 'Webhooks', show, requests: { webhooks: request() } });

function show({ body, may, session }, { webhooks }) {
  const place = element('div');
  body.append(place);
  if (may('webhooks:write')) offerNew();
  const list = new CursorList({
    place, noun: 'webhook', nouns: 'webhooks', request, table: () => fromTemplate('table'), row,
    empty: () => empty(session.app, may('webhooks:write')), under: `Times are in ${zone()}.`,
  });
  list.take(webhooks.data);
}

function offerNew() {
  const create = element('a', { class: 'button main', href: address('new'), 'aria-keyshortcuts': 'c' },
    'New webhook', element('kbd', { 'aria-hidden': 'true' }, 'c'));
  find('#actions').prepend(create);
  addKeys({ keys: 'c', name: 'New webhook', go: () => create.click() });
}

function empty(app, isOwn) {
  const node = fromTemplate('empty', { sample: curlOf(firstWebhook, app) });
  if (!isOwn) for (const own of findAll('.of-writers', node)) own.remove();
  return node;
}

function row(webhook) {
  const node = fromTemplate('row', { url: webhook.url, description: webhook.description, events: patternsInWords(webhook.events) });
  const name = find('.name', node);
  name.href = address(webhook.id);
  if (!webhook.description) find('[data-text=description]', node).remove();
  part(node, 'state').append(healthElement(webhook));
  part(node, 'waiting').append(count(webhook.waiting), element('span', { class: 'narrow' }, ' waiting'));
  part(node, 'success').append(element('span', { class: 'narrow' }, 'last success '), lastSuccess(webhook));
  return node;
}
