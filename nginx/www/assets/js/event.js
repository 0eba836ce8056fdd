// One event: what it is about, and its payload as receivers get it.

import { addressIn, count, element, fill, find, fromTemplate, lastStep, part, shownExactly, workspace, zone } from './page.js';
import { payload, sentBody } from './payload.js';
import { screen } from './screen.js';
import { subjectOf } from './things.js';
import { textOf } from './webhook-words.js';

const request = { path: `/events/${lastStep}`, as: 'text' };

screen({ title: 'Event', place: 'Events', show, requests: { event: request } });

function show({ body }, { event: { data: text } }) {
  const event = JSON.parse(text);
  const root = fromTemplate('event');
  body.append(root);
  find('h1').textContent = event.type;
  document.title = `${event.type} · ${document.title}`;
  fill(root, {
    text: textOf(event.type), id: event.id, sequence: event.sequence === null ? 'not yet numbered' : count(event.sequence),
    at: `${shownExactly(event.timestamp)} ${zone()}`,
  });
  part(root, 'about').append(subjectOf(event));
  part(root, 'deliveries').append(...deliveries(event));
  const sent = sentBody(text);
  part(root, 'payload').append(payload(text, 'The event'));
  if (!sent.isWhole) {
    part(root, 'payload').append(element('h3', {}, 'What receivers get'),
      element('p', { class: 'help' }, 'The event is longer than 20,000 bytes: they get its ids, and read the rest from the API.'),
      payload(sent.text, 'What receivers get'));
  }
}

/** The API lists deliveries by webhook, and not by event. */
function deliveries({ type, timestamp, data }) {
  if (type !== 'webhook.test') return ['Each ', element('a', { href: addressIn(workspace, 'webhooks') }, 'webhook'), ' lists its own.'];
  const query = new URLSearchParams({ event_type: type, created_after: new Date(Date.parse(timestamp) - 1000).toISOString() });
  return [element('a', { href: `${addressIn(workspace, `webhooks/${data.webhook_id}`)}?${query}` }, 'Those of this test')];
}
