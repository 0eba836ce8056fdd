// The QR studio of a link: looks, the code as it is drawn, whether it scans, files of it; a design that is liked is kept.

import { connect, Draft } from './form.js';
import {
  addressIn, button, element, find, findAll, fromTemplate, leaveMessage, linkName, linkPlaces, part, webAddress, workspace,
} from './page.js';
import { download, Drawing, imageRequest, Looks, looksOf, usual } from './qr-form.js';
import { screen } from './screen.js';

const id = decodeURIComponent(location.pathname.split('/').at(-2));
const request = { path: `/links/${id}` };
let looks = null;

const image = (format = 'png') => imageRequest({ id }, looks?.read() ?? usual, format);

screen({
  title: 'QR code', place: 'Links', show, curl: () => [image(), looks && creation(true)],
  requests: { link: request, image: { ...image(), optional: true } },
});

/** What differs from the usual looks, as a code to keep. */
function creation(isTold = false) {
  const chosen = Object.entries(looks.read()).filter(([name, value]) => value !== usual[name]);
  const body = { link_id: id, ...Object.fromEntries(chosen) };
  // The bytes of a picture are more than a command line takes.
  if (isTold && body.logo) body.logo = `${body.logo.split(',')[0]},…`;
  return { method: 'POST', path: '/qr-codes', body };
}

function show({ body, may }, { link: { data: link }, image: first }) {
  const root = fromTemplate('studio');
  const form = find('form', root);
  part(root, 'places').append(linkPlaces(link, 'QR code'));
  const name = part(root, 'link');
  name.append(...linkName(link));
  name.href = webAddress(link.short_url) ?? '';
  if (!may('links:write')) for (const own of findAll('.of-writers', root)) own.remove();
  body.append(root);
  start(root, form, link, first);
  showKept(part(root, 'kept'));
}

function start(root, form, link, first) {
  let drawing = null;
  looks = new Looks(form, () => drawing?.later());
  looks.show(usual);
  drawing = new Drawing(root, {
    link, looks, source: () => {
      showDownloads(root, link);
      return { request: image(), logo: looks.read().logo };
    },
  });
  connect(form, { request: creation, draft: new Draft(() => looks.follow()), saving: 'Keeping it…', done: ({ data }) => leave(data) });
  const isUsual = JSON.stringify(looksOf(looks.read())) === JSON.stringify(looksOf(usual));
  drawing.draw(isUsual ? first?.data : null);
}

function leave(code) {
  leaveMessage(`Kept: ${code.name ?? 'the design'}.`);
  location.assign(addressIn(workspace, `qr-codes/${code.id}`));
}

/** The API draws logos in codes that are kept, and in no others. */
function showDownloads(root, link) {
  const hasLogo = Boolean(looks.read().logo);
  const place = part(root, 'downloads');
  const make = (format) => button(`Download ${format.toUpperCase()}`, () => download(image(format), `${link.slug}.${format}`, place));
  place.hidden = hasLogo;
  if (!place.hasChildNodes()) place.append(...['png', 'svg'].map(make));
  part(root, 'download-note').textContent = hasLogo ? 'Keep the design: then it can be downloaded with its logo.' : '';
}

function showKept(place) {
  place.append('Designs that were kept of this link are among the ',
    element('a', { href: addressIn(workspace, `qr-codes?link=${id}`) }, 'QR codes'), '.');
}
