// One link: what it is, what is done with it, and its clicks.

import { act, call, copyText, get } from './api.js';
import { Clicks, clicksOf } from './clicks.js';
import { actionsOf } from './link-actions.js';
import { nameOf, stateOf } from './link-row.js';
import {
  addressIn, button, count, element, find, fromTemplate, lastStep, leaveMessage, linkName, linkPlaces, part, say, shown, timeElement,
  webAddress, workspace, zone,
} from './page.js';
import { addKeys, screen } from './screen.js';

const request = { path: `/links/${lastStep}` };
const clicks = new Clicks(clicksOf(lastStep));
let context = null;
let root = null;
let titleOfLinks = '';

screen({
  title: 'Links', place: 'Links', show, requests: { link: { ...request, optional: true }, ...clicks.requests },
  curl: () => [request, clicks.request()],
});

async function show(given, { link, clicks: answer }) {
  context = given;
  titleOfLinks ||= document.title;
  root = fromTemplate('link');
  const shownLink = link?.data ?? await found();
  clicks.source.slug = shownLink.slug;
  draw(shownLink);
  context.body.append(root);
  addOwnKeys();
  if (context.may('analytics:read')) clicks.show(context, answer);
}

/** The link; one that was deleted is in the bin only. */
async function found() {
  try {
    return (await get(request.path)).data;
  } catch (problem) {
    const deleted = problem.status === 404 && await inBin();
    if (deleted) return deleted;
    throw problem;
  }
}

async function inBin() {
  for (let after = null; ;) {
    const { data } = await call({ path: '/links', query: { state: 'deleted', limit: 100, starting_after: after } });
    const link = data.data.find(({ id }) => id === lastStep);
    if (link || !data.has_more) return link;
    after = data.next_cursor;
  }
}

function draw(link) {
  const kind = { deleted: 'ended', expired: 'ended', disabled: 'off', scheduled: 'off' }[stateOf(link)];
  document.title = `${nameOf(link)} · ${titleOfLinks}`;
  find('h1').replaceChildren(element('span', { class: 'link' }, ...linkName(link, kind)));
  part(root, 'places').replaceChildren(...(link.deleted_at ? [] : [linkPlaces(link, 'Numbers')]));
  part(root, 'actions').replaceChildren(...buttonsOf(link));
  part(root, 'facts').replaceChildren(...factsOf(link).flatMap(([name, ...values]) => [
    element('dt', {}, name), element('dd', {}, ...values),
  ]));
}

// What is done with it.

/** What link-actions.js needs: here the list is this one link. */
const list = {
  get place() { return root; },
  replace: draw,
  refresh: draw,
  /** It went to the bin, came back, or is gone. */
  async remove(link) {
    if (!link.deleted_at) return draw({ ...link, deleted_at: new Date().toISOString() });
    try {
      draw((await get(request.path)).data);
    } catch {
      leaveMessage(`Deleted for good: ${nameOf(link)}.`);
      location.assign(addressIn(workspace, 'links'));
    }
  },
};

const keyOf = { Disable: 'd', Enable: 'd', Delete: '#', 'Delete for good': '#' };

function buttonsOf(link) {
  const isOwn = context.may('links:write');
  // Its change is a place of its own.
  const shared = actionsOf(link, list, isOwn).filter((node) => node.localName === 'button');
  for (const node of shared) {
    const key = keyOf[node.textContent];
    node.classList.remove('quiet');
    if (key) node.append(element('kbd', { 'aria-hidden': 'true' }, key));
    if (key) node.setAttribute('aria-keyshortcuts', key);
  }
  if (link.deleted_at) return shared;
  const copy = button('Copy', () => copyText(link.short_url, link.short_url, find('h1 .link')), { key: 'l' });
  const archive = button(link.archived ? 'Take out of the archive' : 'Archive', () => keep(link));
  return [copy, ...shared.slice(0, -1), ...(isOwn ? [archive] : []), ...shared.slice(-1)];
}

async function keep(link) {
  const answer = await act({ ...request, method: 'PATCH', body: { archived: !link.archived } }, root);
  if (!answer) return;
  draw(answer.data);
  say(link.archived ? `Out of the archive: ${nameOf(link)}.` : `Archived: ${nameOf(link)}. It still leads.`);
}

function addOwnKeys() {
  const press = (key) => () => find(`[aria-keyshortcuts="${key}"]`, root)?.click();
  const own = [['l', 'Copy the short link'], ['r', 'QR code'], ['e', 'Edit the link'], ['d', 'Disable or enable the link'],
    ['#', 'Delete the link']];
  const shown = context.may('links:write') ? own : own.slice(0, 2);
  addKeys(...shown.map(([keys, name]) => ({ keys, name, go: press(keys) })));
}

// What it is. A line for what it has.

const at = (time) => [timeElement(time), ` ${zone()}`];

function factsOf(link) {
  const address = (url) => element('a', { href: webAddress(url), rel: 'noopener', dir: 'auto' }, url);
  const campaign = ['source', 'medium', 'campaign', 'term', 'content'].filter((name) => link[`utm_${name}`]);
  return [
    ['Destination', address(link.url)], ['State', stateOf(link), ...detailsOf(link)],
    link.title && ['Title', element('span', { dir: 'auto' }, link.title)],
    link.tags.length > 0 && ['Tags', element('div', { class: 'tags' }, ...link.tags.map(tag))],
    link.notes && ['Notes', element('span', { class: 'notes', dir: 'auto' }, link.notes)],
    link.starts_at && ['Starts', ...at(link.starts_at)], link.expires_at && ['Ends', ...at(link.expires_at)],
    link.expired_url && ['After its end', address(link.expired_url)],
    link.max_clicks !== null && ['Most clicks', count(link.max_clicks)],
    link.password_protected && ['Password', 'It asks for one.'],
    campaign.length > 0 && ['Campaign', campaign.map((name) => `utm_${name} ${link[`utm_${name}`]}`).join(', ')],
    ['Clicks ever', `${count(link.clicks)}, ${count(link.human_clicks)} of them by humans`,
      ...(link.last_clicked_at ? [', the last ', ...at(link.last_clicked_at)] : [])],
    ['Made', ...at(link.created_at)], link.updated_at !== link.created_at && ['Changed', ...at(link.updated_at)],
  ].filter(Boolean);
}

const detailsOf = (link) => (link.deleted_at ? [', since ', shown(link.deleted_at), ` ${zone()}. It can be restored for 30 days.`] : []);

function tag(text) {
  const query = new URLSearchParams({ q: /\s/.test(text) ? `tag:"${text}"` : `tag:${text}` });
  return element('a', { class: 'tag', href: `${addressIn(workspace, 'links')}?${query}`, dir: 'auto' }, text);
}
