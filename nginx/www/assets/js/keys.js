// API keys in words: scopes and their sets, and when a key ends.

import { distance, element, timeElement } from './page.js';

// What a key may do, in one sentence each, and the choices that stand for several.

export const scopes = [
  { name: 'links:read', text: 'Reads links, domains and QR codes.' },
  { name: 'links:write', text: 'Makes, changes and deletes links and QR codes.' },
  { name: 'analytics:read', text: 'Reads counts of clicks, of page views and of API requests.' },
  { name: 'pages:read', text: 'Reads bio pages, their drafts and images.' },
  { name: 'pages:write', text: 'Makes, changes, publishes and deletes bio pages and images.' },
  { name: 'webhooks:read', text: 'Reads webhooks, their deliveries and events.' },
  { name: 'webhooks:write', text: 'Makes, changes and deletes webhooks, and sends deliveries again.' },
  { name: 'team:read', text: 'Reads the workspace and who is in it.' },
  { name: 'keys:write', text: 'Makes, changes and revokes API keys, with at most its own scopes.', isExtra: true },
  { name: 'audit:read', text: 'Reads and exports the audit log.', isExtra: true },
  { name: 'domains:write', text: 'Adds, checks and removes domains.', isExtra: true },
  { name: 'members:write', text: 'Invites and removes members and changes their roles.', isExtra: true },
];

const publicNames = scopes.filter((scope) => !scope.isExtra).map((scope) => scope.name);

export const presets = [
  { name: 'all', title: 'All public scopes', scopes: publicNames },
  { name: 'read', title: 'Read only', scopes: publicNames.filter((name) => name.endsWith(':read')) },
  { name: 'links', title: 'Links only', scopes: ['links:read', 'links:write'] },
];

const same = (left, right) => left.length === right.length && left.every((name) => right.includes(name));

/** The preset that a set of scopes is, or `custom`. */
export const presetOf = (given) => presets.find((preset) => same(preset.scopes, given))?.name ?? 'custom';

/** "All public scopes", or the scopes by name. */
export const inWords = (given) => presets.find((preset) => same(preset.scopes, given))?.title ?? given.join(', ');

// When a key ends, in a word and the time.

export function keyState(key, now = Date.now()) {
  if (!key.expires_at) return { isEnded: false, node: element('span', { class: 'soft' }, 'no end') };
  const isEnded = new Date(key.expires_at) <= now;
  const time = timeElement(key.expires_at);
  const text = isEnded ? 'ended' : `in ${distance(key.expires_at)}`;
  const kind = isEnded ? 'bad' : key.rotated_at ? 'warn' : null;
  const words = element('span', { class: kind }, key.rotated_at && !isEnded ? `rotated, ends ${text}` : text);
  return { isEnded, node: element('span', {}, words, ' ', element('span', { class: 'soft' }, time)) };
}

/** What the screens of keys say to a role that has no place there. */
export const refusalOfKeys = ({ may, membership }) => (may('keys:write') ? null
  : `You are ${membership.role} in ${membership.name}. Owners and admins see and make API keys.`);
