// What a form says when it is refused: errors of fields, and somebody else's values.

import { send } from './api.js';
import { noticeOf } from './messages.js';
import { button, element, find, findAll, say, table } from './page.js';

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

/** The field that a JSON pointer names: /allowed_addresses/2 is the field allowed_addresses. */
function fieldOf(form, pointer = '') {
  const found = form.elements.namedItem(pointer.split('/')[1] ?? '');
  return found instanceof RadioNodeList ? [...found].find((node) => node.matches('input:not(:disabled)')) : found;
}

const groupOf = (field) => (field.type === 'checkbox' || field.type === 'radio' ? field.closest('fieldset') : null);
const nameOf = (field) => groupOf(field)?.id || field.id;
const labelOf = (field) => (groupOf(field)?.querySelector('legend') ?? field.labels[0]).textContent.trim();

function mark(field, message) {
  const id = `${nameOf(field)}-error`;
  const known = document.getElementById(id);
  if (known) return known.append(` ${message}`);
  const group = groupOf(field);
  const node = element('p', { class: 'error', id, role: 'alert' }, message);
  if (group) find('legend', group).after(node);
  else (find('.help', field.closest('.field')) ?? field.closest('.field').firstElementChild).after(node);
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

// Somebody else saved in between: both versions, field by field, and the choice.

/** Reads the edited thing again and asks whose values hold. `save` sends the form once more. */
export async function resolveConflict(form, edited, save) {
  try {
    const answer = await send(edited.request);
    form.prepend(panel(form, edited, answer, save));
    find('.summary button', form).focus();
  } catch (problem) {
    form.prepend(noticeOf(problem));
  }
}

function panel(form, edited, answer, save) {
  const theirs = edited.valuesOf(answer.data);
  const mine = edited.ownChanges() ?? {};
  const names = Object.keys(mine).filter((name) => JSON.stringify(mine[name]) !== JSON.stringify(theirs[name]));
  const put = (values) => {
    clearErrors(form);
    edited.take(answer, values);
  };
  const keepMine = () => {
    put({ ...theirs, ...mine });
    save();
  };
  const takeTheirs = () => {
    put(theirs);
    say('The form has their values now.');
  };
  return element('div', { class: 'notice warn summary', role: 'alert' },
    element('p', {}, element('strong', {}, 'Somebody else saved this in the meantime.')),
    names.length > 0 ? comparison(edited.labels, names, mine, theirs) : element('p', {}, 'They changed other fields than you did.'),
    element('p', { class: 'actions' }, button('Keep mine', keepMine, { kind: 'main' }), button('Take theirs', takeTheirs)));
}

function comparison(labels, names, mine, theirs) {
  const rows = names.map((name) => [labels[name] ?? name, shown(mine[name]), shown(theirs[name])]);
  return table('What differs', ['Field', 'Yours', 'Theirs'], rows);
}

const shown = (value) => element('bdi', {}, (Array.isArray(value) ? value.join(', ') : String(value ?? '')) || '–');
