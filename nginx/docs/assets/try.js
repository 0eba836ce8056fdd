// "Try it": requests of the reference's operations over the session of who is signed in. Reading needs nothing more; what changes something
// needs the switch for real data, and what deletes something its id once more.

const { element, say } = window;

const headersOfInterest = [
  'Content-Type', 'ETag', 'Location', 'Link', 'X-RateLimit-Limit', 'X-RateLimit-Remaining', 'X-RateLimit-Reset', 'Retry-After',
  'Idempotent-Replayed', 'Request-Id',
];

/** So many characters of an answer are shown. */
const shownLimit = 50_000;

/** Offers a trial at each endpoint, where the session still holds. */
export async function offer(endpoints, remembered) {
  const membership = await membershipIn(remembered);
  if (!membership) return;
  for (const endpoint of endpoints) endpoint.append(offerOf(endpoint, membership));
}

/** The workspace looked at last, or the first one; null for who is signed out. */
async function membershipIn(slug) {
  try {
    const answer = await fetch('/v1/session', { headers: { 'Mask-Client': 'dashboard', Accept: 'application/json' }, cache: 'no-store' });
    const { workspaces = [] } = await answer.json();
    return workspaces.find((one) => one.slug === slug) ?? workspaces[0] ?? null;
  } catch {
    return null;
  }
}

function offerOf(endpoint, membership) {
  const { scope, operation } = endpoint.dataset;
  const button = element('button', {
    type: 'button', 'aria-expanded': 'false', 'aria-controls': `try-${operation}`, click: () => toggle(endpoint, membership, button),
  }, 'Try it');
  const address = `/${encodeURIComponent(membership.slug)}/settings/api-keys/new?scopes=${encodeURIComponent(scope)}`;
  return element('span', { class: 'offer' }, scope && element('a', { href: address }, 'Create a key for this'), button);
}

function toggle(endpoint, membership, button) {
  let panel = document.getElementById(button.getAttribute('aria-controls'));
  if (panel) panel.hidden = !panel.hidden;
  else endpoint.after(panel = panelOf(endpoint, membership));
  button.setAttribute('aria-expanded', !panel.hidden);
  if (!panel.hidden) panel.querySelector('input, select, textarea, button')?.focus();
}

// The panel.

const isWriting = ({ method }) => method !== 'GET';

function panelOf(endpoint, membership) {
  const { method, path, operation } = endpoint.dataset;
  const trial = { method, path, operation, membership, parameters: JSON.parse(endpoint.dataset.parameters ?? '[]') };
  const required = trial.parameters.filter((one) => one.in === 'path' || one.required);
  const others = trial.parameters.filter((one) => !required.includes(one));
  const error = element('p', { class: 'bad error', role: 'alert' });
  const answer = element('div', { class: 'answer' });
  const form = element('form', { novalidate: true, submit: (event) => {
    event.preventDefault();
    run(trial, form, error, answer);
  } },
  ...required.map((one) => fieldOf(operation, one)), othersOf(operation, others), bodyField(operation, endpoint.dataset),
  ...(isWriting(trial) ? writingFields(trial) : []),
  error, element('p', { class: 'actions' }, sendButton(trial), element('span', { class: 'soft' }, `In the workspace ${membership.name}.`)));
  return element('div', { class: 'trial', id: `try-${operation}`, role: 'group', 'aria-label': `Try ${method} /v1${path}` }, form, answer);
}

const sendButton = (trial) => element('button', { type: 'submit', class: isWriting(trial) ? 'danger' : 'main' },
  isWriting(trial) ? `Send ${trial.method} with real data` : 'Send');

function othersOf(operation, parameters) {
  if (parameters.length < 4) return element('div', { class: 'fields' }, ...parameters.map((one) => fieldOf(operation, one)));
  return element('details', {}, element('summary', {}, `${parameters.length} more parameters`),
    element('div', { class: 'fields' }, ...parameters.map((one) => fieldOf(operation, one))));
}

function fieldOf(operation, parameter) {
  const id = `try-${operation}-${parameter.name}`;
  const attributes = { id, name: parameter.name, 'aria-describedby': `${id}-help`, 'data-in': parameter.in, required: Boolean(parameter.required) };
  return element('div', { class: 'field' }, element('label', { for: id }, element('code', {}, parameter.name)),
    element('p', { class: 'help', id: `${id}-help` }, helpOf(parameter)), inputOf(parameter, attributes));
}

