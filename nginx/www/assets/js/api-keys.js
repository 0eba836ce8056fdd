// The keys of a workspace: scopes, last use, requests of a day, end.

import { curlOf } from './api.js';
import { drawSparklines, usageRequest } from './key-usage.js';
import { inWords, keyState, refusalOfKeys } from './keys.js';
import { addSearch } from './lists.js';
import { addressIn, element, find, fromTemplate, shown, timeElement, workspace, zone } from './page.js';
import { addKeys, screen } from './screen.js';

const after = new URLSearchParams(location.search).get('starting_after');
const request = { path: '/api-keys', query: { limit: 100, starting_after: after } };
/** The key that an empty list is invited to make. */
const firstKey = { method: 'POST', path: '/api-keys', body: { name: 'Website', scopes: ['links:read', 'links:write'] } };
const address = (path) => addressIn(workspace, `settings/api-keys/${path}`);

screen({
  title: 'API keys', place: 'API keys', show, curl: () => [request],
  requests: { keys: request, usage: usageRequest },
  allowed: refusalOfKeys,
});

function show({ body, session }, { keys, usage }) {
  const create = element('a', { class: 'button main', href: address('new'), 'aria-keyshortcuts': 'c' },
    'New key', element('kbd', { 'aria-hidden': 'true' }, 'c'));
  find('#actions').prepend(create);
  addKeys({ keys: 'c', name: 'New API key', go: () => create.click() });
  const all = keys.data.data;
  if (all.length === 0) return body.append(fromTemplate('empty', { sample: curlOf(firstKey, session.app) }));
  const root = fromTemplate('list', { zone: zone() });
  find('tbody', root).append(...all.map(row));
  if (keys.data.has_more) root.append(nextPage(keys.data.next_cursor));
  body.append(root);
  addSearch(find('table', root), 'keys');
  drawSparklines(body, all, usage?.data.groups ?? []);
}

const nextPage = (next) => element('p', { class: 'actions' },
  element('a', { class: 'button', href: `?${new URLSearchParams({ starting_after: next })}` }, 'Older keys'));

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
