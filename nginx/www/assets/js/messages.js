// What the screen says to the user: dialogs, notices, that something was copied.

import { Cancelled, Problem, send, sentence, Unreachable } from './api.js';
import { button, element, say } from './page.js';

// Dialogs. A click outside closes none: what was typed stays.

/** Opens a dialog; `parts(close)` gives what is in it. Resolves with what `close` was given, null after Esc. */
export function openDialog(title, parts) {
  return new Promise((resolve) => {
    const id = `dialog-${document.querySelectorAll('dialog').length}`;
    const dialog = element('dialog', { 'aria-labelledby': id });
    let result = null;
    const close = (value) => {
      result = value instanceof Event ? null : value;
      dialog.close();
    };
    dialog.append(element('h2', { id }, title), ...parts(close));
    dialog.addEventListener('close', () => {
      dialog.remove();
      resolve(result);
    });
    document.body.append(dialog);
    dialog.showModal();
    dialog.querySelector('input:not([type=hidden]), [autofocus]')?.focus();
  });
}

/** Asks before something that cannot be undone; true if the user says so. */
export async function confirmed(title, text, verb) {
  return await openDialog(title, (close) => [
    ...[text].flat().map((one) => element('p', {}, one)),
    element('div', { class: 'actions' },
      element('button', { type: 'button', class: 'danger main', click: () => close(true) }, verb),
      element('button', { type: 'button', autofocus: true, click: () => close(false) }, 'Cancel')),
  ]) === true;
}

// Copying: it is said only when it happened.

/** Copies; where the browser refuses, the text in `node` is selected for the user to copy. */
export async function copyText(text, what, node = null) {
  try {
    await navigator.clipboard.writeText(text);
    say(`Copied: ${what}.`);
    return true;
  } catch {
    if (node) getSelection().selectAllChildren(node);
    say(node ? 'The browser did not let MASK copy. The text is selected: press Ctrl+C.' : 'The browser did not let MASK copy.');
    return false;
  }
}

// What went wrong, where it can be read until it is over, with what the user can do.

/** A notice for a problem. `again` repeats; a wait that the server asked for is counted down first. */
export function noticeOf(problem, again = null) {
  const node = element('div', { class: `notice ${isPassing(problem) ? 'warn' : 'bad'}`, role: 'alert' },
    element('p', {}, element('strong', {}, sentence(problem))));
  if (problem.requestId && !expected.has(problem.status)) node.append(requestLine(problem.requestId));
  if (again) node.append(element('p', { class: 'actions' }, againButton(problem, node, again)));
  if (!(problem instanceof Problem) && !(problem instanceof Unreachable)) console.error(problem);
  return node;
}

/** A wrong password and a full minute are nothing to ask the sysadmin about. */
const expected = new Set([401, 429]);

const isPassing = (problem) => problem instanceof Unreachable || problem.canPass;

function requestLine(id) {
  return element('p', { class: 'request' }, 'Request ', element('code', {}, id), ' ',
    button('Copy', () => copyText(id, 'the request\'s id'), { label: 'Copy the request\'s id' }));
}

function againButton(problem, node, again) {
  const repeat = () => {
    node.remove();
    again();
  };
  const made = button('Try again', () => made.ariaDisabled === 'true' || repeat(), { kind: 'main' });
  if (problem.retryAfter) countDown(made, problem.retryAfter);
  if (problem instanceof Unreachable) addEventListener('online', () => node.isConnected && repeat(), { once: true });
  return made;
}

/** Disables a button for a number of seconds and says in it how many are left. */
export function countDown(target, seconds) {
  const end = Date.now() + seconds * 1000;
  const text = [...target.childNodes];
  target.ariaDisabled = 'true';
  const tick = () => {
    const left = Math.ceil((end - Date.now()) / 1000);
    if (left > 0) {
      target.textContent = `Try again in ${left} s`;
      return setTimeout(tick, 250);
    }
    target.ariaDisabled = null;
    target.replaceChildren(...text);
  };
  tick();
}

// A button's request outside of a form: what went wrong is shown beside it.

/** Sends; returns the answer, or null after showing at `place` why not. */
export async function act(request, place) {
  place.querySelector('.notice.of-act')?.remove();
  say('');
  try {
    return await send(request);
  } catch (problem) {
    if (problem instanceof Cancelled) say('Nothing was done: it was not confirmed.');
    else show(place, noticeOf(problem));
    return null;
  }
}

function show(place, notice) {
  notice.classList.add('of-act');
  place.prepend(notice);
  notice.scrollIntoView({ block: 'nearest' });
}
