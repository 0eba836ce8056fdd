// Overview of a workspace: clicks, top links, what needs a look, and the list of the first steps.

import { call, curlOf, get, noticeOf } from './api.js';
import { chosenRange, rangeChoices, timeChart, windowOf } from './chart.js';
import {
  addressIn, button, count, distance, element, find, findAll, fromTemplate, linkName, part, read, shownDate, wordsOf, workspace,
  write, zone,
} from './page.js';
import { addKeys, screen } from './screen.js';

const range = chosenRange();
const inRange = (query) => ({ path: '/analytics/clicks', query: { ...windowOf(range), ...query } });
const links = { path: '/links', query: { sort: 'clicks', limit: 25 } };
const keys = { path: '/api-keys', query: { limit: 100 } };

/** The first steps stay until all are done, or the list is put away; they are for who may make keys. */
const firstRun = `first-run.${workspace}`;
const hasSteps = !read(firstRun) && read(`scopes.${workspace}`)?.includes('keys:write') !== false;

screen({
  title: 'Overview', place: 'Overview', show,
  requests: {
    clicks: inRange(), top: inRange({ group_by: 'link', limit: 5, granularity: null }),
    ...(hasSteps && { links, keys: { ...keys, optional: true } }),
  },
});

function show({ body, may, session }, answers) {
  const inTime = inWords(answers.clicks.data);
  const root = fromTemplate('overview', { top: `Top links, ${inTime}`, 'top-caption': `Top links, ${inTime}` });
  body.append(root);
  if (hasSteps && may('keys:write')) showSteps(part(root, 'first-run'), answers);
  showChart(part(root, 'chart'), answers.clicks.data, inTime);
  showTop(part(root, 'top'), answers, session.app);
  whenSeen(part(root, 'warnings'), (place) => showWarnings(place, answers.keys?.data, may));
  if (may('links:write')) offerNew();
}

function offerNew() {
  document.getElementById('new-link')?.remove();
  const create = element('a', { id: 'new-link', class: 'button main', href: addressIn(workspace, 'links/new'), 'aria-keyshortcuts': 'c' },
    'New link', element('kbd', { 'aria-hidden': 'true' }, 'c'));
  find('#actions').prepend(create);
  addKeys({ keys: 'c', name: 'New link', go: () => create.click() });
}

/** What stands further down asks nothing before somebody looks. */
function whenSeen(place, use) {
  const observer = new IntersectionObserver((entries) => {
    if (!entries.some((entry) => entry.isIntersecting)) return;
    observer.disconnect();
    use(place);
  });
  observer.observe(place);
}

/** "30 days", or from when to when where the range is one of the past. */
function inWords({ start, end }) {
  if (!range.end) return range.title.toLowerCase();
  const last = shownDate(Date.parse(end) - 1);
  return range.days === 1 ? last : `${shownDate(start)} to ${last}`;
}

function showChart(root, { total, groups, granularity }, inTime) {
  const figure = (name, number) => element('div', {}, element('dt', {}, name), element('dd', {}, number));
  // Without clicks in a longer time until now there were none.
  const isNone = total === 0 && !range.end;
  const day = range.interval !== '24h' && figure('24 hours', isNone ? count(0) : '…');
  find('.figures', root).append(day || '', figure(range.end ? inTime : range.title, count(total)));
  if (day && !isNone) countDay(find('dd', day));
  root.append(rangeChoices(range), total === 0 ? element('p', { class: 'empty' }, 'No clicks in this time.')
    : timeChart(groups.map(({ value, clicks: number, partial }) => ({ value, count: number, partial })), 'Clicks', granularity));
}

async function countDay(place) {
  try {
    place.textContent = count((await get('/analytics/clicks', { interval: '24h', timezone: zone() })).data.total);
  } catch {
    place.textContent = 'not known';
  }
}

function showSteps(root, { keys: made, links: { data: { data: first } } }) {
  const own = made?.data.data;
  const steps = [
    { text: 'Make an API key', done: own?.length > 0, path: 'settings/api-keys/new', verb: 'New key' },
    { text: 'Send a request with it', done: own?.some((key) => key.last_used_at), path: 'settings/api-keys', verb: 'See keys' },
    { text: 'Make a link', done: first.length > 0, path: 'links/new', verb: 'New link' },
    { text: 'Follow it: the click is counted here', done: first.some((link) => link.clicks > 0) },
  ];
  if (steps.every((step) => step.done)) return write(firstRun, 'done');
  const putAway = () => {
    write(firstRun, 'away');
    root.hidden = true;
  };
  find('ol', root).append(...steps.map(stepLine));
  find('.actions', root).append(button('Put this list away', putAway));
  root.hidden = false;
}

function stepLine({ text, done, path, verb }) {
  return element('li', { class: done ? 'done' : null }, element('span', { class: 'state' }, done ? '■ done' : 'to do'),
    element('span', {}, text), !done && path ? element('a', { class: 'button', href: addressIn(workspace, path) }, verb) : null);
}

/** The link that an empty workspace is invited to make. */
const firstLink = { method: 'POST', path: '/links', body: { url: 'https://example.com/long-url' } };

