// The keys of a workspace: scopes, last use, requests of a day, end.

import { drawSparklines } from './key-usage.js';
import { inWords, keyState } from './keys.js';
import { addKeys } from './navigation.js';
import { addressIn, element, find, fromTemplate, workspace } from './page.js';
import { screen } from './screen.js';
import { shown, timeElement, zone } from './time.js';

const request = { path: '/api-keys', query: { limit: 100 } };
const address = (path) => addressIn(workspace, `settings/api-keys/${path}`);

screen({
  title: 'API keys', place: 'API keys', show, curl: () => [request],
  requests: {
    keys: request,
    usage: { path: '/analytics/usage', query: { interval: '24h', group_by: 'key', timezone: zone() }, optional: true },
  },
  allowed: ({ may, membership }) => (may('keys:write') ? null
    : `You are ${membership.role} in ${membership.name}. Owners and admins see and make API keys.`),
});

function show({ body }, { keys, usage }) {
  const create = element('a', { class: 'button main', href: address('new'), 'aria-keyshortcuts': 'c' }, 'New key', element('kbd', { 'aria-hidden': 'true' }, 'c'));
  find('#actions').prepend(create);
  addKeys({ keys: 'c', name: 'New API key', go: () => create.click() });
  const all = keys.data.data;
  if (all.length === 0) return body.append(fromTemplate('empty'));
  const root = fromTemplate('list', { zone: zone() });
  find('tbody', root).append(...all.map(row));
  if (keys.data.has_more) root.append(element('p', { class: 'under' }, 'These are the newest 100 keys.'));
  body.append(root);
  drawSparklines(body, all, usage?.data.groups ?? []);
}

function row(key) {
  const node = fromTemplate('row', { hint: key.hint, scopes: inWords(key.scopes), from: key.last_used_from });
  const state = keyState(key);
  const name = find('.name', node);
  name.href = address(key.id);
  name.textContent = key.name;
  node.dataset.row = key.id;
  if (state.isEnded) find('.bar', node).classList.add('ended');
  find('[data-part=end]', node).append(state.node);
  find('[data-part=used]', node).append(key.last_used_at ? timeElement(key.last_used_at, { short: true }) : 'never');
  find('[data-part=used]', node).title = key.last_used_at ? shown(key.last_used_at) : '';
  return node;
}
