// The designs of QR codes that a workspace keeps, and those in the bin: a picture each, its link, how often that was scanned.

import { curlOf, get, send } from './api.js';
import { CursorList } from './lists.js';
import {
  addressIn, agoElement, button, count, element, find, findAll, fromTemplate, linkName, part, say, workspace, zone,
} from './page.js';
import { addKeys, binActions, screen } from './screen.js';

const limit = 25;
const states = [[null, 'Kept'], ['deleted', 'Deleted']];

const chosen = () => {
  const query = new URL(location.href).searchParams;
  return { state: query.get('state') === 'deleted' ? 'deleted' : null, link: query.get('link') };
};
let asked = chosen();

const listRequest = (after = null) => ({
  path: '/qr-codes', query: { state: asked.state, link_id: asked.link, limit, starting_after: after },
});

screen({
  title: 'QR codes', place: 'QR codes', show, curl: () => [listRequest()],
  requests: {
    codes: { ...listRequest(), optional: true }, links: { path: '/links', query: { limit: 100 }, optional: true },
    scans: {
      path: '/analytics/clicks', optional: true,
      query: { interval: 'all', trigger: 'qr', group_by: 'link', limit: 1000, link_id: asked.link },
    },
  },
});

function show(context, { codes, links, scans }) {
  const list = new Codes(context, links?.data.data ?? [], scans?.data.groups ?? null);
  if (codes) list.take(codes.data);
  else list.ask();
}

