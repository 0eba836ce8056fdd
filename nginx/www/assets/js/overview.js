// Overview of a workspace: clicks, top links, what needs a look, and the list of the first steps.

import { curlOf, get } from './api.js';
import { dayChart } from './chart.js';
import {
  addressIn, button, count, distance, element, fill, find, fromTemplate, part, read, workspace, write, zone,
} from './page.js';
import { addKeys, screen } from './screen.js';

const clicks = (query) => ({ path: '/analytics/clicks', query: { timezone: zone(), ...query } });

screen({
  title: 'Overview', place: 'Overview', show,
  requests: {
    month: clicks({ interval: '30d', count: 'all' }),
    day: clicks({ interval: '24h', count: 'all' }),
    top: clicks({ interval: '30d', group_by: 'link', limit: 5 }),
    links: { path: '/links', query: { sort: 'clicks', limit: 25 } },
    keys: { path: '/api-keys', query: { limit: 100 }, optional: true },
  },
});

function show({ body, may, session }, answers) {
  const root = fromTemplate('overview');
  const keys = answers.keys?.data.data ?? null;
  body.append(root);
  fill(root, { day: count(answers.day.data.total), month: count(answers.month.data.total) });
  showSteps(part(root, 'first-run'), keys, answers, may('keys:write'));
  showChart(part(root, 'chart'), answers.month.data);
  showTop(part(root, 'top'), answers, session.app);
  showWarnings(part(root, 'warnings'), keys);
  const create = () => location.assign(addressIn(workspace, 'settings/api-keys/new'));
  if (may('keys:write')) addKeys({ keys: 'c', name: 'New API key', go: create });
}

function showChart(root, month) {
  if (month.total === 0) return root.append(element('p', { class: 'empty' }, 'No clicks in these 30 days.'));
  root.append(dayChart(month.groups.map((line) => ({ value: line.value, count: line.clicks, partial: line.partial })), 'Clicks'));
}

/** The list stays until all is done or it is put away. */
function showSteps(root, keys, answers, mayMakeKeys) {
  const steps = [
    { text: 'Make an API key', done: keys?.length > 0, path: 'settings/api-keys/new', verb: 'New key' },
    { text: 'Send a request with it', done: keys?.some((key) => key.last_used_at), path: 'settings/api-keys', verb: 'See keys' },
    { text: 'Make a link', done: answers.links.data.data.length > 0 },
    { text: 'Follow it: the click is counted here', done: answers.month.data.total > 0 },
  ];
  const isAway = read(`first-run.${workspace}`) === 'away';
  if (!mayMakeKeys || isAway || steps.every((step) => step.done)) return;
  const putAway = () => {
    write(`first-run.${workspace}`, 'away');
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

function showEmpty(root, links, app) {
  if (links.length > 0) return root.replaceWith(element('p', { class: 'empty' }, 'No link was followed in these 30 days.'));
  root.replaceWith(element('div', { class: 'empty' }, element('p', {}, 'No links yet. This makes one:'),
    element('pre', { class: 'sample', tabindex: 0, 'aria-label': 'Make a link' }, curlOf(firstLink, app))));
}

function showTop(root, { top, links }, app) {
  if (top.data.groups.length === 0) return showEmpty(root, links.data.data, app);
  const known = new Map(links.data.data.map((link) => [link.id, link]));
  const rows = top.data.groups.map((line) => topRow(line, known.get(line.value)));
  find('tbody', root).append(...rows);
}

/** The answer has ids only. Most of them are among the links with most clicks; another one is asked for. */
function topRow({ value: id, clicks: number }, link) {
  const name = element('td', {}, link ? linkName(link) : id);
  if (!link) nameLater(name, id);
  return element('tr', { 'data-row': true }, name, element('td', { class: 'number' }, count(number)));
}

async function nameLater(place, id) {
  try {
    place.replaceChildren(linkName((await get(`/links/${id}`)).data));
  } catch (problem) {
    if (problem.status === 404) place.replaceChildren(element('span', { class: 'bar off' }, `${id}, deleted`));
  }
}

function linkName(link) {
  const name = [element('span', { class: 'host' }, `${link.domain}/`), element('b', { class: 'bar' }, link.slug)];
  return element('a', { class: 'link', href: safe(link.short_url) }, ...name);
}

const safe = (address) => (/^https?:\/\//.test(address) ? address : null);

const month = 30 * 86_400_000;

/** Keys that nobody uses and keys that end soon. */
function showWarnings(root, keys) {
  const now = Date.now();
  const lines = (keys ?? []).flatMap((key) => {
    const used = new Date(key.last_used_at ?? key.created_at).getTime();
    const left = key.expires_at ? new Date(key.expires_at) - now : null;
    if (left !== null && left > 0 && left < month / 2) return [[key, `ends in ${distance(key.expires_at)}`]];
    if (now - used < 3 * month) return [];
    return [[key, key.last_used_at ? `was not used for ${distance(key.last_used_at)}` : 'was never used']];
  });
  if (lines.length === 0) return root.append(element('p', {}, 'Nothing.'));
  root.append(element('ul', { class: 'plain' }, ...lines.map(([key, text]) => element('li', {}, 'The API key ',
    element('a', { href: addressIn(workspace, `settings/api-keys/${key.id}`), dir: 'auto' }, key.name), ` ${text}.`))));
}
