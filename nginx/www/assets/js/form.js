// Forms: one request however often the button is pressed, all errors at once, drafts, changes of what was read.

import { call, Cancelled, countDown, isForWorkspace, newRepeat, noticeOf, Problem, send } from './api.js';
import { button, element, find, findAll, readDraft, removeDraft, say, shownWithZone, user, writeDraft } from './page.js';

/**
 * Connects a form.
 *
 * Options: `request()` gives the request, null where nothing has changed; `done(answer)`; `draft`, a ``Draft``; `saving`, what the
 * button says meanwhile; `check()`, errors of the form's own; `guest`, where no session is needed; `handle(problem)`, true where it
 * dealt with the problem; `edited`, the ``Edited`` thing that a conflict is about.
 */
export function connect(form, options) {
  const state = { form, options, isBusy: false, repeat: newRepeat(), sent: null };
  form.noValidate = true;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    submit(state);
  });
  options.draft?.follow(form);
  return { submit: () => submit(state) };
}

async function submit(state) {
  const { form, options } = state;
  const pressed = find('button[type=submit], button:not([type])', form);
  if (state.isBusy || pressed.ariaDisabled === 'true') return;
  clearErrors(form);
  say('');
  const errors = [...localErrors(form), ...(options.check?.() ?? [])];
  if (errors.length > 0) return showErrors(form, errors);
  const request = options.request();
  if (!request) return say('Nothing has changed.');
  await attempt(state, request, pressed);
}

async function attempt(state, request, pressed) {
  const { form, options } = state;
  const end = begin(state, pressed);
  try {
    const answer = await (options.guest ? call : send)(withRepeat(state, request));
    end();
    state.repeat = newRepeat();
    options.draft?.end();
    await options.done(answer);
  } catch (problem) {
    end();
    if (await options.handle?.(problem)) return;
    await refuse(state, problem, pressed);
  }
}

/** The button says that it works; a second press does nothing. */
function begin(state, pressed) {
  const text = [...pressed.childNodes];
  state.isBusy = true;
  state.form.setAttribute('aria-busy', 'true');
  pressed.ariaDisabled = 'true';
  pressed.replaceChildren(state.options.saving ?? 'Saving…');
  return () => {
    state.isBusy = false;
    state.form.removeAttribute('aria-busy');
    pressed.ariaDisabled = null;
    pressed.replaceChildren(...text);
  };
}

/** The same body goes with the same Idempotency-Key, another body with another. */
function withRepeat(state, request) {
  if (request.method !== 'POST' || !isForWorkspace(request)) return request;
  const body = JSON.stringify(request.body);
  if (state.sent !== null && state.sent !== body) state.repeat = newRepeat();
  state.sent = body;
  return { ...request, repeat: state.repeat };
}

async function refuse(state, problem, pressed) {
  const { form, options } = state;
  if (problem instanceof Cancelled) return say('Not saved: it was not confirmed.');
  if (problem instanceof Problem) {
    if (problem.status === 422 && problem.errors.length > 0) return showErrors(form, problem.errors, problem.detail);
    if (problem.status === 412 && options.edited) return await resolve(form, options.edited, () => submit(state));
    if (problem.retryAfter) countDown(pressed, problem.retryAfter);
  }
  form.prepend(withFocus(noticeOf(problem)));
}

/** Both versions, side by side: rare, so it is loaded when it is wanted. */
async function resolve(form, edited, save) {
  const { resolveConflict } = await import('./conflict.js');
  await resolveConflict(form, edited, save);
}

function withFocus(node) {
  node.classList.add('summary');
  queueMicrotask(() => node.scrollIntoView({ block: 'nearest' }));
  return node;
}

/** The values of a form by field name: texts trimmed of nothing, check boxes of one name as a list. */
export function valuesOf(form) {
  const values = {};
  for (const field of form.elements) {
    if (!field.name || field.disabled) continue;
    if (field.type === 'checkbox') {
      if (field.dataset.single !== undefined) values[field.name] = field.checked;
      else values[field.name] = [...(values[field.name] ?? []), ...(field.checked ? [field.value] : [])];
    } else if (field.type !== 'radio' || field.checked) values[field.name] = field.value;
  }
  return values;
}

