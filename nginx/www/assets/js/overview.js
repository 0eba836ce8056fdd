// Overview of a workspace: clicks, top links, what needs a look, and the list of the first steps.

import { curlOf, get } from './api.js';
import { chosenRange, rangeChoices, timeChart } from './chart.js';
import {
  addressIn, button, count, distance, element, find, fromTemplate, linkName, part, read, shownDate, webAddress, wordsOf,
  workspace, write, zone,
} from './page.js';
import { addKeys, screen } from './screen.js';

const range = chosenRange();
const clicks = (query) => ({ path: '/analytics/clicks', query: { timezone: zone(), ...query } });
const inRange = (query) => clicks({ interval: range.interval, end: range.end, ...query });

screen({
  title: 'Overview', place: 'Overview', show,
  requests: {
    clicks: inRange({ granularity: range.granularity }),
    ...(range.interval !== '24h' && { day: clicks({ interval: '24h' }) }),
    top: inRange({ group_by: 'link', limit: 5 }),
    links: { path: '/links', query: { sort: 'clicks', limit: 25 } },
    keys: { path: '/api-keys', query: { limit: 100 }, optional: true },
    workspace: { path: '/workspace', optional: true },
  },
});

function show({ body, may, session }, answers) {
  const words = inWords(answers.clicks.data);
  const root = fromTemplate('overview', { top: `Top links, ${words}`, 'top-caption': `Top links, ${words}` });
  const keys = answers.keys?.data.data ?? null;
  body.append(root);
  showSteps(part(root, 'first-run'), keys, answers, may('keys:write'));
  showChart(part(root, 'chart'), answers, words);
  showTop(part(root, 'top'), answers, session.app);
  showWarnings(part(root, 'warnings'), keys ?? [], answers.workspace?.data.quotas ?? {});
  const create = () => location.assign(addressIn(workspace, 'settings/api-keys/new'));
  if (may('keys:write')) addKeys({ keys: 'c', name: 'New API key', go: create });
}

/** "30 days", or from when to when where the range is one of the past. */
function inWords({ start, end }) {
  if (!range.end) return range.title.toLowerCase();
  const last = shownDate(Date.parse(end) - 1);
  return range.days === 1 ? last : `${shownDate(start)} to ${last}`;
}

function showChart(root, { clicks: answer, day }, words) {
  const { total, groups, granularity } = answer.data;
  const figure = (name, number) => element('div', {}, element('dt', {}, name), element('dd', {}, count(number)));
  find('.figures', root).append(day ? figure('24 hours', day.data.total) : '', figure(range.end ? words : range.title, total));
  root.append(rangeChoices(range), total === 0 ? element('p', { class: 'empty' }, 'No clicks in this time.')
    : timeChart(groups.map(({ value, clicks: number, partial }) => ({ value, count: number, partial })), 'Clicks', granularity));
}

/** The list stays until all is done or it is put away. */
function showSteps(root, keys, answers, mayMakeKeys) {
  const steps = [
    { text: 'Make an API key', done: keys?.length > 0, path: 'settings/api-keys/new', verb: 'New key' },
    { text: 'Send a request with it', done: keys?.some((key) => key.last_used_at), path: 'settings/api-keys', verb: 'See keys' },
    { text: 'Make a link', done: answers.links.data.data.length > 0, path: 'links/new', verb: 'New link' },
    { text: 'Follow it: the click is counted here', done: answers.links.data.data.some((link) => link.clicks > 0) },
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
  if (links.length > 0) return root.replaceWith(element('p', { class: 'empty' }, 'No link was followed in this time.'));
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
  const name = element('td', {}, link ? linkTo(link) : id);
  if (!link) nameLater(name, id);
  return element('tr', { 'data-row': true }, name, element('td', { class: 'number' }, count(number)));
}

async function nameLater(place, id) {
  try {
    place.replaceChildren(linkTo((await get(`/links/${id}`)).data));
  } catch (problem) {
    if (problem.status === 404) place.replaceChildren(element('span', { class: 'bar off' }, `${id}, deleted`));
  }
}

const linkTo = (link) => element('a', { class: 'link', href: webAddress(link.short_url) }, ...linkName(link));

const month = 30 * 86_400_000;

/** Quotas that are nearly used up, keys that nobody uses and keys that end soon. */
function showWarnings(root, keys, quotas) {
  const lines = [...Object.entries(quotas).flatMap(([name, quota]) => quotaWarning(name, quota)), ...keys.flatMap(keyWarning)];
  if (lines.length === 0) return root.append(element('p', {}, 'Nothing.'));
  root.append(element('ul', { class: 'plain' }, ...lines.map((parts) => element('li', {}, ...parts))));
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
