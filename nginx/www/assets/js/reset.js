// A new password: by a one-time link, or the wish for one where the installation sends mail.

import { connect, setValues, valuesOf } from './form.js';
import { app, guestPost, showEnded } from './guest.js';
import { handleEnded, oneTimeScreen } from './one-time.js';
import { element, find, fromTemplate, leaveMessage, removeAllDrafts } from './page.js';

oneTimeScreen('reset', { draw, withoutToken });

function draw(body, link, use) {
  const root = fromTemplate('reset', { email: link.email });
  const form = find('form', root);
  const code = find('#code-field', root);
  body.append(root);
  setValues(form, { email: link.email });
  code.hidden = !link.second_factor;
  form.elements.code.required = link.second_factor;
  connect(form, {
    guest: true, saving: 'Saving…', handle: handleEnded, done: leave,
    request: () => {
      const { password, code: digits } = valuesOf(form);
      return use({ password, ...(digits && { code: digits.trim() }) });
    },
  });
}

function leave() {
  removeAllDrafts();
  leaveMessage('Your password is changed, and all sessions have ended. Sign in with the new one.');
  location.replace('/sign-in');
}

const asked = 'If there is an account with this address, a mail is on its way. Its link works for 30 minutes.';

async function withoutToken(body) {
  const { mail } = await app();
  if (!mail) return showEnded(body, 'This installation sends no mail.');
  const root = fromTemplate('ask');
  body.replaceChildren(root);
  const form = find('form', root);
  connect(form, {
    guest: true, saving: 'Sending…', request: () => guestPost('/password-resets', { email: form.elements.email.value.trim() }),
    done: () => body.replaceChildren(element('p', { role: 'status' }, asked)),
  });
}
