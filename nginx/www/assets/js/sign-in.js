// Signing in: password, second factor, passkey.

import { call, noticeOf } from './api.js';
import { connect } from './form.js';
import { app, firstAddress, guestPost, wantsCode } from './guest.js';
import { find, returnAddress, say, takeMessage } from './page.js';
import { arePasskeysKnown, isOfBrowser, passkeyRefusal, usePasskey } from './passkey.js';

const form = find('form');
const code = find('#code-field');
let offer = new AbortController();

say(takeMessage() ?? '');
connect(form, {
  guest: true, saving: 'Signing in…', request, done: (answer) => enter(answer.data), handle: (problem) => wantsCode(problem, code),
});
// Before, the browser would have sent the form by itself, to where nothing takes it.
find('button[type=submit]', form).disabled = false;
app().then(({ mail }) => { find('#forgot').hidden = !mail; find('#forgot-without-mail').hidden = mail; }).catch(() => {});
if (arePasskeysKnown()) {
  const press = find('#passkey');
  find('#passkeys').hidden = false;
  press.addEventListener('click', () => signInByPasskey());
  offerInField();
}

function request() {
  const { email, password, keep, code: digits } = form.elements;
  const body = { email: email.value.trim(), password: password.value, keep: keep.checked };
  if (digits.value) body.code = digits.value.trim();
  return guestPost('/session', body);
}

function enter(session) {
  const wanted = returnAddress();
  location.replace(wanted === '/' ? firstAddress(session) : wanted);
}

/** The browser offers passkeys in the name field, where it can. */
async function offerInField() {
  if (!await PublicKeyCredential.isConditionalMediationAvailable?.()) return;
  await signInByPasskey({ mediation: 'conditional', signal: offer.signal });
}

async function signInByPasskey(options = {}) {
  if (!options.mediation) {
    offer.abort();
    offer = new AbortController();
  }
  const passkey = await chosenPasskey(options);
  if (!passkey) return;
  try {
    const { data } = await call(guestPost('/session/passkey', { ...passkey, keep: form.elements.keep.checked }));
    enter(data);
  } catch (problem) {
    form.prepend(noticeOf(problem));
  }
}

/** Null where none was chosen; an offer that nobody asked for ends without a word. */
async function chosenPasskey(options) {
  try {
    const { data } = await call(guestPost('/session/passkey/challenge', {}));
    return await usePasskey(data, options);
  } catch (error) {
    if (options.mediation) return null;
    if (isOfBrowser(error)) say(passkeyRefusal(error));
    else form.prepend(noticeOf(error));
    return null;
  }
}
