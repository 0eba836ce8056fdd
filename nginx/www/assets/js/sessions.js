// Where the user is signed in, and how to end it.

import { act, confirmed } from './api.js';
import { button, element, find, fromTemplate, part, say, timeElement, zone } from './page.js';
import { reload, screen } from './screen.js';

const request = { path: '/account/sessions', area: 'account' };
const methods = { password: 'by password', passkey: 'by passkey', link: 'by link' };

screen({ title: 'Sessions', place: 'Sessions', requests: { sessions: request }, show });

function show(context, { sessions }) {
  const root = fromTemplate('list', { zone: zone() });
  const all = sessions.data.data;
  context.body.append(root);
  find('tbody', root).append(...all.map((session) => row(session, context, root)));
  const others = all.filter((session) => !session.current).length;
  if (others > 0) part(root, 'all').append(button('End all others', () => endOthers(context, root, others), { kind: 'danger' }));
}

function row(session, context, root) {
  const browser = [session.browser, session.system].filter(Boolean).join(' on ') || 'Unknown browser';
  const node = fromTemplate('row', {
    browser, address: session.address, country: session.country, method: methods[session.method] ?? session.method,
    kind: session.current ? 'this session' : session.kept ? 'kept' : 'until the browser closes',
  });
  node.dataset.row = session.id;
  part(node, 'created').append(timeElement(session.created_at));
  part(node, 'seen').append(timeElement(session.last_seen_at, { short: true }));
  part(node, 'ends').append(timeElement(session.ends_at));
  if (session.current) part(node, 'end').append(element('span', { class: 'soft' }, 'End it by signing out.'));
  else part(node, 'end').append(button('End', () => end(session, context, root), { label: `End the session of ${browser}` }));
  return node;
}

async function end(session, context, root) {
  if (!await act({ ...request, method: 'DELETE', path: `${request.path}/${session.id}` }, root)) return;
  await reload(context);
  say('The session has ended.');
}

async function endOthers(context, root, others) {
  const text = others === 1 ? 'One other session ends.' : `${others} other sessions end.`;
  if (!await confirmed('End all other sessions', `${text} Whoever used it has to sign in again.`, 'End them')) return;
  const answer = await act({ ...request, method: 'DELETE' }, root);
  if (!answer) return;
  await reload(context);
  say(`Ended: ${answer.data.ended}.`);
}
