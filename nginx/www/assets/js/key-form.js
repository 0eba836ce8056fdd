// The fields of a key: presets and scopes, end, addresses, limit.

import { presetOf, presets, scopes } from './keys.js';
import { element, fieldValue, find, findAll, timeOfField, zone } from './page.js';

/** Puts the choices of scopes into a form. Scopes that the user has not are shown with the reason. */
export function drawScopes(form, own) {
  find('#presets', form).append(...[...presets, { name: 'custom', title: 'Custom' }].map(presetChoice));
  const choice = (scope) => scopeChoice(scope, own.includes(scope.name));
  find('#scope-list', form).append(...scopes.filter((scope) => !scope.isExtra).map(choice),
    element('p', { class: 'help extra' }, 'Not in any set; choose them one by one:'),
    ...scopes.filter((scope) => scope.isExtra).map(choice));
  form.addEventListener('change', ({ target }) => {
    if (target.name === 'preset') applyPreset(form, target.value);
    if (target.name === 'scopes') showPreset(form);
  });
  find('#zone', form).textContent = `In your zone, ${zone()}. Empty: the key has no end.`;
}

const presetChoice = ({ name, title }) => element('label', { class: 'check' },
  element('input', { type: 'radio', name: 'preset', value: name }), element('span', {}, title));

function scopeChoice({ name, text }, isOwn) {
  const id = `scope-${name.replace(':', '-')}`;
  return element('div', { class: 'check scope' },
    element('input', { type: 'checkbox', name: 'scopes', value: name, id, disabled: !isOwn, 'aria-describedby': `${id}-text` }),
    element('label', { for: id }, element('code', {}, name)),
    sentence(name, isOwn ? text : `${text} Your role does not have this scope.`, `${id}-text`));
}

/** A scope's sentence opens the list of its routes. */
function sentence(scope, text, id) {
  const list = element('ul', { class: 'routes' });
  return element('details', { class: 'help', toggle: () => list.childElementCount || showRoutes(list, scope) },
    element('summary', { id }, text), list);
}

async function showRoutes(list, scope) {
  try {
    const { routesOf } = await import('./scope-routes.js');
    list.replaceChildren(...routesOf[scope].map((route) => element('li', {}, element('code', {}, route))));
  } catch {
    list.replaceChildren(element('li', {}, 'The list cannot be loaded. Close it, and open it again.'));
  }
}

function applyPreset(form, name) {
  const preset = presets.find((one) => one.name === name);
  if (!preset) return findAll('input[name=scopes]:not(:disabled)', form)[0].focus();
  for (const box of findAll('input[name=scopes]', form)) box.checked = !box.disabled && preset.scopes.includes(box.value);
}

/** The preset's button follows the boxes. */
export function showPreset(form) {
  find(`input[name=preset][value=${presetOf(chosen(form))}]`, form).checked = true;
}

const chosen = (form) => findAll('input[name=scopes]:checked', form).map((box) => box.value);

/** What the form says, in the API's terms. */
export function readKey(form) {
  const { name, expires_at: end, allowed_addresses: addresses, requests_per_minute: limit } = form.elements;
  return {
    name: name.value.trim(), scopes: chosen(form), expires_at: timeOfField(end.value), allowed_addresses: lines(addresses.value),
    requests_per_minute: limit.value.trim() === '' ? null : numberOf(limit.value),
  };
}

const lines = (text) => text.split(/[\s,]+/).filter(Boolean);

/** A text that is no number goes as it is: the server says what is wrong with it. */
const numberOf = (text) => (/^\d+$/.test(text.trim()) ? Number(text) : text.trim());

export function showKey(form, key) {
  form.elements.name.value = key.name;
  form.elements.expires_at.value = fieldValue(key.expires_at);
  form.elements.allowed_addresses.value = (key.allowed_addresses ?? []).join('\n');
  form.elements.requests_per_minute.value = key.requests_per_minute ?? '';
  for (const box of findAll('input[name=scopes]', form)) {
    box.checked = key.scopes.includes(box.value);
    // A scope that the key has and the user has not stays, unless it is taken off.
    if (box.checked) box.disabled = false;
  }
  showPreset(form);
}

/** What of a key the form has. Ends are told to the minute, as the field has them. */
export const keyValues = (key) => ({
  name: key.name, scopes: scopes.map((scope) => scope.name).filter((name) => key.scopes.includes(name)),
  expires_at: timeOfField(fieldValue(key.expires_at)), allowed_addresses: key.allowed_addresses ?? [],
  requests_per_minute: key.requests_per_minute,
});

/** No scope chosen is said before anything is sent. */
export const checkKey = (form) => (chosen(form).length > 0 ? [] : [{ pointer: '/scopes', message: 'Choose at least one scope.' }]);
