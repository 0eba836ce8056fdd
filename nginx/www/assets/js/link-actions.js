// What is done to one link of the list: by a button in its row, or by a key for the row that has the focus.

import { act, copyText } from './api.js';
import { button, element, find, say } from './page.js';
import { editAddress, linkAddress, nameOf } from './link-row.js';
import { addKeys, binActions, nothingToUndo } from './screen.js';

/**
 * The list, as the actions need it: `{ place, links, selection, ready, replace(link), remove(link), refresh(link) }`. `place` is where a
 * failure is shown; `refresh` asks anew and leads to the link. Where links are selected, the keys of what is done are for all of them.
 */

const one = (link, step = '') => ({ path: `/links/${link.id}${step}` });

const { remove, restore, purge } = binActions({
  path: '/links', nameOf, loss: ['Its clicks and its QR codes go with it, and its slug is free.', 'This cannot be undone.'],
});

/** What stands beside the name of a link: for who only looks, too. */
export const copyButtons = (link) => {
  const made = button('Copy', () => copy(link, made), { kind: 'quiet', label: `Copy ${nameOf(link)}` });
  return [made, element('a', { class: 'button quiet', href: linkAddress(link, '/qr'), 'aria-label': `QR code of ${nameOf(link)}` }, 'QR')];
};

const copy = (link, node) => copyText(link.short_url, link.short_url, find('.link', node.closest('[data-row]')));

/** The buttons of a row; none for who may not write. */
export function actionsOf(link, list, isOwn) {
  if (!isOwn) return [];
  const make = (verb, go, kind = '') => button(verb, () => go(link, list), { kind: `quiet ${kind}`, label: `${verb} ${nameOf(link)}` });
  if (link.deleted_at) return [make('Restore', restore), make('Delete for good', purge, 'danger')];
  const edit = element('a', { class: 'button quiet', href: editAddress(link), 'aria-label': `Edit ${nameOf(link)}` }, 'Edit');
  return [edit, make(link.disabled ? 'Enable' : 'Disable', toggle), make('Delete', remove)];
}

async function toggle(link, list) {
  const answer = await act({ ...one(link), method: 'PATCH', body: { disabled: !link.disabled } }, list.place);
  if (!answer) return;
  list.replace(answer.data);
  say(`${link.disabled ? 'Enabled' : 'Disabled'}: ${nameOf(link)}.`);
}

export function addLinkKeys(list, isOwn) {
  const focused = () => document.activeElement?.closest('[data-row]');
  const apply = (go, row) => {
    const link = list.links.find(({ id }) => id === row?.dataset.row);
    if (link) go(link, row);
    else say('Choose a link first: j leads to the next row.');
  };
  const onRow = (go) => () => apply(go, focused());
  const leads = (addressOf) => onRow((link) => link.deleted_at || location.assign(addressOf(link)));
  addKeys(
    { keys: 'l', name: 'Copy the short link', go: onRow((link, row) => link.deleted_at || copy(link, row)), isOfRows: true },
    { keys: 'r', name: 'QR code of the link', go: leads((link) => linkAddress(link, '/qr')), isOfRows: true },
  );
  if (!isOwn) return;
  /** For the selection, where there is one. */
  const onAll = (name, go) => async () => {
    const row = focused();
    await list.ready;
    if (list.selection?.size > 0) list.selection[name]();
    else apply(go, row);
  };
  addKeys(
    { keys: 'e', name: 'Edit the link', go: leads(editAddress), isOfRows: true },
    {
      keys: 'd', name: 'Disable or enable the link, or the selection', isOfRows: true,
      go: onAll('toggle', (link) => link.deleted_at || toggle(link, list)),
    },
    {
      keys: '#', name: 'Delete the link, or the selection', isOfRows: true,
      go: onAll('remove', (link) => (link.deleted_at ? purge : remove)(link, list)),
    },
    { keys: 'z', name: 'Undo the deletion', go: nothingToUndo },
  );
}
