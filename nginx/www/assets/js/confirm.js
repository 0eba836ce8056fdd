// Dialogs that let a request through: signing in again, and confirming who one is.

import { call, Cancelled, get, openDialog } from './api.js';
import { connect, field, showErrors } from './form.js';
import { wantsCode } from './guest.js';
import { button, element, findAll, user } from './page.js';
import { arePasskeysKnown, isOfBrowser, passkeyRefusal, usePasskey } from './passkey.js';

const nameField = { name: 'email', type: 'email', autocomplete: 'username' };
const passwordField = { name: 'password', type: 'password', autocomplete: 'current-password' };
const codeField = { name: 'code', autocomplete: 'one-time-code', inputmode: 'numeric', class: 'code short' };

const guest = (path, body) => call({ method: 'POST', path, body, area: 'account' });

const ended = 'Your session ended. What you typed is still there; it is sent when you are signed in.';

/** The session ended: signs in over the page, which keeps all that was typed. */
export async function signInAgain({ title = 'Sign in again', text = ended } = {}) {
  const session = await ask(title, text, (close) => {
    const form = signInForm(close);
    const byPasskey = passkeyButton((passkey) => guest('/session/passkey', { ...passkey, keep: false }), close);
    return [form, byPasskey && or(), byPasskey];
  });
  if (!user() || session.user.id === user().id) return;
  // The page shows what the user before may see, and the request was theirs.
  location.reload();
  throw new Cancelled();
}

/** A step that wants a factor again; it holds for a quarter of an hour. */
export async function confirmPerson() {
  const { data } = await get('/session', null, 'account');
  const text = 'This changes who can get in. Your answer holds for 15 minutes.';
  await ask('Confirm that it is you', text, (close) => [factorForms(data.user, close)], true);
}

/** `isBeside`: where the last form has a button, Cancel stands beside it. */
async function ask(title, text, parts, isBeside = false) {
  const answer = await openDialog(title, (close) => {
    const stack = element('div', { class: 'stack' }, ...parts(close).filter(Boolean));
    const cancel = button('Cancel', () => close(null));
    const place = isBeside ? findAll('.actions', stack).at(-1) : null;
    place?.append(cancel);
    return [element('p', {}, text), stack, ...(place ? [] : [element('p', { class: 'actions' }, cancel)])];
  });
  if (!answer) throw new Cancelled();
  return answer;
}

function signInForm(close) {
  const code = field('again-code', 'Code', { ...codeField, inputmode: null }, 'Of your app, or a recovery code.');
  code.hidden = true;
  const form = element('form', {},
    field('again-email', 'E-mail', { ...nameField, required: true, value: user()?.email }),
    field('again-password', 'Password', { ...passwordField, required: true }),
    code, element('p', {}, element('button', { type: 'submit', class: 'main' }, 'Sign in')));
  const value = (name) => form.elements[name].value;
  connect(form, {
    guest: true, saving: 'Signing in…', done: (answer) => close(answer.data),
    request: () => ({
      method: 'POST', path: '/session', area: 'account',
      body: { email: value('email').trim(), password: value('password'), keep: false, code: value('code').trim() || undefined },
    }),
    handle: (problem) => wantsCode(problem, code),
  });
  if (user()) queueMicrotask(() => setTimeout(() => form.elements.password.focus()));
  return form;
}

function factorForms({ has_password: hasPassword, second_factor: hasCode, passkeys }, close) {
  const stepUp = (body) => ({ method: 'POST', path: '/session/step-up', area: 'account', body });
  const forms = [
    hasPassword && factorForm('Password', passwordField, stepUp, close),
    hasCode && factorForm('Code of your app', codeField, stepUp, close),
  ].filter(Boolean);
  const root = element('div', { class: 'stack' });
  forms.forEach((form, index) => root.append(...(index > 0 ? [or()] : []), form));
  if (passkeys > 0 && arePasskeysKnown()) {
    root.append(...(forms.length > 0 ? [or()] : []), passkeyButton((passkey) => call(stepUp({ passkey })), close, '/session/step-up/challenge'));
  }
  if (root.childElementCount === 0) root.append(element('p', {}, 'You have no way to confirm it. Ask an owner for a link.'));
  return root;
}

const or = () => element('p', { class: 'or' }, 'or');

/** A password is what it is, with the spaces at its ends. */
const given = (field) => (field.type === 'password' ? field.value : field.value.trim());

function factorForm(label, attributes, stepUp, close) {
  const form = element('form', {}, field(`confirm-${attributes.name}`, label, { required: true, ...attributes }),
    element('p', { class: 'actions' }, element('button', { type: 'submit', class: 'main' }, 'Confirm')));
  connect(form, {
    guest: true, saving: 'Confirming…', done: (answer) => close(answer.data),
    request: () => stepUp({ [attributes.name]: given(form.elements[attributes.name]) }),
    handle: (problem) => showAtField(form, attributes.name, problem),
  });
  return form;
}

/** A wrong password or code is an error of its field. */
function showAtField(form, name, problem) {
  if (!['invalid_credentials', 'invalid_code'].includes(problem.code)) return false;
  showErrors(form, [{ pointer: `/${name}`, message: problem.detail }]);
  return true;
}

function passkeyButton(use, close, path = '/session/passkey/challenge') {
  if (!arePasskeysKnown()) return null;
  const line = element('p', { class: 'error', role: 'alert' });
  const press = async () => {
    line.textContent = '';
    try {
      const { data } = await guest(path, {});
      close((await use(await usePasskey(data))).data);
    } catch (error) {
      line.textContent = isOfBrowser(error) ? passkeyRefusal(error) : error.message;
    }
  };
  return element('div', {}, element('p', { class: 'actions' }, button('Use a passkey', press)), line);
}
