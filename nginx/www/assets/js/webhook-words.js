// Webhooks in words: the events that they are told of, how they are doing, what became of a delivery.

import { newRepeat } from './api.js';
import { addressIn, agoElement, count, distance, element, milliseconds, shownWithZone, workspace } from './page.js';

// What webhooks are told of: families of events, and the types in each.

/** In the order of the API. */
export const families = [
  { name: 'link', title: 'Links', types: [
    ['link.created', 'A link was made.'], ['link.updated', 'A link was changed; with what it was before.'],
    ['link.deleted', 'A link was deleted.'],
  ] },
  { name: 'click', title: 'Clicks', types: [['click.recorded', 'Somebody followed a link: one event for each click.']] },
  { name: 'page', title: 'Pages', types: [['page.published', 'A page was published.']] },
  { name: 'subscription', title: 'The workspace', types: [['subscription.updated', 'The workspace has another plan.']] },
];

const test = ['webhook.test', 'A test that somebody asked for.'];

/** For a select: each type by its own name. */
export const typeChoices = [...families.flatMap(({ types }) => types), test].map(([name]) => [name, name]);

const texts = new Map([...families.flatMap(({ types }) => types), test]);

/** One sentence; nothing for a type that this release does not know. */
export const textOf = (type) => texts.get(type) ?? '';

/** "All events", or the patterns: link.*, click.recorded. */
export const patternsInWords = (patterns) => (patterns.includes('*') ? 'All events' : patterns.join(', '));

// How an endpoint is doing.

/** `{ word, kind, detail }`: the state, how it looks, and what there is to say of it. */
function healthOf(webhook) {
  const { enabled, disabled_reason: reason, disabled_at: at, failing_since: since, failures } = webhook;
  if (!enabled) return { word: 'disabled', kind: reason ? 'bad' : 'warn', detail: disabling(at, reason) };
  const times = failures === 1 ? 'once' : `${count(failures)} times`;
  if (since) return { word: 'failing', kind: 'bad', detail: `${times} since ${shownWithZone(since)}.` };
  return webhook.last_success_at ? { word: 'works', kind: 'good', detail: '' } : { word: 'not used yet', kind: 'soft', detail: '' };
}

const disabling = (at, reason) => `${at ? `since ${shownWithZone(at)}. ` : ''}${reason ?? 'By somebody of the workspace.'}`;

/** The state with its details, for a cell or a fact. */
export function healthElement(webhook) {
  const { word, kind, detail } = healthOf(webhook);
  return element('span', {}, element('span', { class: kind }, word), detail && element('span', { class: 'soft' }, ` ${detail}`));
}

export const lastSuccess = ({ last_success_at: at }) => (at ? agoElement(at) : 'never');

// What became of a delivery.

const kinds = { succeeded: 'good', failed: 'bad', discarded: 'warn', waiting: 'soft' };

/** For a select: each state by its own name. */
export const statusChoices = Object.keys(kinds).map((status) => [status, status]);

export function statusElement({ status, trigger, next_attempt_at: next }) {
  const left = next && distance(next);
  const detail = left ? `next attempt ${left === 'now' ? 'at once' : `in ${left}`}` : trigger === 'manual' ? 'sent again' : null;
  return element('span', {}, element('span', { class: kinds[status] }, status), detail && element('span', { class: 'soft' }, ` ${detail}`));
}

/** 500 in 4 ms; timeout after 15,000 ms. The API tells whole milliseconds. */
export function outcomeOf({ status, error, duration_ms: duration }) {
  const length = duration < 1 ? 'less than 1 ms' : milliseconds(duration);
  return status ? `${status} in ${length}` : `${error ?? 'no answer'} after ${length}`;
}

/** Why there was no answer, by the API's names. */
const failures = {
  invalid_url: 'The address is none that can be sent to.', blocked_address: 'This server sends nothing to that address.',
  unresolved_host: 'The name of the host leads nowhere.', refused: 'Nothing answers at this address.',
  timeout: 'It did not answer in time.', tls: 'Its certificate is not valid, or TLS failed.',
  reset: 'The connection ended before the answer.', too_long_header: 'The head of its answer was too long.',
  protocol: 'What it answered is no HTTP.', local_fault: 'This server could not send it.',
};

/** What went wrong with an attempt that did not arrive. */
export const reasonOf = ({ status, error }) => (status ? `It answered ${status}; 200 to 299 would be a success.`
  : failures[error] ?? 'There was no answer.');

/** Its screen; with the event, so that what was sent is asked for beside it. */
export const deliveryAddress = ({ id, webhook_id: webhook, event_id: event }) => (
  `${addressIn(workspace, `webhooks/${webhook}/deliveries/${id}`)}?${new URLSearchParams({ event })}`);

export const replayRequest = ({ id, webhook_id: webhook }) => (
  { method: 'POST', path: `/webhooks/${webhook}/deliveries/${id}/replay`, body: {}, repeat: newRepeat() });
