// A new key: name, scopes, bounds; then the key, once.

import { connect, Draft } from './form.js';
import { checkKey, drawScopes, readKey, showKey, showPreset } from './key-form.js';
import { showOnce } from './key-panel.js';
import { presets, refusalOfKeys } from './keys.js';
import { addressIn, find, fromTemplate, leaveMessage, workspace } from './page.js';
import { screen } from './screen.js';

const wanted = new URLSearchParams(location.search);
const isFirst = wanted.has('first');
let form = null;

screen({
  title: 'New API key', place: 'API keys', show, curl: () => [form && request()],
  allowed: refusalOfKeys,
});

const request = () => ({ method: 'POST', path: '/api-keys', body: given({ ...readKey(form), test: form.elements.test.checked || null }) });

/** What was left empty is left out. */
const given = (key) => Object.fromEntries(Object.entries(key).filter(([, value]) => value !== null && value.length !== 0));

function show({ body, session, membership }) {
  const root = fromTemplate('form');
  form = find('form', root);
  body.append(root);
  drawScopes(form, membership.scopes);
  showKey(form, { name: isFirst ? 'first' : '', scopes: firstScopes().filter((scope) => membership.scopes.includes(scope)) });
  connect(form, {
    request, saving: 'Making the key…', check: () => checkKey(form), draft: new Draft(() => showPreset(form)),
    done: ({ data }) => showOnce(body, data, session.app, () => leave(data)),
  });
  form.elements.name.focus();
}

/** Those that the documentation asked for, with commas between; else the first set. */
const firstScopes = () => wanted.get('scopes')?.split(',') ?? presets[0].scopes;

function leave(key) {
  form = null;
  leaveMessage(`The key “${key.name}” is ready.`);
  location.assign(isFirst ? addressIn(workspace) : addressIn(workspace, `settings/api-keys/${key.id}`));
}
