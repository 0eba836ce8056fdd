// A domain in words: whether it is the workspace's, and what is known of its DNS records.

import { element } from './page.js';

const states = {
  found: ['good', 'found'], missing: ['bad', 'not there yet'], wrong: ['bad', 'wrong'], unknown: ['warn', 'no answer'],
  unchecked: ['soft', 'not looked at yet'],
};

/** What was found of a record, as a word with a colour. */
export function recordState({ state }) {
  const [kind, word] = states[state] ?? ['soft', state];
  return element('strong', { class: kind }, word);
}

const isFound = ({ state }) => state === 'found';

/** Whether visitors come here; null where nobody has looked yet. */
const leadsHere = ({ records }) => {
  const address = records.find(({ type }) => type === 'CNAME');
  return !address || address.state === 'unchecked' ? null : isFound(address);
};

/** What a domain waits for, or that it waits for nothing: `{ kind, word, text }`. */
export function domainState(domain) {
  if (domain.status === 'pending') {
    return { kind: 'warn', word: 'pending', text: 'Nobody has proved yet that it is yours. Links can be on it after that.' };
  }
  const leads = leadsHere(domain);
  if (leads === false) return { kind: 'bad', word: 'leads elsewhere', text: 'It is yours, but its visitors do not come here.' };
  return { kind: 'good', word: 'verified', text: `It is yours: links can be on it.${leads ? ' Its visitors come here.' : ''}` };
}

/** What the screens say to a role that may not change domains. */
export const refusalOfDomains = ({ may, membership }) => (may('domains:write') ? null
  : `You are ${membership.role} in ${membership.name}. Admins and owners make and change domains.`);
