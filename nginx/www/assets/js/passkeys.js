// The passkeys of a user: add, name, remove.

import { act, confirmed, openDialog } from './api.js';
import { connect, field } from './form.js';
import { button, element, find, fromTemplate, part, say, timeElement } from './page.js';
import { arePasskeysKnown, deviceName, isOfBrowser, makePasskey, passkeyRefusal } from './passkey.js';
import { reload } from './screen.js';

const path = '/account/passkeys';
const request = (method, step, body) => ({ method, path: path + step, body, area: 'account' });

export function showPasskeys(root, context, passkeys) {
  const place = part(root, 'passkeys');
  const add = part(root, 'add-passkey');
  if (passkeys.length > 0) {
    const table = fromTemplate('passkeys');
    find('tbody', table).append(...passkeys.map((passkey) => row(passkey, context, place)));
    place.append(table);
  }
  add.hidden = !arePasskeysKnown();
  part(root, 'no-passkeys').hidden = arePasskeysKnown();
  add.addEventListener('click', () => addPasskey(context, place));
}

function row(passkey, context, place) {
  const node = fromTemplate('passkey', { name: passkey.name, host: `${passkey.host}${passkey.backed_up ? ', synced' : ''}` });
  node.dataset.row = passkey.id;
  part(node, 'made').append(timeElement(passkey.created_at));
  part(node, 'used').append(passkey.last_used_at ? timeElement(passkey.last_used_at, { short: true }) : 'never');
  part(node, 'actions').append(
    button('Rename', () => rename(passkey, context), { label: `Rename the passkey ${passkey.name}` }),
    button('Remove', () => removePasskey(passkey, context, place), {
      kind: 'danger', label: `Remove the passkey ${passkey.name}`,
    }));
  return node;
}

async function addPasskey(context, place) {
  const challenge = await act(request('POST', '/challenge', {}), place);
  if (!challenge) return;
  try {
    const passkey = await makePasskey(challenge.data);
    const name = await askName('Name of the passkey', deviceName());
    const answer = await act(request('POST', '', { name: name ?? deviceName(), ...passkey }), place);
    if (answer) await shownAgain(context, `Added: ${answer.data.name}.`);
  } catch (error) {
    if (!isOfBrowser(error)) throw error;
    say(passkeyRefusal(error));
  }
}

async function rename(passkey, context) {
  const toRequest = (name) => request('PATCH', `/${passkey.id}`, { name });
  const name = await askName(`Rename “${passkey.name}”`, passkey.name, toRequest);
  if (name) await shownAgain(context, `Renamed: ${name}.`);
}

/** Asks for a name; with `toRequest` it is saved before the dialog closes. */
function askName(title, value, toRequest = null) {
  return openDialog(title, (close) => {
    const form = element('form', {},
      field('passkey-name', 'Name', { name: 'name', required: true, maxlength: 255, value }, 'So that you know which one it is.'),
      element('p', { class: 'actions' }, element('button', { type: 'submit', class: 'main' }, 'Save'),
        toRequest && button('Cancel', close)));
    const given = () => form.elements.name.value.trim();
    if (toRequest) connect(form, { request: () => toRequest(given()), done: () => close(given()) });
    else form.addEventListener('submit', (event) => {
      event.preventDefault();
      close(given() || value);
    });
    return [form];
  });
}

async function removePasskey(passkey, context, place) {
  const text = ['It signs nobody in any more, and your other sessions end.', 'The device may still offer it: remove it there.'];
  if (!await confirmed(`Remove “${passkey.name}”`, text, 'Remove')) return;
  if (await act(request('DELETE', `/${passkey.id}`), place)) await shownAgain(context, `Removed: ${passkey.name}.`);
}

async function shownAgain(context, text) {
  await reload(context);
  say(text);
}