const isOf = ({ type }, name) => [type].flat().includes(name);

function helpOf(parameter) {
  const standard = parameter.default ?? null;
  return [parameter.about, isOf(parameter, 'array') && 'several with commas between', standard !== null && `${standard} where left out`]
    .filter(Boolean).join('; ');
}

function inputOf(parameter, attributes) {
  const choices = isOf(parameter, 'boolean') ? [true, false] : parameter.enum?.filter((one) => one !== null);
  if (!choices) return element('input', { ...attributes, autocomplete: 'off', spellcheck: 'false', inputmode: isOf(parameter, 'integer') ? 'numeric' : null });
  return element('select', attributes, ...['', ...choices].map((one) => element('option', { value: String(one) }, String(one))));
}

function bodyField(operation, { body, upload }) {
  if (upload) {
    const id = `try-${operation}-file`;
    return element('div', { class: 'field' }, element('label', { for: id }, 'File'),
      element('input', { id, type: 'file', name: 'request-file', accept: upload, required: true }));
  }
  if (body === undefined) return null;
  const field = element('textarea', { id: `try-${operation}-body`, name: 'request-body', spellcheck: 'false', rows: Math.min(16, body.split('\n').length + 1) });
  field.value = body;
  return element('div', { class: 'field' }, element('label', { for: field.id }, 'Body'), field);
}

// What changes something.

const realName = 'mask.docs.real';

/** For the visit: until the tab is closed, or another workspace is at hand. */
function isReal({ slug }) {
  try {
    return sessionStorage.getItem(realName) === slug;
  } catch {
    return false;
  }
}

function setReal({ slug }, isOn) {
  try {
    if (isOn) sessionStorage.setItem(realName, slug);
    else sessionStorage.removeItem(realName);
  } catch {
    // Switched off: it holds for this page.
  }
  for (const box of document.querySelectorAll('[name=real-data]')) box.checked = isOn;
}

function writingFields(trial) {
  const { operation, method, path, membership } = trial;
  const box = element('input', { type: 'checkbox', name: 'real-data', id: `try-${operation}-real`, change: () => setReal(membership, box.checked) });
  box.checked = isReal(membership);
  const key = element('input', { id: `try-${operation}-key`, name: 'idempotency-key', value: crypto.randomUUID(), autocomplete: 'off', spellcheck: 'false' });
  return [
    element('p', { class: 'bad' }, element('strong', {}, `${method} /v1${path} changes what is in the workspace ${membership.name}.`)),
    element('p', { class: 'check' }, box, element('label', { for: box.id }, 'Real data, for this visit')),
    method === 'POST' && element('div', { class: 'field' }, element('label', { for: key.id }, element('code', {}, 'Idempotency-Key')),
      element('p', { class: 'help' }, 'A new one each time. The same one with the same request gets the first answer again.'), key),
    method === 'DELETE' && againField(trial),
  ].filter(Boolean);
}

function againField({ operation, path, membership }) {
  const id = `try-${operation}-again`;
  const what = path.includes('{') ? 'Type the id again' : `Type the name of the workspace, ${membership.slug}`;
  return element('div', { class: 'field' }, element('label', { for: id }, `${what}, to delete`),
    element('input', { id, name: 'again', autocomplete: 'off', spellcheck: 'false' }));
}

/** What has to be typed again: the last id of the path, or the workspace's slug. */
function targetOf({ path, membership }, form) {
  const last = path.match(/\{\w+\}/g)?.at(-1)?.slice(1, -1);
  return last ? form.elements.namedItem(last).value.trim() : membership.slug;
}

// Sending.

/** The field that keeps the request back, and why; null where nothing does. */
function refusalOf(trial, form) {
  const empty = [...form.elements].find((field) => field.required && !field.value.trim());
  if (empty) return [empty, `Fill in ${empty.name === 'request-file' ? 'the file' : empty.name}.`];
  if (!isWriting(trial)) return null;
  const { 'real-data': real, again } = form.elements;
  if (!real.checked) return [real, 'Nothing was sent: this changes real data. Switch that on first.'];
  if (again && again.value.trim() !== targetOf(trial, form)) return [again, `Nothing was sent: what you typed again is not ${targetOf(trial, form)}.`];
  return null;
}

