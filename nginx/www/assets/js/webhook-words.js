// Webhooks in words: the events that they are told of, how they are doing, what became of a delivery.

import { newRepeat } from './api.js';
import { addressIn, agoElement, count, distance, element, milliseconds, timeElement, workspace, zone } from './page.js';

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
export function healthOf(webhook) {
  if (!webhook.enabled) return disabled(webhook);
  if (webhook.failing_since) {
    const times = webhook.failures === 1 ? 'One attempt has' : `${count(webhook.failures)} attempts have`;
    const length = distance(webhook.failing_since);
    return { word: length === 'now' ? 'failing' : `failing for ${length}`, kind: 'bad', detail: `${times} failed since the last success.` };
  }
  if (webhook.last_success_at) return { word: 'works', kind: 'good', detail: '' };
  return { word: 'not used yet', kind: 'soft', detail: '' };
}

function disabled({ disabled_reason: reason, disabled_at: at }) {
  const word = at ? `disabled ${distance(at) === 'now' ? 'just now' : `${distance(at)} ago`}` : 'disabled';
  return { word, kind: reason ? 'bad' : 'warn', detail: reason ?? 'By somebody of the workspace. Nothing is sent.' };
}

/** The state with its details, for a cell or a fact. */
export function healthElement(webhook) {
  const { word, kind, detail } = healthOf(webhook);
  const title = webhook.failing_since && webhook.enabled ? timeElement(webhook.failing_since).title : zone();
  return element('span', {}, element('span', { class: kind, title }, word), detail && element('span', { class: 'soft' }, ` ${detail}`));
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

/** Its screen; with the event, so that what was sent is asked for beside it. */
export const deliveryAddress = ({ id, webhook_id: webhook, event_id: event }) => (
  `${addressIn(workspace, `webhooks/${webhook}/deliveries/${id}`)}?${new URLSearchParams({ event })}`);

export const replayRequest = ({ id, webhook_id: webhook }) => (
  { method: 'POST', path: `/webhooks/${webhook}/deliveries/${id}/replay`, body: {}, repeat: newRepeat() });
