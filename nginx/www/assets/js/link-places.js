// The screens of one link, as a row of places above each of them.

import { addressIn, element, read, workspace } from './page.js';

const places = [
  { name: 'Numbers', step: '', scope: 'analytics:read' },
  { name: 'Edit', step: '/edit', scope: 'links:write' },
  { name: 'QR code', step: '/qr', scope: 'links:read' },
  { name: 'History', step: '/history', scope: 'audit:read' },
];

/** The places of a link that the user may see, and the `current` one, by its name. */
export function linkPlaces({ id }, current) {
  const scopes = read(`scopes.${workspace}`) ?? [];
  const isShown = ({ name, scope }) => name === current || scopes.includes(scope);
  const place = ({ name, step }) => element('a', {
    class: 'button', href: addressIn(workspace, `links/${id}${step}`), 'aria-current': name === current ? 'page' : null,
  }, name);
  return element('nav', { class: 'ranges', 'aria-label': 'This link' }, ...places.filter(isShown).map(place));
}