export function setValues(form, values) {
  for (const field of form.elements) {
    if (!field.name || !(field.name in values)) continue;
    const value = values[field.name];
    if (field.type === 'checkbox') field.checked = Array.isArray(value) ? value.includes(field.value) : value === true;
    else if (field.type === 'radio') field.checked = field.value === value;
    else field.value = value ?? '';
  }
}

/** What of `after` is not as in `before`; null where all is. */
export function changes(before, after) {
  const changed = Object.entries(after).filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name]));
  return changed.length > 0 ? Object.fromEntries(changed) : null;
}

/** A labelled field made in a script, as those in the shells are. */
export function field(id, label, attributes = {}, help = null) {
  return element('div', { class: 'field' }, element('label', { for: id }, label),
    help && element('p', { class: 'help', id: `${id}-help` }, help),
    element('input', { id, name: id, 'aria-describedby': help && `${id}-help`, ...attributes }));
}

// Errors of a form: one summary with links, one sentence beside each field.

export function clearErrors(form) {
  for (const node of findAll('.error, .summary', form)) node.remove();
  for (const field of findAll('[aria-invalid]', form)) {
    field.removeAttribute('aria-invalid');
    describe(field, `${nameOf(field)}-error`, false);
  }
}

/** Shows errors `{ pointer, message }`, all at once, and moves the focus to the first field. One field needs no summary. */
export function showErrors(form, errors, detail = null) {
  const places = errors.map((error) => ({ ...error, field: fieldOf(form, error.pointer) }));
  for (const place of places) if (place.field) mark(place.field, place.message);
  const isLong = findAll('input, select, textarea', form).filter((field) => field.checkVisibility()).length > 1;
  if (isLong || places.some((place) => !place.field)) form.prepend(summary(places, detail));
  const first = places.map((place) => place.field).filter(Boolean).sort(inOrder)[0];
  (first ?? find('.summary', form)).focus();
}

const inOrder = (left, right) => (left.compareDocumentPosition(right) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1);

function summary(places, detail) {
  const title = places.length === 1 ? 'One field has to be corrected.' : `${places.length} fields have to be corrected.`;
  const isOfFields = places.every((place) => place.field);
  return element('div', { class: 'notice bad summary', role: 'alert', tabindex: '-1' },
    element('p', {}, element('strong', {}, isOfFields ? title : detail ?? title)),
    element('ul', {}, ...places.map((place) => element('li', {}, line(place)))));
}

function line({ field, message, pointer }) {
  if (!field) return `${pointer.slice(1)}: ${message}`;
  const link = element('a', { href: `#${field.id}` }, `${labelOf(field)}: ${message}`);
  link.addEventListener('click', (event) => {
    event.preventDefault();
    field.focus();
  });
  return link;
}

/** The field that a JSON pointer names: one that says so, or by its first step: /allowed_addresses/2 is the field allowed_addresses. */
function fieldOf(form, pointer = '') {
  const own = findAll('[data-pointer]', form).find((node) => node.dataset.pointer === pointer);
  if (own) return own;
  const found = form.elements.namedItem(pointer.split('/')[1] ?? '');
  return found instanceof RadioNodeList ? [...found].find((node) => node.matches('input:not(:disabled)')) : found;
}

const groupOf = (field) => (field.type === 'checkbox' || field.type === 'radio' ? field.closest('fieldset') : null);
const nameOf = (field) => groupOf(field)?.id || field.id;

function labelOf(field) {
  const label = groupOf(field)?.querySelector('legend') ?? field.labels?.[0] ?? field.closest('.field').firstElementChild;
  return label.textContent.trim();
}

function mark(field, message) {
  const id = `${nameOf(field)}-error`;
  const known = document.getElementById(id);
  if (known) return known.append(` ${message}`);
  const group = groupOf(field);
  const node = element('p', { class: 'error', id, role: 'alert' }, message);
  if (group) find('legend', group).after(node);
  else (find('.help', field.closest('.field')) ?? field.closest('.field').firstElementChild).after(node);
  field.closest('details')?.setAttribute('open', '');
  field.setAttribute('aria-invalid', 'true');
  describe(field, id, true);
}

