// An invitation into a workspace: by a new user, or by one who has an account.

import { call, Cancelled } from './api.js';
import { offerPasskey } from './first-passkey.js';
import { connect, setValues, valuesOf } from './form.js';
import { handleEnded, oneTimeScreen } from './one-time.js';
import { addressIn, button, element, find, fromTemplate, leaveMessage, write } from './page.js';

oneTimeScreen('invitation', { draw, withoutToken });

function draw(body, link, use) {
  const root = fromTemplate(link.has_account ? 'known' : 'new', texts(link));
  const form = find('form', root);
  body.append(root);
  setValues(form, { name: link.name, email: link.email });
  connect(form, {
    guest: true, saving: 'Joining…', done: () => enter(body, link),
    request: () => use(link.has_account ? {} : newPerson(form)), handle: (problem) => handle(problem, form, link),
  });
}

const texts = (link) => ({
  email: link.email, workspace: link.workspace.name, role: link.role,
  inviter: link.invited_by ? `${link.invited_by} invites you.` : 'You are invited.',
});

function newPerson(form) {
  const { name, password } = valuesOf(form);
  return { name, password };
}

async function handle(problem, form, link) {
  if (problem.code === 'sign_in_first') return signInFirst(form);
  if (problem.code === 'other_account') return offerSignOut(form, link);
  return handleEnded(problem);
}

/** The link stays in this page while the user signs in over it. */
async function signInFirst(form) {
  const { signInAgain } = await import('./confirm.js');
  try {
    await signInAgain({ title: 'Sign in to join', text: 'You have an account with this address. Sign in, then you are in.' });
    form.requestSubmit();
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
  }
  return true;
}

function offerSignOut(form, link) {
  const signOut = async () => {
    await call({ method: 'DELETE', path: '/session', area: 'account' });
    await signInFirst(form);
  };
  form.prepend(element('div', { class: 'notice warn summary', role: 'alert' },
    element('p', {}, element('strong', {}, `You are signed in as somebody else. The invitation is for ${link.email}.`)),
    element('p', { class: 'actions' }, button('Sign out and sign in with that address', signOut, { kind: 'main' }))));
  return true;
}

/** Who had an account has had the offer of a passkey. */
function enter(body, link) {
  const { slug } = link.workspace;
  write('workspace', slug);
  leaveMessage(`You are in ${link.workspace.name} as ${link.role}.`);
  if (link.has_account) location.replace(addressIn(slug));
  else offerPasskey(body, addressIn(slug));
}

function withoutToken(body) {
  body.replaceChildren(element('p', {}, 'This screen needs the link of your invitation. Open it again, or ask for a new one.'));
}
