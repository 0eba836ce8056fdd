// A design of a QR code that is kept: its looks are altered, its files downloaded; what is printed goes on leading to its link.

import { act, get, send } from './api.js';
import { connect, Draft, Edited } from './form.js';
import {
  addressIn, button, element, find, findAll, fromTemplate, lastStep, leaveMessage, linkName, part, say, shown, workspace, zone,
} from './page.js';
import { download, Drawing, imageRequest, labels, Looks, looksOf } from './qr-form.js';
import { addKeys, screen } from './screen.js';

const request = { path: `/qr-codes/${lastStep}` };
const image = (format) => ({ path: `${request.path}/image`, query: { format }, file: `qr-code.${format}` });
let edited = null;

screen({ title: 'QR code', place: 'QR codes', show, requests: { code: request }, curl });

/** The bytes of a picture are more than a command line takes. */
function curl() {
  const change = edited?.patch();
  if (change?.body.logo) change.body.logo = `${change.body.logo.split(',')[0]},…`;
  return [change ?? request, image('png')];
}

async function show({ body, may }, { code }) {
  const { data: link } = await get(`/links/${code.data.link_id}`);
  const root = fromTemplate('studio');
  if (!may('links:write')) {
    for (const own of findAll('.of-writers', root)) own.remove();
    find('form', root).hidden = true;
  }
  const name = part(root, 'link');
  name.append(...linkName(link));
  name.href = addressIn(workspace, `links/${link.id}/qr`);
  body.append(root);
  const drawing = start(root, code, link);
  if (may('links:write')) offerDeletion(part(root, 'delete'), drawing);
}

function start(root, code, link) {
  const form = find('form', root);
  let drawing = null;
  const looks = new Looks(form, () => drawing?.later());
  edited = new Edited(code, { request, labels, valuesOf: looksOf, read: () => looks.read(), show: (values) => looks.show(values) });
  drawing = new Drawing(root, { link, looks, source: () => sourceOf(link, looks) });
  showHead(root);
  showDownloads(part(root, 'downloads'), link);
  connect(form, {
    edited, draft: new Draft(() => looks.follow()), request: () => edited.patch(),
    done: (answer) => {
      looks.forgetLogo();
      edited.take(answer);
      showHead(root);
      say('Saved.');
    },
  });
  drawing.draw();
  return drawing;
}

/** What is kept, as the API draws it; what is not saved yet with a logo of ours. */
async function sourceOf(link, looks) {
  if (!edited.ownChanges()) return { request: image('png') };
  const values = looks.read();
  const logo = values.logo === undefined && edited.data.has_logo ? await keptLogo() : values.logo;
  return { request: imageRequest(link, values, 'png', Boolean(logo)), logo };
}

/** The logo stands as it is in the code's SVG, and nowhere else. */
async function keptLogo() {
  const text = await (await send(image('svg'))).data.text();
  return /href="(data:image\/png;base64,[^"]+)"/.exec(text)?.[1] ?? null;
}

function showHead(root) {
  const { name, created_at: made, has_logo: hasLogo } = edited.data;
  find('h1').textContent = name ?? 'QR code';
  part(root, 'about').textContent = `Made ${shown(made)} ${zone()}.`;
  const off = part(root, 'has-logo');
  if (off) off.hidden = !hasLogo;
}

function showDownloads(place, link) {
  const make = (format) => button(`Download ${format.toUpperCase()}`, () => download(image(format), `${link.slug}.${format}`, place));
  place.append(...['png', 'svg'].map(make));
  place.nextElementSibling.textContent = 'The files have the design as it was saved last.';
}

function offerDeletion(place, drawing) {
  const remove = async () => {
    drawing.stop();
    if (!await act({ ...request, method: 'DELETE' }, place)) return drawing.later();
    leaveMessage(`Deleted: ${edited.data.name ?? 'the QR code'}. It can be restored here.`);
    location.assign(addressIn(workspace, 'qr-codes?state=deleted'));
  };
  place.append(element('button', { type: 'button', class: 'danger', click: remove }, 'Delete the design'));
  addKeys({ keys: '#', name: 'Delete the design', go: remove });
}
