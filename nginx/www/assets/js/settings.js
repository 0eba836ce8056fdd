// The workspace's name and plan.

import { connect, Draft, Edited, setValues } from './form.js';
import { count, element, fill, find, fromTemplate, part, say, shown, wordsOf, zone } from './page.js';
import { screen } from './screen.js';

const request = { path: '/workspace' };
let edited = null;

screen({
  title: 'Settings', place: 'Settings', requests: { workspace: request }, show,
  curl: () => [edited?.patch() ?? request],
});

function show({ body, membership }, { workspace }) {
  const root = fromTemplate('settings');
  body.append(root);
  showFacts(root, workspace.data);
  if (membership.role !== 'owner') return refuse(root, membership.role);
  const form = find('form', root);
  edited = new Edited(workspace, {
    request, labels: { name: 'Name' }, valuesOf: ({ name }) => ({ name }), read: () => ({ name: form.elements.name.value.trim() }),
    show: (values) => setValues(form, values),
  });
  connect(form, {
    edited, draft: new Draft(), request: () => edited.patch(),
    done: (answer) => {
      edited.take(answer);
      say('Saved.');
    },
  });
}

/** What cannot be changed here is read; who may change it is said. */
function refuse(root, role) {
  part(root, 'refused').hidden = false;
  fill(root, { role });
  find('form', root).remove();
}

function showFacts(root, data) {
  fill(root, {
    name: data.name, slug: data.slug, plan: data.plan,
    limit: `${count(data.requests_per_minute)} requests a minute, all keys together`,
    audit: `${count(data.audit_days)} days`, created: `${shown(data.created_at)} ${zone()}`,
  });
  const rows = Object.entries(data.quotas ?? {}).map(([name, { limit, used }]) => element('tr', {},
    element('td', {}, wordsOf(name)), element('td', { class: 'number' }, used === null ? '–' : count(used)),
    element('td', { class: 'number' }, count(limit))));
  find('tbody', root).append(...rows);
}