async function run(trial, form, error, place) {
  const [field, text] = refusalOf(trial, form) ?? [null, ''];
  error.textContent = text;
  field?.focus();
  if (field) return;
  const started = performance.now();
  const address = addressOf(trial, form);
  say('Sending…');
  try {
    const response = await fetch(address, requestOf(trial, form));
    const content = await contentOf(response);
    const time = Math.round(performance.now() - started);
    place.replaceChildren(...answerParts({ trial, address, response, content, time }));
    say(`${response.status} in ${time} ms`);
    if (form.elements['idempotency-key'] && response.ok) form.elements['idempotency-key'].value = crypto.randomUUID();
  } catch {
    error.textContent = navigator.onLine ? 'MASK does not answer.' : 'You are offline.';
  }
}

function addressOf({ path, parameters }, form) {
  const filled = path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(form.elements.namedItem(name).value.trim()));
  const query = new URLSearchParams();
  for (const parameter of parameters.filter((one) => one.in === 'query')) {
    const text = form.elements.namedItem(parameter.name).value.trim();
    const values = isOf(parameter, 'array') ? text.split(',').map((one) => one.trim()) : [text];
    for (const value of values) if (value) query.append(parameter.name, value);
  }
  return `/v1${filled}${query.size ? `?${query}` : ''}`;
}

function requestOf({ method, membership }, form) {
  const { 'request-body': text, 'request-file': upload, 'idempotency-key': key } = form.elements;
  const body = upload ? upload.files[0] : text?.value.trim() || undefined;
  const headers = { 'Mask-Client': 'dashboard', 'Mask-Workspace': membership.slug };
  if (body) headers['Content-Type'] = upload ? body.type : 'application/json';
  if (key?.value.trim()) headers['Idempotency-Key'] = key.value.trim();
  return { method, headers, body, cache: 'no-store' };
}

/** A picture or a text, as far as it is shown. */
async function contentOf(response) {
  const type = response.headers.get('Content-Type') ?? '';
  if (type.startsWith('image/')) return { picture: await addressOfData(await response.blob()) };
  if (/pdf|zip|octet-stream/.test(type)) return { text: `(${(await response.blob()).size} bytes)` };
  const text = await response.text();
  return { text: /[/+]json\b/.test(type) ? indented(text) : text };
}

const addressOfData = (blob) => new Promise((resolve, reject) => {
  const reader = new FileReader();
  reader.onload = () => resolve(reader.result);
  reader.onerror = () => reject(reader.error);
  reader.readAsDataURL(blob);
});

function indented(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function answerParts({ trial, address, response, content, time }) {
  const headers = headersOfInterest.map((name) => [name, response.headers.get(name)]).filter(([, value]) => value);
  const body = content.picture ? element('img', { src: content.picture, alt: 'The picture of the answer' })
    : content.text && element('pre', { tabindex: '0', role: 'group', 'aria-label': `Body of the answer to ${trial.method} ${address}` }, cut(content.text));
  return [
    element('p', {}, element('b', { class: 'method' }, String(response.status)), ` in ${time} ms: `, element('code', {}, `${trial.method} ${address}`)),
    element('dl', {}, ...headers.flatMap(([name, value]) => [element('dt', {}, name), element('dd', {}, value)])),
    body, hintOf(response.status, content.text ?? ''),
  ].filter(Boolean);
}

const cut = (text) => (text.length > shownLimit ? `${text.slice(0, shownLimit)}\n… and ${text.length - shownLimit} more characters` : text);

/** What to do where the session, not the request, is at fault. */
function hintOf(status, text) {
  const here = encodeURIComponent(location.pathname + location.hash);
  if (status === 401) return element('p', {}, element('a', { href: `/sign-in?to=${here}` }, 'Sign in again'), ', then try once more.');
  if (!text.includes('"step_up_required"')) return null;
  return element('p', {}, 'Do this in the dashboard, which asks who you are. Your answer holds here too, for 15 minutes.');
}
