// The events of a workspace, newest first: their sequence, and what each of them is about.

import { curlOf } from './api.js';
import { CursorList, fillChoices, Filters, filtersIn } from './lists.js';
import { addressIn, agoElement, count, element, find, fromTemplate, part, say, workspace, zone } from './page.js';
import { screen } from './screen.js';
import { subjectOf } from './things.js';
import { textOf, typeChoices } from './webhook-words.js';

const request = (after = null) => ({ path: '/events', query: { ...filtersIn(['type']), limit: 50, starting_after: after } });
const firstLink = { method: 'POST', path: '/links', body: { url: 'https://example.com/long-url' } };

screen({
  title: 'Events', place: 'Events', show, curl: () => [request()], requests: { events: { ...request(), optional: true } },
});

function show({ body, session }, { events }) {
  const root = fromTemplate('events');
  const form = find('form', root);
  body.append(root);
  fillChoices(form.elements.type, 'All events', typeChoices);
  const filters = new Filters(form, () => {
    say('');
    return list.ask();
  });
  const list = new CursorList({
    place: part(root, 'list'), noun: 'event', nouns: 'events', refuge: form.elements.type, request, row,
    table: () => fromTemplate('table'), under: `Kept for 30 days. Times are in ${zone()}.`,
    empty: () => (filters.isOn ? filters.nothing('No event of this type in 30 days.')
      : fromTemplate('empty', { sample: curlOf(firstLink, session.app) })),
  });
  if (events) list.take(events.data);
  else list.ask();
}

function row(event) {
  const node = fromTemplate('row', { sequence: event.sequence === null ? 'soon' : count(event.sequence), text: textOf(event.type) });
  const name = find('.name', node);
  name.href = addressIn(workspace, `events/${event.id}`);
  name.textContent = event.type;
  part(node, 'about').append(subjectOf(event));
  part(node, 'created').append(agoElement(event.timestamp));
  part(node, 'sequence').prepend(element('span', { class: 'narrow' }, 'no. '));
  return node;
}