async function showEmpty(root, answer, app) {
  const sentence = element('p', {}, 'No link was followed in this time.');
  const place = element('div', { class: 'empty' }, sentence);
  root.replaceWith(place);
  const { data } = (answer ?? await get('/links', { limit: 1 }).catch(() => null)) ?? {};
  if (data?.data.length !== 0) return;
  sentence.textContent = 'No links yet. This makes one:';
  place.append(element('pre', { class: 'sample', tabindex: 0, 'aria-label': 'Make a link' }, curlOf(firstLink, app)));
}

/** The answer has ids only: the names come later. */
function showTop(root, answers, app) {
  const { groups } = answers.top.data;
  if (groups.length === 0) return showEmpty(root, answers.links, app);
  find('tbody', root).append(...groups.map(({ value: id, clicks: number }) => {
    const link = element('a', { class: 'link', href: addressIn(workspace, `links/${id}`), 'data-id': id }, id);
    return element('tr', { 'data-row': id }, element('td', {}, link), element('td', { class: 'number' }, count(number)));
  }));
  showNames(findAll('[data-id]', root), answers.links);
}

/** Most of them are among the links with most clicks, or in the bin; another one is asked for. */
async function showNames(places, answer) {
  const known = new Map((answer ?? await listed(links)).data.data.map((link) => [link.id, link]));
  const isUnknown = ({ dataset: { id } }) => !known.has(id);
  const bin = places.some(isUnknown) ? await listed({ ...links, query: { ...links.query, state: 'deleted' } }) : null;
  for (const link of bin?.data.data ?? []) known.set(link.id, link);
  for (const place of places) {
    const link = known.get(place.dataset.id) ?? await get(`/links/${place.dataset.id}`).then(({ data }) => data, () => null);
    if (link) place.replaceChildren(...linkName(link, link.deleted_at ? 'ended' : ''));
  }
}

const listed = (request) => call(request).catch(() => ({ data: { data: [] } }));

const month = 30 * 86_400_000;

/** Webhooks that fail, domains that are not proved, quotas that are nearly used up, keys that nobody uses and keys that end soon. */
async function showWarnings(root, known, may) {
  const none = { data: [] };
  const listOf = (scope, path) => (may(scope) ? get(path, { limit: 100 }).then(({ data }) => data) : none);
  try {
    const [own, whole, webhooks, domains] = await Promise.all([
      known ?? listOf('keys:write', '/api-keys'), may('team:read') ? get('/workspace').then(({ data }) => data) : { quotas: {} },
      listOf('webhooks:read', '/webhooks'), listOf('links:read', '/domains'),
    ]);
    const lines = [
      ...webhooks.data.flatMap(webhookWarning), ...domains.data.flatMap(domainWarning),
      ...Object.entries(whole.quotas).flatMap(([name, quota]) => quotaWarning(name, quota)), ...own.data.flatMap(keyWarning),
    ];
    root.append(lines.length === 0 ? element('p', {}, 'Nothing.')
      : element('ul', { class: 'plain' }, ...lines.map((parts) => element('li', {}, ...parts))));
  } catch (problem) {
    root.append(noticeOf(problem, () => showWarnings(root, known, may)));
  }
}

/** One that somebody has switched off is meant to be so. */
function webhookWarning({ id, url, enabled, disabled_reason: reason, failures }) {
  const times = failures === 1 ? 'has failed once' : `has failed ${count(failures)} times in a row`;
  const text = !enabled && reason ? 'was disabled because it failed' : enabled && failures > 0 ? times : null;
  return text ? [['The webhook ', element('a', { href: addressIn(workspace, `webhooks/${id}`) }, url), ` ${text}.`]] : [];
}

function domainWarning({ id, host, status }) {
  if (status !== 'pending') return [];
  return [['The domain ', element('a', { href: addressIn(workspace, `domains/${id}`) }, host), ' is not verified yet.']];
}

/** From nine tenths of a limit on. */
function quotaWarning(name, { used, limit }) {
  if (used === null || used < limit * 0.9) return [];
  const text = used < limit ? `${count(used)} of ${count(limit)} are used.` : `all ${count(limit)} are used; no more can be made.`;
  return [[element('a', { href: addressIn(workspace, 'settings') }, wordsOf(name)), `: ${text}`]];
}

function keyWarning(key) {
  const text = keyTrouble(key, Date.now());
  const link = element('a', { href: addressIn(workspace, `settings/api-keys/${key.id}`), dir: 'auto' }, key.name);
  return text ? [['The API key ', link, ` ${text}.`]] : [];
}

function keyTrouble(key, now) {
  const left = key.expires_at ? Date.parse(key.expires_at) - now : null;
  if (left !== null && left <= 0) return null;
  if (left !== null && left < month / 2) return `ends in ${distance(key.expires_at)}`;
  if (now - Date.parse(key.last_used_at ?? key.created_at) < 3 * month) return null;
  return key.last_used_at ? `was not used for ${distance(key.last_used_at)}` : 'was never used';
}
