// The workspace's name, plan, and what its visitors see where a link leads to a page of ours.

import { connect, Draft, Edited, setValues } from './form.js';
import { count, element, fill, find, fromTemplate, part, say, shown, wordsOf, zone } from './page.js';
import { screen } from './screen.js';

const request = { path: '/workspace' };
/** Without pages there are no images to choose from. */
const images = { path: '/images', query: { limit: 100 }, optional: true };
let edited = null;

screen({
  title: 'Settings', place: 'Settings', requests: { workspace: request, images }, show,
  curl: () => [edited?.patch() ?? request],
});

function show({ body, membership }, { workspace, images: known }) {
  const root = fromTemplate('settings');
  body.append(root);
  showFacts(root, workspace.data);
  if (membership.role !== 'owner') return refuse(root, membership.role);
  const form = find('form', root);
  offerLogos(form, known?.data.data ?? [], workspace.data.brand.logo_image);
  const { elements } = form;
  const given = (name) => elements[name].value.trim() || null;
  edited = new Edited(workspace, {
    request, labels: { name: 'Name', brand: 'What visitors see' }, valuesOf: ({ name, brand }) => ({ name, brand }),
    read: () => ({
      name: elements.name.value.trim(), brand: { name: given('brand_name'), color: given('color'), logo_image: given('logo_image') },
    }),
    show: ({ name, brand }) => setValues(form, { ...brand, name, brand_name: brand.name }),
    told: (name, value) => (name === 'brand' ? Object.values(value).filter(Boolean).join(', ') : null),
  });
  connect(form, {
    edited, draft: new Draft(), request: () => edited.patch(),
    done: (answer) => {
      edited.take(answer);
      say('Saved.');
    },
  });
}

function offerLogos(form, images, own) {
  const ids = [...new Set([...images.map(({ id }) => id), ...(own ? [own] : [])])];
  const size = (id) => images.find((one) => one.id === id);
  form.elements.logo_image.append(...ids.map((id) => element('option', { value: id },
    size(id) ? `${size(id).width} × ${size(id).height}, ${shown(size(id).created_at)}` : id)));
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
