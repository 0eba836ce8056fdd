// What is done to one page of the list: by a button in its row, or by a key for the row that has the focus.

import { addressIn, button, element, say, workspace } from './page.js';
import { addKeys, binActions } from './screen.js';

const nameOf = ({ domain, slug }) => `${domain}/${slug}`;

const { remove, restore, purge } = binActions({
  path: '/bio-pages', nameOf,
  loss: ['Its versions, its views and the links that it made go with it, and its slug is free.', 'This cannot be undone.'],
});

export const editorAddress = (page) => addressIn(workspace, `pages/${page.id}`);

/** The buttons of a row; none for who may not write. `list` is a ``CursorList``. */
export function actionsOf(page, list, isOwn) {
  if (!isOwn) return [];
  const make = (verb, go, kind = '') => button(verb, () => go(page, list), { kind: `quiet ${kind}`, label: `${verb} ${nameOf(page)}` });
  if (page.deleted_at) return [make('Restore', restore), make('Delete for good', purge, 'danger')];
  const edit = element('a', { class: 'button quiet', href: editorAddress(page), 'aria-label': `Edit ${nameOf(page)}` }, 'Edit');
  return [edit, make('Delete', remove)];
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
