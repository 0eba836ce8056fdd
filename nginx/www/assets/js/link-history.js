// What was done to one link, newest first: each change field by field, and the way back to what was before.

import { Cancelled, noticeOf, send } from './api.js';
import { changesOf, changesTable, valueElement } from './audit-diff.js';
import { CursorList } from './lists.js';
import {
  addressIn, button, element, find, fromTemplate, linkName, linkPlaces, part, say, shown, timeElement, webAddress, workspace, zone,
} from './page.js';
import { offerUndo, screen } from './screen.js';

const id = decodeURIComponent(location.pathname.split('/').at(-2));
const linkRequest = { path: `/links/${id}` };
const limit = 25;

/** What of the log is shown: the address has it. Reading, too, is in the log. */
const choices = [[null, 'Changes'], ['all', 'All that happened']];
const chosen = () => (new URL(location.href).searchParams.get('show') === 'all' ? 'all' : null);
let asked = chosen();

const request = (after = null) => ({
  path: '/audit-log', query: { resource: id, action: asked ? null : 'link.updated', limit, starting_after: after },
});

screen({
  title: 'History', place: 'Links', show, curl: () => [request()], allowed: refusal,
  requests: {
    link: { ...linkRequest, optional: true }, entries: { ...request(), optional: true },
    members: { path: '/team/members', query: { limit: 100 }, optional: true },
  },
});

function refusal({ may, membership }) {
  return may('audit:read') ? null : `You are ${membership.role} in ${membership.name}. Admins and owners see what was done to a link.`;
}

function show(context, { link, entries, members }) {
  const history = new History(context, link, members?.data.data ?? []);
  if (entries) history.take(entries.data);
  else history.ask();
}

/** What a link can be set to; the rest of an entry only tells. */
const writable = new Set([
  'url', 'slug', 'domain', 'tags', 'title', 'utm_source', 'utm_medium', 'utm_campaign', 'utm_term', 'utm_content', 'starts_at',
  'expires_at', 'max_clicks', 'expired_url', 'redirect_status', 'disabled', 'indexable', 'archived', 'external_id', 'notes',
]);

const isSame = (left, right) => JSON.stringify(left) === JSON.stringify(right);

class History {
  #context;
  /** The link as it is now, with its tag; null of one that was deleted. */
  #link;
  #members;
  #list;
  #root = fromTemplate('history');

