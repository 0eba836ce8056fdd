// A slug that something deleted keeps: it comes back, or goes for good and leaves the slug. Loaded when it happens.

import { act, confirmed, newRepeat } from './api.js';
import { button, element, linkName } from './page.js';

/** Offers both ways above a form. `restored()` runs after the one; after the other, `submit()` sends the form again. */
export function offerBothWays({ deletedId }, form, { restored, submit }) {
  const isLink = deletedId.startsWith('lnk_');
  const path = `/${isLink ? 'links' : 'bio-pages'}/${deletedId}`;
  const what = isLink ? 'link' : 'page';
  const place = { domain: form.elements.domain.value, slug: form.elements.slug.value.trim() };
  const name = `${place.domain}/${place.slug}`;

  const restore = async () => {
    if (await act({ method: 'POST', path: `${path}/restore`, body: {}, repeat: newRepeat() }, node)) restored(`Restored: ${name}.`);
  };
  const purge = async () => {
    const text = [`The deleted ${what} can never come back, nor can its clicks.`, `Its slug goes to the ${location.pathname.includes('/pages/') ? 'page' : 'link'} in this form.`];
    if (!await confirmed(`Delete the old ${name} for good`, text, 'Delete for good')) return;
    if (await act({ method: 'DELETE', path, query: { purge: true } }, node)) submit();
  };

  const take = button('Delete it for good and take the slug', purge, { kind: 'danger' });
  const node = element('div', { class: 'notice warn summary', role: 'alert' },
    element('p', {}, element('strong', {}, `A ${what} that was deleted keeps this slug.`)),
    element('p', {}, ...linkName(place, 'ended'), ' can come back as it was, with its clicks. Or choose another slug below.'),
    element('p', { class: 'actions' }, button('Restore it', restore, { kind: 'main' }), take));
  form.prepend(node);
  node.querySelector('button').focus();
}
