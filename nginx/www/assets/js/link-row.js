// A link as a row of the list: what it is and what becomes of its visitors, in words.

import {
  addressIn, agoElement, count, distance, element, find, fromTemplate, linkName, part, timeElement, workspace,
} from './page.js';

/** What becomes of a link's visitors now, as the API's `state` has it. */
export function stateOf(link, now = Date.now()) {
  if (link.deleted_at) return 'deleted';
  if (link.archived) return 'archived';
  if (link.disabled) return 'disabled';
  if (link.expires_at && Date.parse(link.expires_at) <= now) return 'expired';
  if (link.starts_at && Date.parse(link.starts_at) > now) return 'scheduled';
  return 'active';
}

const kinds = { deleted: 'ended', expired: 'ended', disabled: 'off', scheduled: 'off' };

/** How the bar of its name looks. */
export const barOf = (link) => kinds[stateOf(link)] ?? '';

/** The name as people write it down: go.example.com/menu */
export const nameOf = ({ domain, slug }) => `${domain}/${slug}`;

/** The address of a link's own screen, or of one below it. */
export const linkAddress = (link, step = '') => addressIn(workspace, `links/${link.id}${step}`);
export const editAddress = (link) => linkAddress(link, '/edit');

/** Options: `tagAddress(tag)`; `isPicked`, it is one of the selection; `copy` and `actions`, buttons. */
export function linkRow(link, { tagAddress, isPicked, copy, actions }) {
  const node = fromTemplate('row', { title: link.title, url: link.url, clicks: count(link.clicks) });
  const state = stateOf(link);
  const name = find('.link', node);
  const pick = find('input', node);
  pick.ariaLabel = `Select ${nameOf(link)}`;
  pick.checked = isPicked;
  name.append(...linkName(link, barOf(link)));
  // One that was deleted leads nowhere.
  if (state !== 'deleted') name.href = linkAddress(link);
  name.after(...copy);
  find('.to', node).title = link.url;
  if (!link.title) find('.title', node).remove();
  const noun = element('span', { class: 'narrow' }, link.clicks === 1 ? ' click' : ' clicks');
  part(node, 'clicks').append(noun, element('span', { class: 'day' }));
  const tags = link.tags.map((tag) => element('a', { class: 'tag', href: tagAddress(tag), title: tag, dir: 'auto' }, tag));
  if (tags.length > 0) part(node, 'tags').append(element('div', { class: 'tags' }, ...tags));
  part(node, 'created').append(element('span', { class: 'narrow' }, 'made '), agoElement(link.created_at));
  part(node, 'state').append(state, detail(link, state) ?? '');
  part(node, 'actions').append(...actions);
  return node;
}

function detail(link, state) {
  const when = {
    deleted: () => agoElement(link.deleted_at), expired: () => agoElement(link.expires_at), scheduled: () => until('in', link.starts_at),
    active: () => link.expires_at && until('ends in', link.expires_at),
  }[state]?.();
  return when ? element('span', { class: 'soft' }, when) : null;
}

function until(words, at) {
  const node = timeElement(at);
  const left = distance(at);
  node.textContent = left === 'now' ? `${words} a minute` : `${words} ${left}`;
  return node;
}
