// The campaign of a link: fields of its own, or parameters of its destination, and templates of both.

import { confirmed, openDialog } from './api.js';
import { button, element, find, part, read, say, workspace, write } from './page.js';

const names = ['utm_source', 'utm_medium', 'utm_campaign', 'utm_term', 'utm_content'];

/** Templates are this browser's: `[{ name, values }]`, so many at the most. */
const limit = 20;
const keptAs = `utm.${workspace}`;
const templates = () => read(keptAs) ?? [];

// The query of a destination, byte by byte as it is but for what is moved.

function partsOf(url) {
  const [, address, query, fragment] = /^([^?#]*)(?:\?([^#]*))?(#.*)?$/s.exec(url);
  return { address, parameters: (query ?? '').split('&').filter(Boolean), fragment: fragment ?? '' };
}

const joined = ({ address, parameters, fragment }) => address + (parameters.length > 0 ? `?${parameters.join('&')}` : '') + fragment;

function decoded(text) {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return text;
  }
}

const nameOf = (parameter) => decoded(parameter.split('=', 1)[0]);
const valueOf = (parameter) => decoded(parameter.slice(parameter.indexOf('=') + 1 || parameter.length));

/** The parameters of campaigns that a destination has itself. */
const ownOf = (url) => partsOf(url).parameters.filter((parameter) => names.includes(nameOf(parameter)));

/** A destination with what is not in its query yet: as the redirect makes it. */
function withCampaign(url, values) {
  const parts = partsOf(url);
  const known = new Set(parts.parameters.map(nameOf));
  const added = Object.entries(values).filter(([name, value]) => value && !known.has(name));
  return joined({ ...parts, parameters: [...parts.parameters, ...added.map(([name, value]) => `${name}=${encodeURIComponent(value)}`)] });
}

const valuesIn = ({ elements }) => Object.fromEntries(names.map((name) => [name, elements[name].value.trim()]));

// The fold of a form.

/** Makes the fold work, below its element that is marked `utm`. */
export function prepareUTM(form) {
  const change = (go) => () => {
    go();
    form.dispatchEvent(new Event('input', { bubbles: true }));
  };
  const select = element('select', { id: 'utm_template', change: change(() => useTemplate(form, select)) });
  part(form, 'utm').append(
    element('p', { class: 'final', 'data-part': 'location' }),
    element('p', { class: 'actions' },
      moves('take', 'Take them out of the destination', change(() => takeFromDestination(form))),
      moves('put', 'Write them into the destination', change(() => putIntoDestination(form)))),
    element('div', { class: 'pair' },
      element('div', { class: 'field' }, element('label', { for: select.id }, 'Template'), select),
      button('Keep as a template', () => keep(form, select)), button('Delete the template', () => forget(select))),
    element('p', { class: 'help' }, `Templates are kept in this browser, for this workspace: ${limit} at the most.`));
  drawTemplates(select);
  form.addEventListener('input', () => drawUTM(form));
  drawUTM(form);
}

const moves = (name, text, click) => element('button', { type: 'button', 'data-part': name, click }, text);

/** What visitors come to, and which way there is something to move. */
export function drawUTM(form) {
  const url = form.elements.url.value.trim();
  const values = valuesIn(form);
  const isGiven = Object.values(values).some(Boolean);
  const isOwn = ownOf(url).length > 0;
  part(form, 'take').hidden = !isOwn;
  part(form, 'put').hidden = !isGiven || !url;
  part(form, 'location').textContent = url && isGiven ? `Visitors come to ${withCampaign(url, values)}` : '';
}

/** A parameter of the destination wins over a field, so its value is what the field has then. */
function takeFromDestination({ elements }) {
  const parts = partsOf(elements.url.value.trim());
  for (const parameter of ownOf(elements.url.value.trim())) elements[nameOf(parameter)].value = valueOf(parameter);
  elements.url.value = joined({ ...parts, parameters: parts.parameters.filter((one) => !names.includes(nameOf(one))) });
  say('The destination is without them now; the link adds them.');
}

/** What the fields have takes the place of what the destination had. */
function putIntoDestination(form) {
  const { elements } = form;
  const values = valuesIn(form);
  const parts = partsOf(elements.url.value.trim());
  const url = joined({ ...parts, parameters: parts.parameters.filter((one) => !values[nameOf(one)]) });
  elements.url.value = withCampaign(url, values);
  for (const name of names) elements[name].value = '';
  say('They are in the destination now.');
}

// Templates.

function drawTemplates(select, chosen = '') {
  const all = templates();
  select.replaceChildren(element('option', { value: '' }, all.length === 0 ? 'None yet' : 'Choose one'),
    ...all.map(({ name }) => element('option', { value: name, selected: name === chosen }, name)));
}

function useTemplate({ elements }, select) {
  const chosen = templates().find(({ name }) => name === select.value);
  if (!chosen) return;
  for (const name of names) elements[name].value = chosen.values[name] ?? '';
  say(`The fields are those of the template ${chosen.name}.`);
}

async function keep(form, select) {
  const values = valuesIn(form);
  if (!Object.values(values).some(Boolean)) return say('Fill in a field first.');
  const input = element('input', { id: 'template-name', maxlength: 60, value: select.value, autocomplete: 'off', dir: 'auto' });
  const name = await openDialog('Keep as a template', (close) => [
    element('form', {
      submit: (event) => {
        event.preventDefault();
        if (input.value.trim()) close(input.value.trim());
        else input.focus();
      },
    }, element('div', { class: 'field' }, element('label', { for: input.id }, 'Name'), input),
    element('p', { class: 'actions' }, element('button', { class: 'main' }, 'Keep it'),
      element('button', { type: 'button', click: close }, 'Cancel'))),
  ]);
  if (!name) return;
  const others = templates().filter((one) => one.name !== name);
  if (others.length >= limit) return say(`There are ${limit} templates already. Delete one first.`);
  write(keptAs, [...others, { name, values }].sort((left, right) => left.name.localeCompare(right.name)));
  drawTemplates(select, name);
  say(`Kept in this browser: ${name}.`);
}

async function forget(select) {
  const name = select.value;
  if (!name) return say('Choose a template first.');
  if (!await confirmed(`Delete the template ${name}`, 'Links keep what they have.', 'Delete it')) return;
  write(keptAs, templates().filter((one) => one.name !== name));
  drawTemplates(select);
  say(`Deleted: the template ${name}.`);
}
