// One key: what it may, its change, its rotation, its end.

import { act, confirmed } from './api.js';
import { connect, Draft, Edited } from './form.js';
import { checkKey, drawScopes, keyValues, readKey, showKey, showPreset } from './key-form.js';
import { showOnce } from './key-panel.js';
import { keyState, refusalOfKeys } from './keys.js';
import { addressIn, fill, find, fromTemplate, lastStep, leaveMessage, part, say, shown, workspace, zone } from './page.js';
import { showRotation } from './rotation.js';
import { addKeys, screen } from './screen.js';

const request = { path: `/api-keys/${lastStep}` };
const address = (id) => addressIn(workspace, `settings/api-keys/${id}`);
const labels = {
  name: 'Name', scopes: 'Scopes', expires_at: 'End', allowed_addresses: 'Addresses', requests_per_minute: 'Requests a minute',
};
let edited = null;
let titleOfKeys = '';

screen({
  title: 'API keys', place: 'API keys', show, requests: { key: request }, curl: () => [edited?.patch() ?? request],
  allowed: refusalOfKeys,
});

function show(context, { key }) {
  const root = fromTemplate('key');
  context.body.append(root);
  titleOfKeys = document.title;
  connectEditing(root, key, context);
  showFacts(root, key.data);
  const shownOnce = (made) => showOnce(context.body, made, context.session.app, () => location.assign(address(made.id)));
  showRotation(root, edited, { address, shownOnce });
  part(root, 'revoke').addEventListener('click', () => revoke(root));
  addKeys({ keys: 'e', name: 'Edit this key', go: () => find('#name', root).focus() });
}

function showFacts(root, key) {
  document.title = `${key.name} · ${titleOfKeys}`;
  find('h1').textContent = key.name;
  fill(root, {
    hint: key.hint, id: key.id, created: `${shown(key.created_at)} ${zone()}`,
    used: key.last_used_at ? `${shown(key.last_used_at)} ${zone()}, from ${key.last_used_from ?? 'an unknown address'}` : 'never',
  });
  const state = keyState(key);
  find('.bar', root).classList.toggle('ended', state.isEnded);
  part(root, 'end').replaceChildren(state.node);
}

function connectEditing(root, key, { membership }) {
  const form = find('#edit', root);
  drawScopes(form, membership.scopes);
  edited = new Edited(key, {
    request, labels, valuesOf: keyValues, read: () => readKey(form), show: (values) => showKey(form, values),
  });
  connect(form, {
    edited, request: () => edited.patch(), check: () => checkKey(form), draft: new Draft(() => showPreset(form)),
    done: (answer) => {
      edited.take(answer);
      showFacts(root, answer.data);
      say('Saved.');
    },
  });
}

async function revoke(root) {
  const { name } = edited.data;
  const text = ['Requests with it are refused at once.', 'This cannot be undone. To change the key without a gap, rotate it.'];
  if (!await confirmed(`Revoke “${name}”`, text, 'Revoke')) return;
  if (!await act({ ...request, method: 'DELETE', etag: edited.etag }, part(root, 'danger'))) return;
  leaveMessage(`Revoked: ${name}.`);
  location.assign(addressIn(workspace, 'settings/api-keys'));
}
