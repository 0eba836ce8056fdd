// Somebody else saved in between: both versions, field by field, and the choice.

import { noticeOf, send } from './api.js';
import { clearErrors } from './form.js';
import { button, element, find, say, table } from './page.js';

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
  const rows = names.map((name) => [labels[name] ?? name, ...[mine, theirs].map((values) => (name === 'password' || name === 'logo' ? '…' : shown(values[name])))]);
  return table('What differs', ['Field', 'Yours', 'Theirs'], rows);
}

const shown = (value) => element('bdi', {}, (Array.isArray(value) ? value.join(', ') : String(value ?? '')) || '–');
