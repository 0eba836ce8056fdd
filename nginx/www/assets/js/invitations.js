// Invitations: made, shown once as a link to hand over, withdrawn.

import { act } from './api.js';
import { connect, Draft } from './form.js';
import { showLink } from './handed-link.js';
import { button, element, find, fromTemplate, options, part, say, timeElement } from './page.js';
import { rolesToGive } from './roles.js';
import { reload } from './screen.js';

const path = '/team/invitations';

export function showInvitations(root, context, invitations) {
  const section = part(root, 'invite');
  const form = find('form', section);
  section.hidden = false;
  part(section, 'by-mail').textContent = context.session.app.mail
    ? 'The invitation goes by mail. You also get its link.' : 'This installation sends no mail: you get a link to hand over.';
  form.elements.role.append(...options(rolesToGive(context.membership.role), 'member'));
  list(section, context, root, invitations);
  connect(form, {
    saving: 'Inviting…', draft: new Draft(),
    request: () => ({ method: 'POST', path, body: { email: form.elements.email.value.trim(), role: form.elements.role.value } }),
    done: (answer) => invited(root, context, answer.data),
  });
}

async function invited(root, context, invitation) {
  await reload(context);
  const title = `Invitation for ${invitation.email}`;
  showLink(find('#body > div'), { title, text: 'Whoever opens it joins as you chose. Hand it over in a safe way.', ...invitation });
}

function list(section, context, root, invitations) {
  if (invitations.length === 0) return;
  const table = fromTemplate('invitations');
  find('tbody', table).append(...invitations.map((invitation) => row(invitation, context, root)));
  part(section, 'invitations').append(element('h3', {}, 'Open invitations'), table);
}

function row(invitation, context, root) {
  const node = fromTemplate('invitation', { email: invitation.email, role: invitation.role });
  part(node, 'ends').append(timeElement(invitation.expires_at));
  const label = `Withdraw the invitation for ${invitation.email}`;
  part(node, 'actions').append(button('Withdraw', () => withdraw(invitation, context, root), { label }));
  return node;
}

async function withdraw(invitation, context, root) {
  if (!await act({ method: 'DELETE', path: `${path}/${invitation.id}` }, root)) return;
  await reload(context);
  say(`Withdrawn: ${invitation.email}.`);
}
