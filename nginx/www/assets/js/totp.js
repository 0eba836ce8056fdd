// Codes of an app: set-up with a drawn QR code, recovery codes, the end.

import { act, confirmed, copyText } from './api.js';
import { connect, showErrors } from './form.js';
import { button, element, find, fromTemplate, part, say, svg } from './page.js';

const request = (method, path, body) => ({ method, path: `/account${path}`, body, area: 'account' });

export function showCodes(root, user) {
  const section = part(root, 'codes');
  const state = { section, body: part(section, 'codes-body'), actions: part(section, 'codes-actions'), user };
  draw(state);
}

function showState({ section, user }) {
  part(section, 'codes-state').textContent = user.second_factor
    ? 'They are on: after the password, MASK asks for a code.' : 'They are off: the password alone signs you in.';
}

function draw(state) {
  const { body, actions, user } = state;
  showState(state);
  body.replaceChildren();
  actions.replaceChildren(...(user.second_factor ? [
    button('New recovery codes', () => renew(state)), button('Turn codes off', () => turnOff(state), { kind: 'danger' }),
  ] : [button('Set codes up', () => setUp(state))]));
}

async function setUp(state) {
  const answer = await act(request('POST', '/totp', {}), state.section);
  if (!answer) return;
  const root = fromTemplate('set-up', { secret: grouped(answer.data.secret) });
  const form = find('form', root);
  part(root, 'matrix').append(matrix(answer.data.modules));
  part(root, 'cancel').addEventListener('click', () => draw(state));
  connect(form, {
    saving: 'Checking…', request: () => request('POST', '/totp/confirm', { code: form.elements.code.value.replaceAll(' ', '') }),
    done: ({ data }) => turnedOn(state, data.recovery_codes), handle: (problem) => wrongCode(form, problem),
  });
  state.actions.replaceChildren();
  state.body.replaceChildren(root);
  find('h3', root).focus();
}

function wrongCode(form, problem) {
  if (problem.code !== 'invalid_code') return false;
  showErrors(form, [{ pointer: '/code', message: problem.detail }]);
  return true;
}

const grouped = (secret) => secret.replaceAll(/(.{4})(?=.)/g, '$1 ');

/** The QR code, drawn from its modules: no picture, so no address that has the secret in it. */
function matrix({ size, rows }) {
  const quiet = 4;
  const square = (module, x, y) => (module === '1' ? `M${x + quiet} ${y + quiet}h1v1h-1z` : '');
  const path = rows.flatMap((row, y) => [...row].map((module, x) => square(module, x, y))).join('');
  const side = size + 2 * quiet;
  return svg('svg', { class: 'matrix', viewBox: `0 0 ${side} ${side}`, role: 'img', 'aria-label': 'QR code for the app' },
    svg('path', { d: path, 'shape-rendering': 'crispEdges' }));
}

function turnedOn(state, codes) {
  state.user.second_factor = true;
  showState(state);
  showRecovery(state, codes);
  say('Codes are on.');
}

function showRecovery(state, codes) {
  const root = fromTemplate('recovery');
  const list = find('.codes', root);
  list.append(...codes.map((code) => element('li', {}, code)));
  part(root, 'actions').append(button('Copy them', () => copyText(codes.join('\n'), 'ten recovery codes', list)),
    button('Print', () => print()), button('I have stored them', () => draw(state), { kind: 'main' }));
  state.actions.replaceChildren();
  state.body.replaceChildren(root);
  find('h3', root).focus();
}

async function renew(state) {
  if (!await confirmed('New recovery codes', 'The ten codes from before do not work any more.', 'Make new ones')) return;
  const answer = await act(request('POST', '/recovery-codes', {}), state.section);
  if (answer) showRecovery(state, answer.data.recovery_codes);
}

async function turnOff(state) {
  const text = 'The password alone signs you in then. Your other sessions end, and the recovery codes too.';
  if (!await confirmed('Turn codes off', text, 'Turn off')) return;
  if (!await act(request('DELETE', '/totp'), state.section)) return;
  state.user.second_factor = false;
  draw(state);
  say('Codes are off.');
}