  constructor(context, link, members) {
    this.#context = context;
    this.#link = link;
    this.#members = new Map(members.map((member) => [member.id, member]));
    this.#list = new CursorList({
      place: part(this.#root, 'list'), noun: 'entry', nouns: 'entries', request, table: () => fromTemplate('table'),
      refuge: { focus: () => find('a', part(this.#root, 'choices')).focus() },
      row: (entry) => this.#row(entry), empty: () => this.#empty(), under: `Times are in ${zone()}.`,
    });
    part(this.#root, 'places').append(linkPlaces({ id }, 'History'));
    context.body.append(this.#root);
    addEventListener('popstate', () => this.#lead(chosen()));
    this.#drawChoices();
    this.#drawHead();
  }

  take(answer) { this.#list.take(answer); }
  ask() { return this.#list.ask(); }

  get #mayWrite() { return this.#link !== null && this.#context.may('links:write'); }

  #drawHead() {
    const place = part(this.#root, 'link');
    if (!this.#link) {
      return place.replaceChildren('This link is deleted. Restore it among the ',
        element('a', { href: `${addressIn(workspace, 'links')}?q=state:deleted` }, 'deleted links'), ' to put something back.');
    }
    const { data: link } = this.#link;
    place.replaceChildren(element('a', { class: 'link', href: webAddress(link.short_url) }, ...linkName(link)),
      element('span', { class: 'soft' }, ` Made ${shown(link.created_at)} ${zone()}.`));
  }

  #lead(wanted) {
    asked = wanted;
    say('');
    this.#drawChoices();
    return this.ask();
  }

  #drawChoices() {
    const place = part(this.#root, 'choices');
    const at = [...place.children].indexOf(document.activeElement);
    place.replaceChildren(...choices.map(([name, words]) => this.#choice(name, words)));
    place.children[at]?.focus();
  }

  #choice(name, words) {
    const address = `${location.pathname}${name ? `?show=${name}` : ''}`;
    const go = (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      history.pushState(null, '', address);
      this.#lead(name);
    };
    return element('a', { class: 'button', href: address, 'aria-current': name === asked ? 'true' : null, click: go }, words);
  }

  #empty() {
    return element('div', { class: 'empty' }, element('p', {}, element('strong', {}, 'This link was never changed.')),
      element('p', {}, 'Whoever changes it is told of here, with what was before.'));
  }

  // An entry.

  #row(entry) {
    const node = fromTemplate('row');
    const rows = changesOf(entry);
    part(node, 'what').append(this.#what(entry));
    part(node, 'who').append(this.#who(entry.actor));
    part(node, 'when').append(timeElement(entry.created_at));
    if (rows.length > 0) part(node, 'changes').append(this.#changes(entry, rows));
    return node;
  }

  #what({ action, outcome }) {
    const told = actions[action] ?? action;
    return outcome === 'success' ? told : `${told}: ${outcome}`;
  }

  /** The person where the log names one; keys lead to their screen. */
  #who(actor) {
    const member = this.#members.get(actor);
    if (member) return element('span', { dir: 'auto', title: member.email }, member.name);
    const address = addressIn(workspace, `settings/api-keys/${actor}`);
    if (actor.startsWith('key_')) return element('a', { href: address }, `API key ${actor}`);
    return actor.startsWith('mem_') ? `A member who has left (${actor})` : actor;
  }

  /** Of a change all fields; of what was made or deleted they are many, and folded away. */
  #changes(entry, rows) {
    const at = shown(entry.created_at);
    if (entry.action !== 'link.updated') {
      return element('details', {}, element('summary', {}, 'The link as it was'), changesTable(`The link, ${at}`, rows));
    }
    const known = rows.filter((row) => row.field !== 'password');
    if (!this.#mayWrite) return changesTable(`What changed, ${at}`, known);
    const open = known.filter((row) => this.#canPutBack(row));
    const all = button('Put all of it back', () => this.#putBack(open), { kind: 'quiet' });
    return element('div', {}, changesTable(`What changed, ${at}`, known, (row) => this.#action(row)),
      open.length > 1 ? element('p', { class: 'actions' }, all) : '');
  }

  #canPutBack({ field, before }) {
    return writable.has(field) && before !== undefined && !isSame(this.#link.data[field], before);
  }

  #action(row) {
    if (this.#canPutBack(row)) {
      return button('Put back', () => this.#putBack([row]), { kind: 'quiet', label: `Put back: ${row.name}` });
    }
    const text = row.field === 'password_protected' ? 'a password is stored nowhere' : writable.has(row.field) ? 'as it is now' : '';
    return element('span', { class: 'soft' }, text);
  }

  // Putting back.

  async #putBack(rows) {
    const { data: now } = this.#link;
    const wanted = Object.fromEntries(rows.map(({ field, before }) => [field, before]));
    const undone = Object.fromEntries(rows.map(({ field }) => [field, now[field]]));
    if (!await this.#change(wanted)) return;
    offerUndo(['Put back: ', ...told(rows)], async () => {
      if (await this.#change(undone)) say('Undone: the link is as it was before.');
    }, 'Undo what was put back');
  }

  /** Changes the link that was seen, and no other; then the list has the change. */
  async #change(body) {
    const place = part(this.#root, 'failure');
    place.replaceChildren();
    say('');
    try {
      await this.#take(await send({ ...linkRequest, method: 'PATCH', body, etag: this.#link.etag }));
      return true;
    } catch (problem) {
      if (problem.status === 412) await this.#meet();
      else if (problem instanceof Cancelled) say('Nothing was put back: it was not confirmed.');
      else place.replaceChildren(noticeOf(problem));
      return false;
    }
  }

  /** Somebody else was there first: what they did is shown, and the buttons are there to be pressed again. */
  async #meet() {
    await this.#take(await send(linkRequest));
    say('Nothing was put back: somebody else has changed the link in the meantime. This is how it is now.');
  }

  async #take(answer) {
    this.#link = answer;
    this.#drawHead();
    await this.ask();
  }
}

/** Destination is “https://example.com/a” again. */
function told(rows) {
  return rows.flatMap(({ name, before }, index) => [index > 0 ? ', ' : '', `${name} is `, valueElement(before)]).concat(' again.');
}

const actions = {
  'link.created': 'Made', 'link.updated': 'Changed', 'link.deleted': 'Deleted', 'link.restored': 'Restored',
  'link.purged': 'Deleted for good', 'GET /links/{id}': 'Read', 'GET /links/{id}/qr': 'QR code drawn',
};
