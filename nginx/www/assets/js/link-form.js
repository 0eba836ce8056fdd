// The fields of a link: where it leads, its slug with the address drawn while typing, tags; in folds what few links need.

import { showErrors } from './form.js';
import { suggest, tagsIn } from './link-parts.js';
import { drawUTM, prepareUTM } from './link-utm.js';
import { element, fieldValue, find, findAll, linkName, options, timeOfField, zone } from './page.js';

const texts = ['title', 'utm_source', 'utm_medium', 'utm_campaign', 'utm_term', 'utm_content', 'external_id'];
const switches = ['archived', 'disabled', 'indexable'];

/** What the fields are called where two versions of a link are compared. */
export const labels = {
  url: 'Destination', slug: 'Slug', domain: 'Domain', tags: 'Tags', title: 'Title', starts_at: 'Start', expires_at: 'End',
  expired_url: 'Destination after the end', max_clicks: 'Most clicks', password: 'Password', utm_source: 'utm_source',
  utm_medium: 'utm_medium', utm_campaign: 'utm_campaign', utm_term: 'utm_term', utm_content: 'utm_content', notes: 'Notes',
  archived: 'Archived', disabled: 'Disabled', indexable: 'For search engines', redirect_status: 'Status', external_id: 'External id',
};

/** Makes the fields work. `hosts`, where links can be, the first one unless another is chosen. */
export function prepareLink(form, hosts) {
  const { domain, slug, tags, url } = form.elements;
  const known = element('datalist', { id: 'tags-known' });
  domain.append(...options(hosts, hosts[0]));
  domain.closest('.field').hidden = hosts.length < 2;
  for (const node of [domain, slug]) node.addEventListener('input', () => drawAddress(form));
  warnOfEnd(form);
  url.addEventListener('change', () => { url.value = withScheme(url.value.trim()); });
  tags.after(known);
  tags.setAttribute('list', known.id);
  suggest(tags, known);
  prepareUTM(form);
  for (const node of findAll('.zone', form)) node.textContent = `In your zone, ${zone()}.`;
  drawAddress(form);
}

/** example.com/page is an address of the web to everybody who types one. */
const withScheme = (text) => (/^[\w-]+(\.[\w-]+)+([/?#:]|$)/.test(text) ? `https://${text}` : text);

/** The final address, as it will be. */
function drawAddress(form) {
  const { domain, slug } = form.elements;
  const text = slug.value.trim();
  find('#final', form).replaceChildren(...linkName({ domain: domain.value, slug: text || 'random' }, text ? '' : 'off'));
}

/** An end that is past is said beside its field, and can be saved. */
function warnOfEnd(form) {
  const { expires_at: end, expired_url: after } = form.elements;
  end.after(element('p', { id: 'over', class: 'warn', role: 'status' }));
  end.setAttribute('aria-describedby', `${end.getAttribute('aria-describedby')} over`);
  for (const node of [end, after]) node.addEventListener('input', () => drawEnd(form));
}

function drawEnd(form) {
  const { expires_at: end, expired_url: after } = form.elements;
  const isOver = end.value !== '' && Date.parse(timeOfField(end.value)) <= Date.now();
  const where = after.value.trim() ? 'to the destination after the end' : 'nowhere';
  find('#over', form).textContent = isOver ? `This is over already: the link will lead ${where}.` : '';
}

/** After values were put into the form: the address follows, and a fold that has something is open. */
export function showFolds(form) {
  drawAddress(form);
  drawEnd(form);
  drawUTM(form);
  for (const fold of findAll('details', form)) if (findAll('[name]', fold).some(hasValue)) fold.open = true;
}

function hasValue(field) {
  if (field.matches('select')) return field.selectedIndex > 0;
  return field.type === 'checkbox' ? field.checked : field.value !== '';
}

/** What the form says, in the API's terms. A password that is not touched is left out. */
export function readLink(form) {
  const value = (name) => form.elements[name].value;
  const text = (name) => value(name).trim() || null;
  return {
    url: value('url').trim(), slug: text('slug'), domain: value('domain'), tags: tagsIn(value('tags')),
    ...Object.fromEntries(texts.map((name) => [name, text(name)])),
    starts_at: timeOfField(value('starts_at')), expires_at: timeOfField(value('expires_at')), expired_url: text('expired_url'),
    max_clicks: value('max_clicks').trim() === '' ? null : numberOf(value('max_clicks')), notes: value('notes') || null,
    redirect_status: Number(value('redirect_status')),
    ...Object.fromEntries(switches.map((name) => [name, form.elements[name].checked])),
    ...passwordIn(form.elements),
  };
}

/** A text that is no number goes as it is: the server says what is wrong with it. */
const numberOf = (text) => (/^\d+$/.test(text.trim()) ? Number(text) : text.trim());

function passwordIn({ password, no_password: none }) {
  if (none?.checked) return { password: null };
  return password.value ? { password: password.value } : {};
}

/** What of a link the form has. Times are told to the minute, as the fields have them. */
export const linkValues = (link) => ({
  url: link.url, slug: link.slug, domain: link.domain, tags: link.tags,
  ...Object.fromEntries(texts.map((name) => [name, link[name]])),
  starts_at: timeOfField(fieldValue(link.starts_at)), expires_at: timeOfField(fieldValue(link.expires_at)),
  expired_url: link.expired_url, max_clicks: link.max_clicks, notes: link.notes,
  redirect_status: link.redirect_status, ...Object.fromEntries(switches.map((name) => [name, link[name]])),
});

export function showLink(form, link) {
  const { elements } = form;
  const own = ['url', 'slug', 'domain', 'expired_url', 'max_clicks', 'notes', 'redirect_status', ...texts];
  for (const name of own) elements[name].value = link[name] ?? '';
  for (const name of ['starts_at', 'expires_at']) elements[name].value = fieldValue(link[name]);
  elements.tags.value = link.tags.join(', ');
  for (const name of switches) elements[name].checked = link[name];
  elements.password.value = link.password ?? '';
  if (elements.no_password) elements.no_password.checked = link.password === null;
  showFolds(form);
}

/** A slug that somebody has is an error of its field; one in the bin is offered both ways. True where that was it. */
export async function handleSlug(problem, form, ways) {
  if (problem.code === 'slug_taken') showErrors(form, [{ pointer: '/slug', message: problem.detail }]);
  else if (problem.code === 'slug_deleted') (await import('./slug-deleted.js')).offerBothWays(problem, form, ways);
  else return false;
  return true;
}
