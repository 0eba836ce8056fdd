// A passkey beside the first password: offered once, before the first screen.

import { act } from './api.js';
import { button, element, find, leaveMessage } from './page.js';
import { arePasskeysKnown, deviceName, isOfBrowser, makePasskey, passkeyRefusal } from './passkey.js';

const request = (step, body) => ({ method: 'POST', path: `/account/passkeys${step}`, body, area: 'account' });

/** Offers one, then goes to `next`. The address is that already: who loads the page anew goes on, for the link is used up. */
export function offerPasskey(body, next) {
  history.replaceState(null, '', next);
  const goOn = () => location.replace(next);
  if (!arePasskeysKnown()) return goOn();
  const line = element('p', { class: 'error', role: 'alert' });
  body.replaceChildren(element('div', { class: 'stack' },
    element('h2', { tabindex: -1 }, 'You are in. Add a passkey?'),
    element('p', {}, 'It signs you in by this device\'s fingerprint, face or PIN, without the password, and on this site only.'),
    line,
    element('p', { class: 'actions' }, button('Add a passkey', () => add(body, line, goOn), { kind: 'main' }),
      button('Go on without one', goOn)),
    element('p', { class: 'help' }, 'You can add one later: Account, Sign-in and codes.')));
  find('h2', body).focus();
}

async function add(body, line, goOn) {
  line.textContent = '';
  const challenge = await act(request('/challenge', {}), body);
  if (!challenge) return;
  try {
    const answer = await act(request('', { name: deviceName(), ...await makePasskey(challenge.data) }), body);
    if (!answer) return;
    leaveMessage(`Added: the passkey ${answer.data.name}. It signs you in from now on.`);
    goOn();
  } catch (error) {
    if (!isOfBrowser(error)) throw error;
    line.textContent = passkeyRefusal(error);
  }
}
