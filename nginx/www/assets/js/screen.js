// The frame of a screen: who is signed in, what it asks the API for, and what it shows meanwhile.

import { call, curlOf, get, Problem } from './api.js';
import { copyText, noticeOf, openDialog } from './messages.js';
import { addKeys, drawNavigation, drawWorkspaces, listenToKeys } from './navigation.js';
import { button, element, find, here, keepUser, say, takeMessage, workspace, write } from './page.js';

/** Nothing is shown before this many milliseconds: most answers are there by then. */
const patience = 300;

/**
 * Runs a screen: `{ place, title, requests, show, curl, allowed }`.
 *
 * `requests` are sent at once, beside the one for the session; `show(context, answers)` draws. `curl()` gives the requests that the
 * button "Copy as curl" copies; without it, `requests` are copied. `allowed(context)` gives a sentence where the role has no place.
 */
export async function screen(definition) {
  const context = { body: find('#body'), session: null, definition };
  drawNavigation(definition.place);
  listenToKeys();
  listenToChanges();
  say(takeMessage() ?? '');
  await load(context);
}

async function load(context) {
  const { body, definition } = context;
  const slow = setTimeout(() => body.replaceChildren(element('p', { class: 'waiting' }, 'Loading')), patience);
  try {
    const session = get('/session', null, 'account');
    const answers = Promise.allSettled(Object.values(definition.requests ?? {}).map(call));
    await welcome(context, (await session).data);
    const refusal = refusalOf(context);
    const given = refusal ? null : valuesOf(definition.requests ?? {}, await answers);
    clearTimeout(slow);
    body.replaceChildren();
    if (refusal) body.append(refusal);
    else await definition.show(context, given);
  } catch (problem) {
    fail(context, problem);
  } finally {
    clearTimeout(slow);
    body.removeAttribute('aria-busy');
  }
}

/** Shows the screen anew, with answers of now. The button that was pressed is gone: the focus goes to the title. */
export async function reload(context) {
  await load(context);
  const title = find('h1');
  title.tabIndex = -1;
  title.focus({ preventScroll: true });
}

function fail(context, problem) {
  if (problem instanceof Problem && problem.code === 'signed_out') {
    return location.replace(`/sign-in?to=${encodeURIComponent(here())}`);
  }
  context.body.replaceChildren(noticeOf(problem, () => load(context)));
}

function valuesOf(requests, answers) {
  const names = Object.keys(requests);
  const failed = answers.findIndex((one, index) => one.status === 'rejected' && !requests[names[index]].optional);
  if (failed >= 0) throw answers[failed].reason;
  return Object.fromEntries(names.map((name, index) => [name, answers[index].value ?? null]));
}

async function welcome(context, session) {
  const isFirst = context.session === null;
  context.session = session;
  context.user = session.user;
  context.membership = session.workspaces.find((one) => one.slug === workspace) ?? null;
  context.may = (scope) => context.membership?.scopes.includes(scope) ?? false;
  keepUser(session.user);
  if (context.membership) write('workspace', workspace);
  drawNavigation(context.definition.place);
  drawWorkspaces(session);
  document.title = [context.definition.title, context.membership?.name, 'MASK'].filter(Boolean).join(' · ');
  if (isFirst) offerCurl(context);
}

function unknownWorkspace() {
  return element('div', { class: 'empty' }, element('p', {}, `No workspace “${workspace}” is open to you.`),
    element('a', { class: 'button main', href: '/' }, 'Go to your workspaces'));
}

function refusalOf(context) {
  if (workspace && !context.membership) return unknownWorkspace();
  const text = context.definition.allowed?.(context);
  return text ? element('div', { class: 'empty' }, element('p', {}, text)) : null;
}

function offerCurl(context) {
  const actions = find('#actions');
  const copy = () => copyCurl(context);
  actions.append(button('Copy as curl', copy, { key: 'y' }));
  addKeys({ keys: 'y', name: 'Copy this screen\'s request as curl', go: copy });
}

async function copyCurl({ definition, session }) {
  const requests = (definition.curl?.() ?? Object.values(definition.requests ?? {})).filter(Boolean);
  const text = requests.map((request) => curlOf(request, session.app)).join('\n\n');
  const names = requests.map((request) => `${request.method ?? 'GET'} /v1${request.path}`).join(', ');
  if (await copyText(text, `curl of ${names}`)) return;
  await openDialog('Copy as curl', (close) => [
    element('p', {}, 'The browser did not let MASK copy. Select the text and press Ctrl+C.'),
    element('textarea', { readonly: true, rows: 8, 'aria-label': 'curl' }, text),
    element('p', { class: 'actions' }, element('button', { type: 'button', click: close }, 'Close')),
  ]);
}

/** A new release, a page that comes back from the browser's cache, the network going and coming. */
function listenToChanges() {
  document.addEventListener('mask:version', ({ detail }) => banner('version', `MASK ${detail} is installed.`,
    button('Load it', () => location.reload())), { once: true });
  addEventListener('offline', () => banner('offline', 'You are offline. What you type is kept in this browser.'));
  addEventListener('online', () => document.getElementById('banner-offline')?.remove());
  if (!navigator.onLine) banner('offline', 'You are offline. What you type is kept in this browser.');
  addEventListener('pageshow', ({ persisted }) => persisted && askAgain());
}

function banner(name, text, action = null) {
  if (document.getElementById(`banner-${name}`)) return;
  find('main').prepend(element('div', { id: `banner-${name}`, class: 'notice', role: 'status' },
    element('p', {}, text), action && element('p', { class: 'actions' }, action)));
}

/** After a sign-out, "back" must not show what was there. */
async function askAgain() {
  try {
    await get('/session', null, 'account');
  } catch (problem) {
    if (problem instanceof Problem && problem.code === 'signed_out') location.replace('/sign-in');
  }
}
