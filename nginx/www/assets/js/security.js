// Ways in: password, passkeys, codes of an app.

import { connect } from './form.js';
import { find, fromTemplate, say, zone } from './page.js';
import { showPasskeys } from './passkeys.js';
import { screen } from './screen.js';
import { showCodes } from './totp.js';

const request = { path: '/account/passkeys', area: 'account' };

screen({ title: 'Sign-in and codes', place: 'Sign-in and codes', requests: { passkeys: request }, show });

function show(context, { passkeys }) {
  const root = fromTemplate('security', { zone: zone() });
  context.body.append(root);
  connectPassword(find('#password-form', root), context.user);
  showPasskeys(root, context, passkeys.data.data);
  showCodes(root, context.user);
}

function connectPassword(form, user) {
  const { email, password } = form.elements;
  email.value = user.email;
  // Codes may be turned on and off meanwhile.
  password.addEventListener('focus', () => { password.minLength = user.second_factor ? 8 : 15; });
  connect(form, {
    request: () => ({ method: 'PUT', path: '/account/password', body: { password: password.value }, area: 'account' }),
    done: () => {
      password.value = '';
      say('Your password is changed. All other sessions have ended.');
    },
  });
}
