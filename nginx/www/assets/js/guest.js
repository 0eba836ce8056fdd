// What screens without a session share.

import { call, noticeOf } from './api.js';
import { element, find, read, write } from './page.js';

export const guestPost = (path, body) => ({ method: 'POST', path, body, area: 'guest' });

/** What this installation is: its name, its hosts, whether it sends mail. */
export async function app() {
  const { data } = await call({ path: '/app', area: 'guest' });
  return data;
}

/** Where a user goes who just signed in: to the workspace that was looked at last, else to the first. */
export function firstAddress(session) {
  const last = read('workspace');
  const one = session.workspaces.find((workspace) => workspace.slug === last) ?? session.workspaces[0];
  if (one) write('workspace', one.slug);
  return one ? `/${encodeURIComponent(one.slug)}` : '/account';
}

/** Runs the script of a guest's screen; what fails is shown in the screen with a button to try again. */
export async function guestScreen(run) {
  const body = find('#body');
  const slow = setTimeout(() => body.childElementCount || body.append(element('p', { class: 'waiting' }, 'Loading')), 300);
  try {
    await run(body);
  } catch (problem) {
    body.replaceChildren(noticeOf(problem, () => guestScreen(run)));
  } finally {
    clearTimeout(slow);
    find('.waiting', body)?.remove();
  }
}

/** What a link that was used, or is over, says. */
export function showEnded(body, title = 'This link has been used or is over.') {
  body.replaceChildren(element('p', {}, element('strong', {}, title)),
    element('p', {}, 'Ask an owner for a new one, or on the server type ', element('code', {}, 'maskctl user reset EMAIL'), '.'),
    element('p', { class: 'actions' }, element('a', { class: 'button', href: '/sign-in' }, 'Sign in')));
}

// The field for a second factor: it is there when the server asks for it.

export function wantsCode(problem, code) {
  if (problem.code !== 'second_factor_required') return false;
  const input = find('input', code);
  code.hidden = false;
  input.required = true;
  input.focus();
  return true;
}