function describe(field, id, isOn) {
  const ids = new Set((field.getAttribute('aria-describedby') ?? '').split(' ').filter(Boolean));
  if (isOn) ids.add(id);
  else ids.delete(id);
  if (ids.size > 0) field.setAttribute('aria-describedby', [...ids].join(' '));
  else field.removeAttribute('aria-describedby');
}

/** What can be said without the server: what is missing, and lengths. */
export function localErrors(form) {
  return [...form.elements].filter((field) => field.name && field.willValidate).flatMap((field) => {
    const message = messageOf(field);
    return message ? [{ pointer: `/${field.name}`, message }] : [];
  });
}

function messageOf({ validity, minLength, maxLength, value }) {
  if (validity.valueMissing) return 'Fill this in.';
  if (minLength > 0 && value && value.length < minLength) return `Use at least ${minLength} characters.`;
  if (maxLength > 0 && value.length > maxLength) return `Use at most ${maxLength} characters.`;
  if (validity.badInput) return 'Give a whole date and time.';
  return null;
}

// A thing of the API in a form: its values as they were read, the form's as they are now, and the change between them.

export class Edited {
  #answer;
  #options;

  /**
   * Options: `request` reads it; `labels` by field; `valuesOf(data)`, its values that the form has; `read()`, the form's in the
   * API's terms; `show(values)` puts values into the form; `told(name, value)`, a value in words where it is no text and no list of texts.
   */
  constructor(answer, options) {
    this.#answer = answer;
    this.#options = options;
    options.show(options.valuesOf(answer.data));
  }

  get request() { return this.#options.request; }
  get labels() { return this.#options.labels; }
  get data() { return this.#answer.data; }
  get etag() { return this.#answer.etag; }

  valuesOf(data) { return this.#options.valuesOf(data); }

  told(name, value) { return this.#options.told?.(name, value) ?? (Array.isArray(value) ? value.join(', ') : String(value ?? '')); }

  /** What the user changed; null where nothing. */
  ownChanges() { return changes(this.valuesOf(this.data), this.#options.read()); }

  /** The PATCH that saves the changes; null where there are none. */
  patch() {
    const body = this.ownChanges();
    return body && { ...this.request, method: 'PATCH', body, etag: this.etag };
  }

  /** From here on the thing is what `answer` says; the form shows `values`. */
  take(answer, values = this.valuesOf(answer.data)) {
    this.#answer = answer;
    this.#options.show(values);
  }
}

// Drafts: what was typed into a form survives a closed tab, for seven days, without secrets.

const pause = 500;

/** The draft of one form of this address. `apply` runs after values were put back. */
export class Draft {
  #name = `${user()?.id}.${location.pathname}`;
  #timer = null;
  #form = null;
  #first = null;
  #apply;

  constructor(apply = () => {}) {
    this.#apply = apply;
  }

  follow(form) {
    this.#form = form;
    this.#first = this.#safeValues();
    const draft = readDraft(this.#name);
    if (draft && changes(this.#first, draft.values)) this.#offer(draft);
    form.addEventListener('input', () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#keep(), pause);
    });
  }

  /** What is in the form is saved, or is wanted no more. */
  end() {
    clearTimeout(this.#timer);
    removeDraft(this.#name);
    this.#first = this.#safeValues();
  }

  /** Only what was altered: of a field that somebody else saves in the meantime, theirs stays. */
  #keep() {
    const altered = changes(this.#first, this.#safeValues());
    if (altered) writeDraft(this.#name, altered);
    else removeDraft(this.#name);
  }

  #safeValues() {
    const values = valuesOf(this.#form);
    for (const field of this.#form.elements) {
      if (field.type === 'password' || field.dataset.secret !== undefined) delete values[field.name];
    }
    return values;
  }

  #offer(draft) {
    const first = this.#first;
    this.#put({ ...first, ...draft.values });
    const note = element('div', { class: 'notice', role: 'status' },
      element('p', {}, `Your draft of ${shownWithZone(draft.at)} is back.`),
      element('p', { class: 'actions' }, button('Discard it', () => {
        this.#put(first);
        this.end();
        note.remove();
      })));
    this.#form.prepend(note);
  }

  #put(values) {
    setValues(this.#form, values);
    this.#apply();
  }
}
