// Dialogs that let a request through: signing in again, and confirming who one is.

import { call, Cancelled, get } from './api.js';
import { showErrors } from './errors.js';
import { connect, field } from './form.js';
import { wantsCode } from './guest.js';
import { openDialog } from './messages.js';
import { button, element, person } from './page.js';
import { arePasskeysKnown, isOfBrowser, passkeyRefusal, usePasskey } from './passkey.js';

const guest = (path, body) => call({ method: 'POST', path, body, area: 'account' });

const ended = 'Your session ended. What you typed is still there; it is sent when you are signed in.';

/** The session ended: signs in over the page, which keeps all that was typed. */
export async function signInAgain({ title = 'Sign in again', text = ended } = {}) {
  const session = await ask(title, text, (close) => {
    const form = signInForm(close);
    const byPasskey = passkeyButton((passkey) => guest('/session/passkey', { ...passkey, keep: false }), close);
    return [form, byPasskey && or(), byPasskey];
  });
  // The page shows what the person before may see.
  if (person() && session.person.id !== person().id) location.reload();
}

/** A step that wants a factor again; it holds for a quarter of an hour. */
export async function confirmPerson() {
  const { data } = await get('/session', null, 'account');
  await ask('Confirm that it is you', 'This changes who can get in. It holds for 15 minutes.', (close) => [factorForms(data.person, close)]);
}

async function ask(title, text, parts) {
  const answer = await openDialog(title, (close) => [
    element('p', {}, text), element('div', { class: 'stack' }, ...parts(close).filter(Boolean)),
    element('p', { class: 'actions' }, button('Cancel', () => close(null))),
  ]);
  if (!answer) throw new Cancelled();
  return answer;
}

function signInForm(close) {
  const code = field('again-code', 'Code', { name: 'code', autocomplete: 'one-time-code', class: 'code short' }, 'Of your app, or a recovery code.');
  code.hidden = true;
  const form = element('form', {},
    field('again-email', 'E-mail', { name: 'email', type: 'email', autocomplete: 'username', required: true, value: person()?.email }),
    field('again-password', 'Password', { name: 'password', type: 'password', autocomplete: 'current-password', required: true }),
    code, element('p', {}, element('button', { type: 'submit', class: 'main' }, 'Sign in')));
  const value = (name) => form.elements[name].value;
  connect(form, {
    guest: true, saving: 'Signing in…', done: (answer) => close(answer.data),
    request: () => ({
      method: 'POST', path: '/session', area: 'account',
      body: { email: value('email'), password: value('password'), keep: false, ...(value('code') && { code: value('code').trim() }) },
    }),
    handle: (problem) => wantsCode(problem, code),
  });
  if (person()) queueMicrotask(() => setTimeout(() => form.elements.password.focus()));
  return form;
}

function factorForms({ has_password: hasPassword, second_factor: hasCode, passkeys }, close) {
  const stepUp = (body) => ({ method: 'POST', path: '/session/step-up', area: 'account', body });
  const forms = [
    hasPassword && factorForm('Password', { name: 'password', type: 'password', autocomplete: 'current-password' }, stepUp, close),
    hasCode && factorForm('Code of your app', { name: 'code', autocomplete: 'one-time-code', inputmode: 'numeric', class: 'code short' }, stepUp, close),
  ].filter(Boolean);
  const root = element('div', { class: 'stack' });
  forms.forEach((form, index) => root.append(...(index > 0 ? [or()] : []), form));
  if (passkeys > 0 && arePasskeysKnown()) {
    root.append(...(forms.length > 0 ? [or()] : []), passkeyButton((passkey) => call(stepUp({ passkey })), close));
  }
  if (root.childElementCount === 0) root.append(element('p', {}, 'You have no password, code or passkey. Ask an owner for a link.'));
  return root;
}

const or = () => element('p', { class: 'or' }, 'or');

function factorForm(label, attributes, stepUp, close) {
  const form = element('form', {}, field(`confirm-${attributes.name}`, label, { required: true, ...attributes }),
    element('p', {}, element('button', { type: 'submit', class: 'main' }, 'Confirm')));
  connect(form, {
    guest: true, saving: 'Confirming…', done: (answer) => close(answer.data),
    request: () => stepUp({ [attributes.name]: form.elements[attributes.name].value.trim() }),
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

function passkeyButton(use, close) {
  if (!arePasskeysKnown()) return null;
  const line = element('p', { class: 'error', role: 'alert' });
  const press = async () => {
    line.textContent = '';
    try {
      const { data } = await guest('/session/passkey/challenge', {});
      close((await use(await usePasskey(data))).data);
    } catch (error) {
      line.textContent = isOfBrowser(error) ? passkeyRefusal(error) : error.message;
    }
  };
  return element('div', {}, button('Use a passkey', press), line);
}
