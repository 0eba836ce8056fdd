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
    names.length > 0 ? comparison(edited, names, mine, theirs) : element('p', {}, 'They changed other fields than you did.'),
    element('p', { class: 'actions' }, button('Keep mine', keepMine, { kind: 'main' }), button('Take theirs', takeTheirs)));
}

/** What nobody needs to see, or can read. */
const hidden = ['password', 'logo'];

function comparison(edited, names, mine, theirs) {
  const shown = (name, value) => element('bdi', {}, (hidden.includes(name) ? '…' : edited.told(name, value)) || '–');
  const rows = names.map((name) => [edited.labels[name] ?? name, ...[mine, theirs].map((values) => shown(name, values[name]))]);
  return table('What differs', ['Field', 'Yours', 'Theirs'], rows);
}
