// What is done to one page of the list: by a button in its row, or by a key for the row that has the focus.

import { act, confirmed, newRepeat } from './api.js';
import { addressIn, button, element, find, say, workspace } from './page.js';
import { addKeys } from './screen.js';

const one = (page, step = '') => ({ path: `/bio-pages/${page.id}${step}` });
const nameOf = ({ domain, slug }) => `${domain}/${slug}`;

export const editorAddress = (page) => addressIn(workspace, `pages/${page.id}`);

/** The buttons of a row; none for who may not write. `list` is a ``CursorList``. */
export function actionsOf(page, list, isOwn) {
  if (!isOwn) return [];
  const make = (verb, go, kind = '') => button(verb, () => go(page, list), { kind: `quiet ${kind}`, label: `${verb} ${nameOf(page)}` });
  if (page.deleted_at) return [make('Restore', restore), make('Delete for good', purge, 'danger')];
  const edit = element('a', { class: 'button quiet', href: editorAddress(page), 'aria-label': `Edit ${nameOf(page)}` }, 'Edit');
  return [edit, make('Delete', remove)];
}

/** Into the bin: the line says so until the next action, and undoes it. */
async function remove(page, list) {
  if (!await act({ ...one(page), method: 'DELETE' }, list.place)) return;
  list.remove(page);
  const undo = () => {
    addKeys({ keys: 'z', name: 'Undo the deletion', go: () => say('There is nothing to undo.') });
    return restore(page, list);
  };
  say(`Deleted: ${nameOf(page)}. `);
  find('#status').append(button('Undo', undo, { kind: 'quiet', key: 'z' }));
  addKeys({ keys: 'z', name: 'Undo the deletion', go: undo });
}

async function restore(page, list) {
  const answer = await act({ ...one(page, '/restore'), method: 'POST', body: {}, repeat: newRepeat() }, list.place);
  if (!answer) return;
  if (page.deleted_at) list.remove(page);
  else await list.refresh(answer.data);
  say(`Restored: ${nameOf(page)}.`);
}

async function purge(page, list) {
  const text = ['Its versions, its views and the links that it made go with it, and its slug is free.', 'This cannot be undone.'];
  if (!await confirmed(`Delete ${nameOf(page)} for good`, text, 'Delete for good')) return;
  if (!await act({ ...one(page), method: 'DELETE', query: { purge: true } }, list.place)) return;
  list.remove(page);
  say(`Deleted for good: ${nameOf(page)}.`);
}

export function addPageKeys(list, isOwn) {
  if (!isOwn) return;
  const onRow = (go) => () => {
    const row = document.activeElement?.closest('[data-row]');
    const page = list.items.find(({ id }) => id === row?.dataset.row);
    if (page) go(page);
    else say('Choose a page first: j leads to the next row.');
  };
  addKeys(
    { keys: 'e', name: 'Edit the page', go: onRow((page) => page.deleted_at || location.assign(editorAddress(page))), isOfRows: true },
    { keys: '#', name: 'Delete the page', go: onRow((page) => (page.deleted_at ? purge : remove)(page, list)), isOfRows: true },
  );
}
