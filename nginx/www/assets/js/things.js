// Things by their ids: what they are called and where their screens are.

import { addressIn, element, linkName, workspace } from './page.js';

const kinds = {
  lnk: ['link', (id) => `links/${id}`], qr: ['QR code', (id) => `qr-codes/${id}`], page: ['page', (id) => `pages/${id}`],
  dom: ['domain', (id) => `domains/${id}`], wh: ['webhook', (id) => `webhooks/${id}`], key: ['API key', (id) => `settings/api-keys/${id}`],
  evt: ['event', (id) => `events/${id}`], usr: ['member', () => 'settings/members'], inv: ['invitation', () => 'settings/members'],
  ws: ['workspace', () => 'settings'],
};

const kindOf = (id) => kinds[id?.split('_')[0]];

/** The address of a thing's screen; null where it has none. */
export const addressOfThing = (id) => (kindOf(id) ? addressIn(workspace, kindOf(id)[1](id)) : null);

/** The whole id is too long for a cell: its end tells it from those of the same second. */
export const shortId = (id) => (/^[a-z]+_\w{26}$/.test(id) ? id.replace(/(_\w{4})\w+(\w{6})$/, '$1…$2') : id);

/** A link to a thing by its name, or by its kind and id; plain text where it has no screen. */
export function thingLink(id, name = null) {
  const address = addressOfThing(id);
  const content = name ? [].concat(name) : [kindOf(id) ? `${kindOf(id)[0]} ` : '', element('code', {}, id)];
  return element(address ? 'a' : 'span', { href: address, class: name ? 'link' : null, dir: typeof name === 'string' ? 'auto' : null },
    ...content);
}

/** Names of keys and members by id, of answers of their lists; null where an answer is missing. */
export function namesOf({ keys, members }) {
  const lines = [keys, members].flatMap((answer) => answer?.data.data ?? []);
  return new Map(lines.map(({ id, name, email }) => [id, name || email]));
}

/** What is asked for names: of those that the role may read. */
export const keysRequest = { path: '/api-keys', query: { limit: 100 }, optional: true };
export const membersRequest = { path: '/team/members', query: { limit: 100 }, optional: true };

/** A link to what an event is about. */
export function subjectOf({ type, data }) {
  const id = data.link_id ?? data.webhook_id ?? data.id;
  const isNamed = data.slug && data.domain;
  return thingLink(id, isNamed ? linkName(data, type === 'link.deleted' ? 'ended' : '') : data.name ?? null);
}
