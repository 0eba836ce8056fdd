// Whom the sysadmin lets in: name, password, and the name of the workspace where it is a new one; a passkey; then the first key.

import { offerPasskey } from './first-passkey.js';
import { connect, setValues, valuesOf } from './form.js';
import { handleEnded, oneTimeScreen } from './one-time.js';
import { addressIn, element, find, fromTemplate, part, write } from './page.js';

oneTimeScreen('welcome', { draw, withoutToken });

function draw(body, link, use) {
  const root = fromTemplate('welcome', { email: link.email, role: link.role ?? 'owner', where: link.workspace?.name ?? 'a new workspace' });
  body.append(root);
  const form = find('form', root);
  if (link.workspace) part(root, 'workspace').remove();
  setValues(form, { name: link.name, email: link.email });
  connect(form, {
    guest: true, saving: 'Setting up…', handle: handleEnded, done: (answer) => enter(body, answer.data, link.workspace?.slug),
    request: () => {
      const { name, password, workspace_name: workspace } = valuesOf(form);
      return use({ name, password, workspace_name: workspace });
    },
  });
}

/** After a passkey, where one is wanted, comes the screen of a first key. */
function enter(body, session, invitedTo) {
  const slug = invitedTo ?? session.workspaces[0].slug;
  write('workspace', slug);
  offerPasskey(body, addressIn(slug, 'settings/api-keys/new?first'));
}

function withoutToken(body) {
  body.replaceChildren(element('p', {}, 'This screen needs the link that the installation printed. Another one, on the server:'),
    element('pre', { class: 'sample', tabindex: 0 }, 'maskctl user invite EMAIL'));
}
