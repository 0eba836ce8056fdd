// A new page: its title, its address and its theme. The editor has the rest.

import { connect, Draft } from './form.js';
import { handleSlug } from './link-form.js';
import { hostsOf } from './link-parts.js';
import { addressIn, find, fromTemplate, leaveMessage, linkName, options, part, workspace } from './page.js';
import { themeChoices } from './page-fields.js';
import { screen } from './screen.js';

let form = null;
let defaultHost = null;

screen({
  title: 'New page', place: 'Pages', show, curl: () => [form && request()],
  allowed: ({ may, membership }) => (may('pages:write') ? null
    : `You are ${membership.role} in ${membership.name}. Members, admins and owners make and change pages.`),
  requests: { domains: { path: '/domains', query: { limit: 100 }, optional: true } },
});

/** What was left empty is left out, and so is the host that a page is on by itself. */
function request() {
  const { title, slug, domain, theme } = form.elements;
  const given = { title: title.value, slug: slug.value.trim() || undefined, theme: theme.value };
  return { method: 'POST', path: '/bio-pages', body: { ...given, ...(domain.value === defaultHost ? {} : { domain: domain.value }) } };
}

function show({ body, session }, { domains }) {
  const root = fromTemplate('form');
  const hosts = hostsOf(session, domains);
  form = find('form', root);
  [defaultHost] = hosts;
  const { domain, slug, title, theme } = prepared(hosts);
  theme.value = 'paper';
  body.append(root);
  const draw = () => {
    const text = slug.value.trim();
    find('#final', form).replaceChildren(...linkName({ domain: domain.value, slug: text || 'random' }, text ? '' : 'off'));
  };
  draw();
  form.addEventListener('input', draw);
  const draft = new Draft(draw);
  const restored = (text) => {
    draft.end();
    leave('', text);
  };
  const { submit } = connect(form, {
    request, draft, saving: 'Making the page…', done: ({ data }) => leave(`/${data.id}`, `Made: ${data.domain}/${data.slug}.`),
    handle: (problem) => handleSlug(problem, form, { restored, submit: () => submit() }),
  });
  title.focus();
}

function prepared(hosts) {
  const { domain } = form.elements;
  domain.append(...options(hosts, hosts[0]));
  domain.closest('.field').hidden = hosts.length < 2;
  part(form, 'themes').append(...themeChoices());
  return form.elements;
}

function leave(path, text) {
  leaveMessage(text);
  location.assign(addressIn(workspace, `pages${path}`));
}
