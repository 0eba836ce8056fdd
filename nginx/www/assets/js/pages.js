// The bio pages of a workspace, and those in the bin.

import { curlOf } from './api.js';
import { CursorList } from './lists.js';
import { actionsOf, addPageKeys, editorAddress } from './page-actions.js';
import {
  addressIn, agoElement, count, element, find, findAll, fromTemplate, here, linkName, part, say, webAddress, workspace, zone,
} from './page.js';
import { addKeys, screen } from './screen.js';

const limit = 50;
/** The page that an empty list is invited to make. */
const firstPage = {
  method: 'POST', path: '/bio-pages', body: { title: 'Ada', blocks: [{ type: 'link', title: 'My notes', url: 'https://example.com' }] },
};

const isBin = () => new URL(location.href).searchParams.get('state') === 'deleted';
const request = (after = null) => ({ path: '/bio-pages', query: { state: isBin() ? 'deleted' : null, limit, starting_after: after } });

screen({
  title: 'Pages', place: 'Pages', show, curl: () => [request()], requests: { pages: { ...request(), optional: true } },
  allowed: ({ may, membership }) => (may('pages:read') ? null : `You are ${membership.role} in ${membership.name}, who do not see pages.`),
});

function show(context, { pages }) {
  const isOwn = context.may('pages:write');
  const root = fromTemplate('pages');
  const list = new CursorList({
    place: part(root, 'list'), noun: 'page', nouns: 'pages', refuge: find('h1'), request, table: () => fromTemplate('table'),
    row: (page) => pageRow(page, actionsOf(page, list, isOwn)), empty: () => nothing(context, isOwn),
    under: `Views have bots among them. Times are in ${zone()}.`,
  });
  context.body.append(root);
  find('h1').tabIndex = -1;
  drawStates(root, list);
  addEventListener('popstate', () => lead(root, list));
  if (isOwn) offerNew();
  addPageKeys(list, isOwn);
  if (pages) list.take(pages.data);
  else list.ask();
}

function offerNew() {
  document.getElementById('new-page')?.remove();
  const create = element('a', { id: 'new-page', class: 'button main', href: addressIn(workspace, 'pages/new'), 'aria-keyshortcuts': 'c' },
    'New page', element('kbd', { 'aria-hidden': 'true' }, 'c'));
  find('#actions').prepend(create);
  addKeys({ keys: 'c', name: 'New page', go: () => create.click() });
}

/** What there is, or the bin: a step of the history each. */
function drawStates(root, list) {
  const choices = [['All', location.pathname], ['Deleted', `${location.pathname}?state=deleted`]].map(([name, address]) => {
    const node = element('a', { class: 'button', href: address, 'aria-current': (name === 'Deleted') === isBin() ? 'true' : null }, name);
    node.addEventListener('click', (event) => {
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      if (address !== here()) history.pushState(null, '', address);
      lead(root, list);
    });
    return node;
  });
  const place = part(root, 'states');
  const at = [...place.children].indexOf(document.activeElement);
  place.replaceChildren(...choices);
  if (at >= 0) choices[at].focus();
}

function lead(root, list) {
  say('');
  drawStates(root, list);
  return list.ask();
}

function pageRow(page, actions) {
  const node = fromTemplate('row', { title: page.title, views: count(page.views), noun: page.views === 1 ? 'view' : 'views' });
  const address = find('.link', node);
  address.append(...linkName(page, page.deleted_at ? 'ended' : page.published ? '' : 'off'));
  if (page.published && !page.deleted_at) address.href = webAddress(page.page_url) ?? '';
  if (!page.deleted_at) find('.name', node).href = editorAddress(page);
  part(node, 'created').append(agoElement(page.created_at));
  part(node, 'state').append(...stateOf(page));
  part(node, 'actions').append(element('p', { class: 'actions' }, ...actions));
  return node;
}

function stateOf(page) {
  const soft = (...nodes) => element('span', { class: 'soft' }, ...nodes);
  if (page.deleted_at) return ['deleted', soft(agoElement(page.deleted_at))];
  if (!page.published) return ['draft', soft('visitors find nothing')];
  const since = agoElement(page.published_at);
  return page.has_unpublished_changes ? ['published', soft('changed since, ', since)] : ['published', soft(since)];
}

function nothing({ session }, isOwn) {
  if (isBin()) return element('div', { class: 'empty' }, element('p', {}, element('strong', {}, 'Nothing was deleted in 30 days.')));
  const node = fromTemplate('empty', { sample: curlOf(firstPage, session.app) });
  if (!isOwn) for (const own of findAll('.of-writers', node)) own.remove();
  return node;
}
