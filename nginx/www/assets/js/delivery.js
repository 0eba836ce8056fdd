// One delivery: its attempts with what was answered, and every byte that was sent.

import { act, call } from './api.js';
import {
  addressIn, button, count, element, fill, find, fromTemplate, here, lastStep, part, read, say, shownExactly, workspace, zone,
} from './page.js';
import { headersOf, payload, sentBody } from './payload.js';
import { addKeys, screen } from './screen.js';
import { thingLink } from './things.js';
import { deliveryAddress, outcomeOf, replayRequest, statusElement } from './webhook-words.js';

const webhook = location.pathname.split('/').at(-3);
const request = { path: `/webhooks/${webhook}/deliveries/${lastStep}` };
/** With the event in the address, what was sent is asked for beside the delivery. */
const event = new URLSearchParams(location.search).get('event');
const eventRequest = (id) => ({ path: `/events/${id}`, as: 'text' });

screen({
  title: 'Delivery', place: 'Webhooks', show, curl: () => [request],
  requests: { delivery: request, ...(event && { event: { ...eventRequest(event), optional: true } }) },
});

async function show({ body, may }, answers) {
  const { data } = answers.delivery;
  const root = fromTemplate('delivery');
  const time = (at, otherwise) => (at ? `${shownExactly(at)} ${zone()}` : otherwise);
  body.append(root);
  find('h1').textContent = data.event_type;
  document.title = `${data.event_type} · ${document.title}`;
  find('.crumb a:last-of-type').href = addressIn(workspace, `webhooks/${webhook}`);
  fill(root, {
    id: data.id, created: time(data.created_at), finished: time(data.finished_at, 'not yet'),
    next: time(data.next_attempt_at, 'none: it is finished'), trigger: data.trigger === 'manual' ? 'again, by somebody of the workspace' : 'by itself, when the event happened',
  });
  part(root, 'status').append(statusElement(data));
  part(root, 'event').append(thingLink(data.event_id));
  showAttempts(part(root, 'attempts'), data.attempts);
  offerNeighbours();
  if (may('webhooks:write')) offerReplay(root, data);
  const isAsked = event === data.event_id;
  showSent(part(root, 'sent'), data, isAsked ? answers.event : await call(eventRequest(data.event_id)).catch(() => null));
}

function showAttempts(root, attempts) {
  if (attempts.length === 0) return root.replaceWith(element('p', {}, 'None yet.'));
  find('tbody', root).append(...attempts.map(attemptRow));
}

function attemptRow(attempt) {
  const node = fromTemplate('attempt', {
    number: attempt.number, at: shownExactly(attempt.started_at), address: attempt.address ?? 'no connection',
    version: attempt.http_version ? `HTTP/${attempt.http_version}` : '', outcome: outcomeOf(attempt),
  });
  const isGood = attempt.status >= 200 && attempt.status < 300;
  find('[data-text=outcome]', node).className = isGood ? 'good' : 'bad';
  const { body } = attempt;
  part(node, 'answer').append(body
    ? element('details', {}, element('summary', {}, `Answer, ${count(body.length)} characters`),
      element('pre', { class: 'sample exact', tabindex: 0, 'aria-label': `Answer to attempt ${attempt.number}` }, body))
    : element('span', { class: 'soft' }, attempt.status ? 'empty answer' : 'no answer'));
  return node;
}

function showSent(root, { event_id: id, attempts }, answer) {
  if (!answer) return root.append(element('p', {}, 'What was sent cannot be shown: the event is gone. Events are kept for 30 days.'));
  const { text, isWhole } = sentBody(answer.data);
  const last = attempts.at(-1);
  const headers = headersOf(id, text, last?.started_at);
  root.append(
    element('h3', {}, last ? `Headers of attempt ${last.number}` : 'Headers'),
    element('pre', { class: 'sample', tabindex: 0, 'aria-label': 'Headers' }, headers),
    element('h3', {}, 'Body'),
    isWhole ? '' : element('p', { class: 'help' }, 'The event is longer than 20,000 bytes, so only its ids were sent: ', thingLink(id)),
    payload(text, 'The body'));
}

function offerReplay(root, data) {
  const replay = async () => {
    const answer = await act(replayRequest(data), part(root, 'top'));
    if (!answer) return;
    say('Sent again, as a delivery of its own. ');
    find('#status').append(element('a', { href: deliveryAddress(answer.data) }, 'See what comes of it'));
  };
  find('#actions').prepend(button('Replay', replay, { key: 'r' }));
  addKeys({ keys: 'r', name: 'Send the event again', go: replay });
}

/** The deliveries before and after in the list that the user came from. */
function offerNeighbours() {
  const list = read('deliveries', sessionStorage) ?? [];
  const at = list.indexOf(here());
  if (at < 0) return;
  const link = (address, name, key) => {
    const made = element('a', { class: 'button', href: address, 'aria-keyshortcuts': key },
      name, element('kbd', { 'aria-hidden': 'true' }, key));
    addKeys({ keys: key, name: `${name} delivery of the list`, go: () => made.click() });
    return made;
  };
  find('#actions').prepend(...[
    at > 0 && link(list[at - 1], 'Previous', 'k'), at + 1 < list.length && link(list[at + 1], 'Next', 'j'),
  ].filter(Boolean));
}
