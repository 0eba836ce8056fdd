// What was sent to an endpoint: the list with its filters, and sending again.

import { act, get } from './api.js';
import { CursorList, fillChoices, Filters, filtersIn } from './lists.js';
import { agoElement, button, count, element, find, fromTemplate, part, say, write, zone } from './page.js';
import { deliveryAddress, outcomeOf, reasonOf, replayRequest, statusChoices, statusElement, typeChoices } from './webhook-words.js';

const names = ['status', 'event_type', 'created_after', 'created_before'];

/** A part of the list that the address asks for. */
export const deliveriesRequest = (webhook, after = null) => ({
  path: `/webhooks/${webhook}/deliveries`, query: { ...filtersIn(names), limit: 50, starting_after: after },
});

/** Whether the address asks for all. */
export const isWhole = () => Object.values(filtersIn(names)).every((value) => value === null);

/** Draws the list into `root`; `isOwn`: the user may send again. */
export function showDeliveries(root, webhook, isOwn) {
  const form = find('form', root);
  fillChoices(form.elements.status, 'All states', statusChoices);
  fillChoices(form.elements.event_type, 'All events', typeChoices);
  const filters = new Filters(form, () => {
    say('');
    return list.ask();
  });
  const empty = () => (filters.isOn ? filters.nothing('No delivery matches.') : fromTemplate('nothing-sent'));
  const list = new CursorList({
    place: part(root, 'list'), noun: 'delivery', nouns: 'deliveries', refuge: form.elements.status, empty,
    request: (after) => deliveriesRequest(webhook, after), table: () => fromTemplate('deliveries-table'),
    row: (delivery) => row(delivery, isOwn && (() => replay(delivery, list))), under: `Kept for 30 days. Times are in ${zone()}.`,
  });
  // The screen of one of them has the way to its neighbours.
  list.place.addEventListener('click', () => write('deliveries', list.items.map(deliveryAddress), sessionStorage));
  return list;
}

function row(delivery, again) {
  const node = fromTemplate('delivery', { event: delivery.event_id });
  const name = find('.name', node);
  name.href = deliveryAddress(delivery);
  name.textContent = delivery.event_type;
  part(node, 'status').append(statusElement(delivery));
  part(node, 'attempts').append(...attemptsInWords(delivery));
  part(node, 'created').append(agoElement(delivery.created_at));
  if (again) {
    part(node, 'actions').append(button('Replay', again, { kind: 'quiet', label: `Replay ${delivery.event_type} ${delivery.event_id}` }));
  }
  return node;
}

function attemptsInWords({ attempts }) {
  if (attempts.length === 0) return ['none yet'];
  return [`${count(attempts.length)} `, element('span', { class: 'soft' }, outcomeOf(attempts.at(-1)))];
}

// Sending again, and what comes of it.

function tellOutcome(attempt, what) {
  const isGood = attempt.status >= 200 && attempt.status < 300;
  const text = isGood ? `It arrived: ${outcomeOf(attempt)}.` : `It did not arrive. ${reasonOf(attempt)} (${outcomeOf(attempt)})`;
  say(`${what}. `);
  find('#status').append(element('strong', { class: isGood ? 'good' : 'bad' }, text));
}

async function replay(delivery, list) {
  const answer = await act(replayRequest(delivery), list.place);
  if (!answer) return;
  await list.refresh(answer.data);
  const ended = await follow(answer.data, 'Sent again');
  if (ended && list.rowOf(ended)) list.replace(ended);
}

const pause = 500;
const looks = 20;

/** Looks for some seconds what comes of the newest delivery of an event to a webhook, tells it, and gives it; null where nothing did. */
export async function follow({ webhook_id: webhook, event_id: event, event_type: type }, what) {
  say(`${what}. Waiting for the answer…`);
  for (let left = looks; left > 0; left -= 1) {
    await new Promise((resolve) => setTimeout(resolve, pause));
    const answer = await get(`/webhooks/${webhook}/deliveries`, { event_type: type, limit: 25 }).catch(() => null);
    const found = answer?.data.data.find((delivery) => delivery.event_id === event);
    if (!found?.attempts.length) continue;
    tellOutcome(found.attempts.at(-1), what);
    return found;
  }
  say(`${what}. There is no answer yet; the deliveries below tell.`);
  return null;
}
