// A key that was just made: shown once, with the request to try it, until the user says that it is stored.

import { copyText, curl, get, quoted } from './api.js';
import { button, element, fill, find, fromTemplate, linkName, milliseconds, part, webAddress } from './page.js';

/** Shows the panel in place of what `body` has. `stored` runs when the user says so. */
export function showOnce(body, key, app, stored) {
  const root = fromTemplate('once', { name: key.name, key: key.key, sample: firstRequest(app, key.key, key.scopes) });
  const secret = find('.secret', root);
  const sample = find('.sample', root);
  const warn = (event) => event.preventDefault();
  addEventListener('beforeunload', warn);
  const watch = waitForRequest(part(root, 'arrival'), key);
  const leave = () => {
    removeEventListener('beforeunload', warn);
    watch.stop();
    fill(root, { key: '', sample: '' });
    stored();
  };
  part(root, 'copy-key').append(button('Copy the key', () => copyText(key.key, 'the API key', secret), { kind: 'main' }));
  part(root, 'copy-sample').append(button('Copy the request', () => copyText(sample.textContent, 'the request', sample)));
  part(root, 'stored').append(button('I have stored it', leave, { kind: 'main' }),
    element('span', { class: 'soft' }, 'After that nobody can read it any more.'));
  body.replaceChildren(root);
  find('h2', root).focus();
  scrollTo(0, 0);
}

// Waits for the first request with a key and tells how it went.

const pause = 2000;
/** Usage is counted some seconds after a request; so many looks are enough. */
const looks = 15;

/** Looks every two seconds, while the page is visible. */
function waitForRequest(node, key) {
  let isOver = false;
  const path = `/api-keys/${key.id}`;
  const look = async () => {
    if (isOver) return;
    if (document.hidden) return document.addEventListener('visibilitychange', look, { once: true });
    try {
      const { data } = await get(path);
      if (data.last_used_at) return await tell(node, key.id, () => isOver);
    } catch {
      // The next look may find it.
    }
    setTimeout(look, pause);
  };
  setTimeout(look, pause);
  return { stop: () => { isOver = true; } };
}

async function tell(node, id, isOver) {
  show(node, 'Your request arrived.');
  for (let left = looks; left > 0 && !isOver(); left -= 1) {
    const line = await usage(id, 'status').catch(() => null);
    if (line) return showLine(node, id, line);
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

async function usage(id, group) {
  const { data } = await get('/analytics/usage', { key_id: id, interval: '1h', group_by: group });
  return data.groups[0] ?? null;
}

async function showLine(node, id, { value: status, latency_ms: latency }) {
  const time = latency.p50 === null ? '' : ` in ${milliseconds(latency.p50)}`;
  const endpoint = await usage(id, 'endpoint').catch(() => null);
  show(node, `${status}${time}`, endpoint?.value, Number(status) < 400);
  if (status === '201' && endpoint?.value === 'POST /links') await showLink(node);
}

function show(node, text, detail = null, isGood = true) {
  node.classList.add(isGood ? 'good' : 'bad');
  node.replaceChildren(element('strong', {}, text), detail ? element('span', { class: 'soft' }, ` ${detail}.`) : '');
}

/** The link that the first request made. */
async function showLink(node) {
  const { data } = await get('/links', { limit: 1 });
  const link = data.data[0];
  if (!link || !webAddress(link.short_url)) return;
  node.append(' It made ', element('a', { class: 'link', href: link.short_url, target: '_blank', rel: 'noopener' }, ...linkName(link)));
}

// The request to try.

/** The quick start's request with a key that was just made: the first that its scopes open. */
function firstRequest(app, key, scopes) {
  const has = (scope) => scopes.includes(scope);
  const authorization = `-H "Authorization: Bearer ${key}"`;
  if (has('links:write')) {
    return ['# Create a short link', `${curl(app)} -X POST ${app.api_url}/links \\`, `  ${authorization} \\`,
      '  -H "Content-Type: application/json" \\', '  -d \'{"url": "https://example.com/long-url"}\''].join('\n');
  }
  const [, words, path] = readings.find(([scope]) => has(scope)) ?? ['', 'Read the workspace', '/workspace'];
  return [`# ${words}`, `${curl(app)} ${quoted(app.api_url + path)} \\`, `  ${authorization}`].join('\n');
}

const readings = [
  ['links:read', 'List the links', '/links'], ['analytics:read', 'Count the clicks', '/analytics/clicks?interval=30d'],
  ['pages:read', 'List the pages', '/bio-pages'], ['webhooks:read', 'List the webhooks', '/webhooks'],
  ['team:read', 'Read the workspace', '/workspace'], ['audit:read', 'Read the audit log', '/audit-log'],
  ['keys:write', 'List the API keys', '/api-keys'],
];
