// Who works in the workspace, with which role; invitations.

import { act, confirmed, newRepeat } from './api.js';
import { showLink } from './handed-link.js';
import { showInvitations } from './invitations.js';
import { button, element, find, fromTemplate, options, part, say, timeElement, zone } from './page.js';
import { roles, rolesToGive } from './roles.js';
import { reload, screen } from './screen.js';

const request = { path: '/team/members', query: { limit: 100 } };

screen({
  title: 'Members', place: 'Members', show, curl: () => [request, { path: '/team/invitations' }],
  requests: { members: request, invitations: { path: '/team/invitations', optional: true } },
});

/** From so many members on the list has a search; the module of lists is for them. */
const many = 6;

const addSearch = async (list) => (await import('./lists.js')).addSearch(list, 'members');

async function show(context, { members, invitations }) {
  const root = fromTemplate('members', { zone: zone() });
  const mayWrite = context.may('members:write');
  context.body.append(root);
  find('tbody', root).append(...members.data.data.map((member) => row(member, mayWrite, context, root)));
  if (members.data.data.length >= many) await addSearch(find('table', root));
  part(root, 'roles').append(...roles.map(roleRow));
  if (mayWrite) showInvitations(root, context, invitations?.data.data ?? []);
  else root.prepend(element('p', {}, `You are ${context.membership.role}. Owners and admins invite and remove members.`));
}

const roleRow = ({ name, text }) => element('tr', {}, element('th', { scope: 'row' }, name), element('td', {}, text));

function row(member, mayWrite, context, root) {
  const isSelf = member.id === context.membership.member_id;
  const node = fromTemplate('member', { name: isSelf ? `${member.name} (you)` : member.name, email: member.email });
  node.dataset.row = member.id;
  part(node, 'since').append(timeElement(member.created_at));
  if (mayWrite && (member.role !== 'owner' || context.membership.role === 'owner')) addActions(node, member, isSelf, context, root);
  else part(node, 'role').append(member.role);
  return node;
}

function addActions(node, member, isSelf, context, root) {
  const verb = isSelf ? 'Leave' : 'Remove';
  const select = element('select', { 'aria-label': `Role of ${member.name}` },
    ...options(rolesToGive(context.membership.role), member.role));
  const save = button('Change role', () => changeRole(member, select.value, context, root), {
    kind: 'main', label: `Change role of ${member.name}`,
  });
  save.hidden = true;
  select.addEventListener('change', () => { save.hidden = select.value === member.role; });
  part(node, 'role').append(select);
  part(node, 'actions').append(save,
    button('Password link', () => makeReset(member, root), { label: `Password link for ${member.name}` }),
    button(verb, () => remove(member, isSelf, context, root), { kind: 'danger', label: isSelf ? null : `Remove ${member.name}` }));
}

const one = (method, member, step = '') => ({ method, path: `${request.path}/${member.id}${step}` });

async function changeRole(member, role, context, root) {
  if (!await act({ ...one('PATCH', member), body: { role } }, root)) return;
  await reload(context);
  say(`${member.name} is ${role} now.`);
}

async function remove(member, isSelf, context, root) {
  const text = ['The API keys that they made do nothing from then on.', 'Sessions in this workspace end at once.'];
  const title = isSelf ? `Leave ${context.membership.name}` : `Remove ${member.name}`;
  if (!await confirmed(title, text, isSelf ? 'Leave' : 'Remove')) return;
  if (!await act(one('DELETE', member), root)) return;
  if (isSelf) return location.assign('/');
  await reload(context);
  say(`Removed: ${member.name}.`);
}

async function makeReset(member, root) {
  const answer = await act({ ...one('POST', member, '/reset'), body: {}, repeat: newRepeat() }, root);
  const text = 'Whoever opens it sets a new password. Hand it over in a safe way.';
  if (answer) showLink(root, { title: `Link for ${member.name}`, text, ...answer.data });
}
