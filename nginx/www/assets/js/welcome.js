// The first owner of a workspace: name, password, the workspace's name, then the first key.

import { call } from './api.js';
import { connect, setValues, valuesOf } from './form.js';
import { handleEnded, oneTimeScreen } from './one-time.js';
import { element, find, fromTemplate, write } from './page.js';
import { browserZone } from './time.js';

oneTimeScreen('welcome', { draw, withoutToken });

function draw(body, link, use) {
  const root = fromTemplate('welcome', { email: link.email });
  body.append(root);
  const form = find('form', root);
  setValues(form, { name: link.name, workspace_name: link.workspace?.name, email: link.email });
  connect(form, {
    guest: true, saving: 'Setting up…', handle: handleEnded, done: (answer) => enter(answer.data),
    request: () => {
      const { name, password, workspace_name: workspace } = valuesOf(form);
      return use({ name, password, workspace_name: workspace });
    },
  });
}

/** The first screen of a new workspace is the one of its first key. */
async function enter(session) {
  const { slug } = session.workspaces[0];
  write('workspace', slug);
  await call({ method: 'PATCH', path: '/account', body: { timezone: browserZone }, area: 'account' }).catch(() => {});
  location.replace(`/${encodeURIComponent(slug)}/settings/api-keys/new?first`);
}

function withoutToken(body) {
  body.replaceChildren(element('p', {}, 'This screen needs the link that the installation printed. To make another, type on the server:'),
    element('pre', { class: 'sample', tabindex: 0 }, 'maskctl user invite EMAIL --workspace SLUG --role owner'));
}
