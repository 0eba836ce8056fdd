// Analytics of a page: its views, and the clicks on each of its links.

import { Clicks, viewsOf } from './clicks.js';
import { addressIn, count, element, find, findAll, linkName, table, workspace } from './page.js';
import { screen } from './screen.js';

const id = decodeURIComponent(location.pathname.split('/').at(-2));
const page = { path: `/bio-pages/${id}`, optional: true };
const views = new Clicks(viewsOf(id));

screen({
  title: 'Analytics of a page', place: 'Pages', show, requests: { page, ...views.requests }, curl: () => [views.request()],
  allowed: ({ may, membership }) => (may('analytics:read') ? null : `The role ${membership.role} does not see analytics.`),
});

function show(context, answers) {
  if (answers.page) showTitle(answers.page.data);
  views.show(context, answers.clicks, linksOf);
}

function showTitle({ title }) {
  document.title = `${title} · ${document.title}`;
  find('h1').textContent = title;
  find('[data-part=page]').href = addressIn(workspace, `pages/${id}`);
}

/** The clicks on the links of the page, in the same time. */
function linksOf({ links, clicks }) {
  const name = (link) => element('div', {},
    element('a', { class: 'link', href: addressIn(workspace, `links/${link.link_id}`) }, ...linkName(partsOf(link.short_url))),
    element('span', { class: 'soft', dir: 'auto' }, link.title ?? link.url));
  const node = table('Clicks on its links', ['Link', 'Clicks'], links.map((link) => [name(link), count(link.clicks)]), { numbers: [1] });
  for (const row of findAll('tbody tr', node)) row.dataset.row = '';
  return element('section', {}, element('h2', {}, 'Clicks on its links'),
    links.length > 0 ? node : element('p', { class: 'empty' }, 'The page has no link that counts clicks.'),
    element('p', { class: 'under' }, `${count(clicks)} in all.`));
}

function partsOf(address) {
  const { hostname, pathname } = new URL(address);
  return { domain: hostname, slug: decodeURIComponent(pathname.slice(1)) };
}
