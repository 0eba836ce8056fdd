// The user: name, zone, scheme, density, keys; and the way out.

import { changes, connect, Draft, setValues, valuesOf } from './form.js';
import { browserZone, element, find, fromTemplate, keepUser, part, say, zone } from './page.js';
import { screen, signOut } from './screen.js';
import { zones } from './zones.js';

const read = { path: '/session', area: 'account' };
let patch = () => null;

screen({ title: 'Account', place: 'Account', show, curl: () => [patch() ?? read] });

function show(context) {
  const root = fromTemplate('account', { email: context.user.email });
  const form = find('form', root);
  context.body.append(root);
  find('#timezone', root).append(...zones(context.user.timezone).map((name) => element('option', { value: name }, name)));
  find('#timezone option', root).textContent = `The browser's, ${browserZone}`;
  setValues(form, context.user);
  patch = () => request(form, context.user);
  connect(form, { request: patch, draft: new Draft(), done: (answer) => saved(context, answer.data) });
  part(root, 'sign-out').addEventListener('click', () => signOut(root));
}

function request(form, user) {
  const { name, timezone, ...rest } = valuesOf(form);
  const body = changes(user, { name: name.trim(), timezone: timezone || null, ...rest });
  return body && { method: 'PATCH', path: '/account', body, area: 'account' };
}

function saved(context, user) {
  context.user = { ...context.user, ...user };
  keepUser(context.user);
  say(`Saved. Times are shown in ${zone()}.`);
}
