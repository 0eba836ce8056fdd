// A new link.

import { connect, Draft } from './form.js';
import { handleSlug, prepareLink, readLink, showFolds } from './link-form.js';
import { hostsOf, refusalOfLinks } from './link-parts.js';
import { addressIn, find, fromTemplate, leaveMessage, workspace } from './page.js';
import { screen } from './screen.js';

let form = null;
let defaultHost = null;

screen({
  title: 'New link', place: 'Links', show, curl: () => [form && request()], allowed: refusalOfLinks,
  requests: { domains: { path: '/domains', query: { limit: 100 }, optional: true } },
});

/** The host that a link is on, and how it redirects, where nothing is said. */
const isUsual = (name, value) => (name === 'domain' && value === defaultHost) || (name === 'redirect_status' && value === 302);

/** What was left empty is left out. */
function request() {
  const isGiven = ([name, value]) => value !== null && value !== false && value.length !== 0 && !isUsual(name, value);
  return { method: 'POST', path: '/links', body: Object.fromEntries(Object.entries(readLink(form)).filter(isGiven)) };
}

function show({ body, session }, { domains }) {
  const root = fromTemplate('form');
  const hosts = hostsOf(session, domains);
  const draft = new Draft(() => showFolds(form));
  [defaultHost] = hosts;
  form = find('form', root);
  body.append(root);
  prepareLink(form, hosts);
  const restored = (text) => {
    draft.end();
    leave(text);
  };
  const { submit } = connect(form, {
    request, draft, saving: 'Making the link…', done: ({ data }) => leave(`Made: ${data.domain}/${data.slug}.`),
    handle: (problem) => handleSlug(problem, form, { restored, submit: () => submit() }),
  });
  form.elements.url.focus();
}

function leave(text) {
  leaveMessage(text);
  location.assign(addressIn(workspace, 'links'));
}