class Codes {
  #list;
  #context;
  #root = fromTemplate('codes');
  /** Links by id: those that came with the screen, and promises of others. */
  #links;
  /** Scans by the id of a link; null where nobody may know them. */
  #scans;
  #watch = new IntersectionObserver((entries) => {
    for (const { isIntersecting, target } of entries) if (isIntersecting) this.#draw(target);
  }, { rootMargin: '200px' });

  constructor(context, links, scans) {
    this.#context = context;
    this.#links = new Map(links.map((link) => [link.id, link]));
    this.#scans = scans && new Map(scans.map(({ value, clicks }) => [value, clicks]));
    this.#list = new CursorList({
      place: part(this.#root, 'list'), noun: 'design', nouns: 'designs', request: listRequest,
      refuge: { focus: () => find('a', part(this.#root, 'states')).focus() }, table: () => fromTemplate('table'),
      row: (code) => this.#row(code), empty: () => this.#empty(),
      under: `Scans are all of the link, with whichever design. Times are in ${zone()}.`,
    });
    context.body.append(this.#root);
    addEventListener('popstate', () => this.#lead(chosen()));
    this.#drawStates();
    if (this.#isOwn) this.#addKeys();
  }

  get #isOwn() { return this.#context.may('links:write'); }

  take(answer) { this.#list.take(answer); }
  ask() { return this.#list.ask(); }

  // What is shown: all or the bin, of all links or of one.

  #lead(wanted) {
    asked = wanted;
    say('');
    this.#drawStates();
    return this.ask();
  }

  #drawStates() {
    const place = part(this.#root, 'states');
    const at = [...place.children].indexOf(document.activeElement);
    const choices = states.map(([state, name]) => this.#choice({ ...asked, state }, name, state === asked.state));
    place.replaceChildren(...choices, ...(asked.link ? [this.#choice({ ...asked, link: null }, 'Of all links', false)] : []));
    choices[at]?.focus();
  }

  #choice(wanted, name, isCurrent) {
    const query = new URLSearchParams(Object.entries(wanted).filter(([, value]) => value)).toString();
    const address = addressIn(workspace, `qr-codes${query && `?${query}`}`);
    const go = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      history.pushState(null, '', address);
      this.#lead(wanted);
    };
    return element('a', { class: 'button', href: address, 'aria-current': isCurrent ? 'true' : null, click: go }, name);
  }

  #empty() {
    if (asked.state) return element('p', { class: 'empty' }, element('strong', {}, 'Nothing was deleted in 30 days.'));
    const sample = { method: 'POST', path: '/qr-codes', body: { link_id: asked.link ?? 'lnk_…', foreground: '#16181d' } };
    const node = fromTemplate('empty', { sample: curlOf(sample, this.#context.session.app) });
    if (asked.link) find('a', node).href = addressIn(workspace, `links/${asked.link}/qr`);
    if (!this.#isOwn) for (const own of findAll('.of-writers', node)) own.remove();
    return node;
  }

  // A row.

  #row(code) {
    const node = fromTemplate('row', { looks: looksInWords(code) });
    const name = find('.name', node);
    name.textContent = nameOf(code);
    if (!code.deleted_at) {
      name.href = addressOf(code);
      const picture = element('img', { alt: '', width: 56, height: 56, 'data-code': code.id });
      part(node, 'picture').append(picture);
      this.#watch.observe(picture);
    }
    part(node, 'made').append(code.deleted_at ? 'deleted ' : '', agoElement(code.deleted_at ?? code.created_at));
    part(node, 'actions').append(...this.#actions(code));
    this.#showLink(node, code);
    return node;
  }

  /** Pictures come when their row does. */
  async #draw(picture) {
    this.#watch.unobserve(picture);
    const request = { path: `/qr-codes/${picture.dataset.code}/image`, query: { format: 'svg' }, file: 'qr-code.svg' };
    const answer = await send(request).catch(() => null);
    if (!answer) return picture.replaceWith('–');
    const text = new Uint8Array(await answer.data.arrayBuffer());
    picture.src = `data:image/svg+xml;base64,${btoa(Array.from(text, (byte) => String.fromCharCode(byte)).join(''))}`;
  }

  async #showLink(node, { link_id: id }) {
    if (!this.#links.has(id)) this.#links.set(id, get(`/links/${id}`).then(({ data }) => data, () => null));
    const known = this.#links.get(id);
    const link = known instanceof Promise ? await known : known;
    part(node, 'link').replaceChildren(link
      ? element('a', { class: 'link', href: addressIn(workspace, `links/${id}/qr`) }, ...linkName(link))
      : element('span', { class: 'soft' }, 'a deleted link'));
    part(node, 'scans').textContent = this.#scans ? count(this.#scans.get(id) ?? 0) : '–';
  }

  // What is done to one.

  #actions(code) {
    if (!this.#isOwn) return [];
    const name = nameOf(code);
    const make = (verb, go, kind = '') => button(verb, () => go(code, this.#list), { kind: `quiet ${kind}`, label: `${verb} ${name}` });
    if (code.deleted_at) return [make('Restore', restore), make('Delete for good', purge, 'danger')];
    const edit = element('a', { class: 'button quiet', href: addressOf(code), 'aria-label': `Edit ${name}` }, 'Edit');
    return [edit, make('Delete', remove)];
  }

  #addKeys() {
    const onRow = (go) => () => {
      const row = document.activeElement?.closest('[data-row]');
      const code = this.#list.items.find(({ id }) => id === row?.dataset.row);
      if (code) go(code);
      else say('Choose a design first: j leads to the next row.');
    };
    addKeys(
      { keys: 'e', name: 'Edit the design', isOfRows: true, go: onRow((code) => code.deleted_at || location.assign(addressOf(code))) },
      {
        keys: '#', name: 'Delete the design', isOfRows: true,
        go: onRow((code) => (code.deleted_at ? purge : remove)(code, this.#list)),
      },
    );
  }
}

const addressOf = ({ id }) => addressIn(workspace, `qr-codes/${id}`);

const nameOf = (code) => code.name ?? 'Without a name';

const { remove, restore, purge } = binActions({
  path: '/qr-codes', nameOf, loss: ['Codes that are printed go on leading to the link.', 'The design cannot be brought back.'],
});

/** 512 pixels, M, #000000 on transparent, round, with a logo */
function looksInWords(code) {
  const colors = `${code.foreground} on ${code.background}`;
  return [`${count(code.size)} pixels`, code.error_correction, colors, code.rounded && 'round', code.has_logo && 'with a logo']
    .filter(Boolean).join(', ');
}
