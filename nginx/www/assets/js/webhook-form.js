// The fields of a webhook: where it leads, which events it is told of, and of which links.

import { get } from './api.js';
import { element, find, findAll, linkName, options } from './page.js';
import { families } from './webhook-words.js';

/** What the fields are called where two versions are compared. */
export const labels = {
  url: 'Address', description: 'Description', events: 'Events', link_id: 'Link', domain: 'Domain', tag: 'Tag',
};

/** Letters that come faster than this, in milliseconds, are one question. */
const typingPause = 250;

/** Makes the fields work. `hosts` are those that links of the workspace can be on. */
export function prepareWebhook(form, hosts) {
  find('#event-list', form).append(...families.map(family));
  form.elements.domain.append(element('option', { value: '' }, 'All domains'), ...options(hosts));
  form.addEventListener('change', ({ target }) => {
    if (target.name === 'url') target.value = withScheme(target.value.trim());
    if (target.name === 'events' || target.name === 'which') drawEvents(form);
  });
  let timer = null;
  form.elements.link_id.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => findLink(form), typingPause);
  });
}

/** What is typed without a scheme is meant to be https. */
const withScheme = (text) => (/^[\w-]+(\.[\w-]+)+([/?#:]|$)/.test(text) ? `https://${text}` : text);

function family({ name, title, types }) {
  const box = (value, ...text) => element('label', { class: 'check' },
    element('input', { type: 'checkbox', name: 'events', value }), element('span', {}, ...text));
  const whole = box(`${name}.*`, element('strong', {}, title), ' ', element('code', {}, `${name}.*`),
    element('span', { class: 'soft' }, ' all there are, also later ones'));
  return element('div', { class: 'family', role: 'group', 'aria-label': title, 'data-family': name }, whole,
    ...types.map(([type, text]) => box(type, element('code', {}, type), element('span', { class: 'soft' }, ` ${text}`))));
}

const isEverything = (form) => form.elements.which.value === '*';

/** The list is there where some are chosen; in a family that is chosen as a whole nothing else has to be. */
export function drawEvents(form) {
  find('#event-list', form).hidden = isEverything(form);
  for (const group of findAll('[data-family]', form)) {
    const [whole, ...types] = findAll('input', group);
    for (const type of types) type.closest('label').hidden = whole.checked;
  }
}

/** A short link is found and its id put in its place; the link's name stands below. */
async function findLink(form) {
  const field = form.elements.link_id;
  const line = find('#link-found', form);
  const text = field.value.trim();
  line.replaceChildren();
  if (!text) return;
  const link = await (text.startsWith('lnk_') ? linkOf(text) : linkAt(text)).catch(() => null);
  if (field.value.trim() !== text) return;
  if (!link) return line.append('There is no such link here.');
  field.value = link.id;
  line.append(...linkName(link));
}

const linkOf = async (id) => (await get(`/links/${id}`)).data;

/** With or without https:// in front of it. */
const linkAt = async (text) => (await import('./find-thing.js')).linkAt(text);

const chosenEvents = (form) => {
  const boxes = findAll('[name=events]:checked', form).map(({ value }) => value);
  return boxes.filter((name) => name.endsWith('.*') || !boxes.includes(`${name.split('.')[0]}.*`));
};

/** What the form says, in the API's terms. */
export function readWebhook(form) {
  const text = (name) => form.elements[name].value.trim() || null;
  return {
    url: form.elements.url.value.trim(), description: text('description'), events: isEverything(form) ? ['*'] : chosenEvents(form),
    link_id: text('link_id'), domain: text('domain'), tag: text('tag'),
  };
}

export const webhookValues = (webhook) => Object.fromEntries(Object.keys(labels).map((name) => [name, webhook[name]]));

export function showWebhook(form, values) {
  const { elements } = form;
  for (const name of ['url', 'description', 'link_id', 'tag']) elements[name].value = values[name] ?? '';
  if (values.domain && ![...elements.domain.options].some(({ value }) => value === values.domain)) {
    elements.domain.append(...options([values.domain]));
  }
  elements.domain.value = values.domain ?? '';
  elements.which.value = values.events.includes('*') ? '*' : 'some';
  for (const box of findAll('[name=events]', form)) box.checked = values.events.includes(box.value);
  drawEvents(form);
  findLink(form);
}

/** What the server would not say as plainly. */
export const checkWebhook = (form) => (isEverything(form) || chosenEvents(form).length > 0 ? []
  : [{ pointer: '/events', message: 'Choose at least one event.' }]);

/** The hosts of a workspace that links can be on. */
export const hostsIn = ({ app }, domains) => [
  new URL(app.link_url).hostname, ...(domains?.data.data ?? []).filter(({ status }) => status === 'verified').map(({ host }) => host),
];
