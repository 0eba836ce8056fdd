// Requests to the API over the session, what can go wrong with them, and how the user is told.

import { button, element, say, workspace } from './page.js';

// What can go wrong with a request, and the sentence for it.

/** An answer that is no success, as the API's problem document tells it. */
export class Problem extends Error {
  constructor(status, document, retryAfter) {
    super(document.detail ?? document.title ?? `The answer was ${status}.`);
    this.status = status;
    this.code = document.code ?? '';
    this.detail = document.detail ?? document.title ?? '';
    this.errors = document.errors ?? [];
    this.requestId = document.request_id ?? null;
    this.requiredRole = document.required_role ?? null;
    this.methods = document.methods ?? [];
    this.deletedId = document.deleted_id ?? null;
    this.retryAfter = retryAfter;
  }

  /** Whether the same request may succeed after a while. */
  get canPass() { return this.status === 429 || this.status >= 502; }
}

/** No answer at all. */
export class Unreachable extends Error {}

/** The user closed the dialog that was to let the request through. */
export class Cancelled extends Error {}

export function sentence(problem) {
  if (problem instanceof Unreachable) {
    return navigator.onLine ? 'MASK does not answer. Check whether the server is reachable.' : 'You are offline.';
  }
  if (!(problem instanceof Problem)) return `This screen failed: ${problem.message}`;
  if (problem.code === 'rate_limited') return 'These were too many requests in a minute.';
  if (problem.code === 'unavailable') return 'MASK is not ready for this at the moment.';
  if (problem.requiredRole) return `${problem.detail} ${roleHint(problem.requiredRole)}`;
  return problem.detail || `The answer was ${problem.status}.`;
}

const roleHint = (role) => (role === 'owner' ? 'Owners may do this.' : `The role ${role} may do this, and those above it.`);

// Requests to the API over the session.

/** The release that these modules belong to: it is a step of their address. */
const ownVersion = new URL(import.meta.url).pathname.split('/')[2];

/**
 * One request, answered or failed.
 *
 * A request is `{ method, path, query, body, etag, repeat, area, as }`; a list in `query` is sent value by value; `repeat` is its
 * Idempotency-Key, `area` is `workspace` (the default where the address names one), `account` or `guest`; `as` is `text` or `blob`
 * where the answer is wanted as it came.
 */
export async function call(request) {
  let response;
  try {
    response = await fetch(addressOf(request), {
      method: request.method ?? 'GET', headers: headersOf(request), cache: 'no-store', signal: request.signal,
      body: request.body === undefined ? undefined : JSON.stringify(request.body),
    });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Unreachable('No answer', { cause: error });
  }
  noticeVersion(response);
  const data = await bodyOf(response, response.ok ? request.as : null);
  if (!response.ok) throw new Problem(response.status, data ?? {}, secondsToWait(response));
  // nginx makes the tag of what it compresses a weak one, which If-Match refuses. The API gave it as a strong one.
  return { status: response.status, data, etag: response.headers.get('ETag')?.replace(/^W\//, '') ?? null };
}

export const get = (path, query, area) => call({ path, query, area });

function addressOf({ path, query }) {
  const each = ([name, value]) => [value].flat().map((one) => [name, one]);
  const given = Object.entries(query ?? {}).flatMap(each).filter(([, value]) => value !== null && value !== undefined);
  const text = new URLSearchParams(given).toString();
  return `/v1${path}${text && `?${text}`}`;
}

export const isForWorkspace = (request) => (request.area ?? (workspace ? 'workspace' : 'account')) === 'workspace';

function headersOf(request) {
  const headers = { 'Mask-Client': 'dashboard', Accept: request.as === 'blob' ? '*/*' : 'application/json' };
  if (isForWorkspace(request)) headers['Mask-Workspace'] = workspace;
  if (request.body !== undefined) headers['Content-Type'] = 'application/json';
  if (request.etag) headers['If-Match'] = request.etag;
  if (request.repeat) headers['Idempotency-Key'] = request.repeat;
  return headers;
}

async function bodyOf(response, as) {
  const isJSON = /[/+]json\b/.test(response.headers.get('Content-Type') ?? '');
  if (!as && (!isJSON || response.status === 204)) return null;
  try {
    return await response[as ?? 'json']();
  } catch (error) {
    throw new Unreachable('The answer broke off', { cause: error });
  }
}

function secondsToWait(response) {
  const text = response.headers.get('Retry-After');
  return text && /^\d+$/.test(text) ? Number(text) : null;
}

function noticeVersion(response) {
  const version = response.headers.get('Mask-Version');
  if (version && version !== ownVersion) document.dispatchEvent(new CustomEvent('mask:version', { detail: version }));
}

// Requests that a user asked for: where a session ended or a confirmation is wanted, a dialog asks, then the request goes again.

const remedies = { signed_out: 'signInAgain', step_up_required: 'confirmPerson' };

/** Sends a request, with the same Idempotency-Key each time it has to go. */
export async function send(request) {
  const asked = new Set();
  for (;;) {
    try {
      return await call(request);
    } catch (problem) {
      const remedy = problem instanceof Problem ? remedies[problem.code] : null;
      if (!remedy || asked.has(`${remedy}2`)) throw problem;
      asked.add(asked.has(remedy) ? `${remedy}2` : remedy);
      const dialogs = await import('./confirm.js');
      await dialogs[remedy]();
    }
  }
}

/** An Idempotency-Key. */
export const newRepeat = () => crypto.randomUUID();

// A request of a screen as curl.

export const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** Where the certificates are of an authority that no system trusts, as in the quick start. */
export const curl = (app) => (app.ca_file ? `curl --cacert ${quoted(app.ca_file)}` : 'curl');

/** Requests of a workspace go to the API with a key, those of the account to this host with the session. */
export function curlOf(request, app) {
  const method = request.method ?? 'GET';
  const parts = [`${curl(app)}${method === 'GET' ? '' : ` -X ${method}`} ${quoted(hostOf(request, app) + addressOf(request))}`];
  parts.push(...identity(request));
  if (request.etag) parts.push(`-H ${quoted(`If-Match: ${request.etag}`)}`);
  if (request.body !== undefined) {
    parts.push('-H \'Content-Type: application/json\'', `-d ${quoted(JSON.stringify(withoutSecrets(request.body)))}`);
  }
  return parts.join(' \\\n  ');
}

const hostOf = (request, app) => (isForWorkspace(request) ? app.api_url.replace(/\/v1\/?$/, '') : app.app_url.replace(/\/$/, ''));

function identity(request) {
  if (isForWorkspace(request)) return ['-H "Authorization: Bearer $MASK_API_KEY"'];
  return ['-b "__Host-mask_session=$MASK_SESSION"', '-H \'Mask-Client: dashboard\'', '-H \'Sec-Fetch-Site: same-origin\''];
}

const secrets = new Set(['password', 'code', 'token']);

function withoutSecrets(body) {
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, secrets.has(name) && value ? '…' : value]));
}

// What the screen says: dialogs first. A click outside closes none: what was typed stays.

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
