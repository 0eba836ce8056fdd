// A host of the workspace's own, named; the records that prove it are told on its screen.

import { refusalOfDomains } from './domain-state.js';
import { connect, Draft, showErrors } from './form.js';
import { addressIn, find, fromTemplate, leaveMessage, workspace } from './page.js';
import { screen } from './screen.js';

let form = null;

screen({ title: 'New domain', place: 'Domains', show, curl: () => [form && request()], allowed: refusalOfDomains });

const request = () => ({ method: 'POST', path: '/domains', body: { host: hostIn(form.elements.host.value) } });

/** Of an address of the web that somebody pastes the host. */
const hostIn = (text) => text.trim().toLowerCase().replace(/^https?:\/\//, '').replace(/\/.*$/, '');

function show({ body, session }) {
  const root = fromTemplate('form', { link: new URL(session.app.link_url).hostname });
  form = find('form', root);
  body.append(root);
  connect(form, {
    request, draft: new Draft(), saving: 'Adding it…', handle,
    done: ({ data }) => {
      leaveMessage(`Added: ${data.host}. Now make the records below where its DNS is.`);
      location.assign(addressIn(workspace, `domains/${data.id}`));
    },
  });
  form.elements.host.focus();
}

/** A host that somebody has is an error of its field. */
function handle(problem) {
  if (problem.code !== 'domain_taken' && problem.code !== 'domain_exists') return false;
  showErrors(form, [{ pointer: '/host', message: problem.detail }]);
  return true;
}
