// One endpoint: how it is doing, what was sent to it, and what can be done about it.

import { act, call, confirmed, newRepeat } from './api.js';
import { deliveriesRequest, follow, isWhole, showDeliveries } from './deliveries.js';
import {
  addressIn, button, count, fill, find, fromTemplate, lastStep, leaveMessage, part, say, shown, workspace, zone,
} from './page.js';
import { addKeys, screen } from './screen.js';
import { thingLink } from './things.js';
import { healthElement, lastSuccess, patternsInWords } from './webhook-words.js';

const request = { path: `/webhooks/${lastStep}` };

screen({
  title: 'Webhook', place: 'Webhooks', show, curl: () => [request, deliveriesRequest(lastStep)],
  requests: {
    webhook: request, deliveries: { ...deliveriesRequest(lastStep), optional: true },
    // How many arrived is told of all, whatever the list leaves out.
    ...(!isWhole() && { all: { path: `${request.path}/deliveries`, query: { limit: 50 }, optional: true } }),
  },
});

function show(context, { webhook, deliveries, all }) {
  const root = fromTemplate('webhook');
  const isOwn = context.may('webhooks:write');
  context.body.append(root);
  const list = showDeliveries(part(root, 'deliveries'), lastStep, isOwn);
  const state = { context, root, list, answer: webhook, edited: null };
  document.title = `${webhook.data.description ?? webhook.data.url} · ${document.title}`;
  draw(state);
  if (deliveries) list.take(deliveries.data);
  else list.ask();
  showRate(root, (isWhole() ? deliveries : all)?.data.data);
  if (isOwn) offerActions(state);
  else part(root, 'folds').remove();
}

/** Everything that the endpoint says of itself. */
function draw({ root, answer: { data } }) {
  find('h1').textContent = data.description ?? 'Webhook';
  fill(root, { url: data.url, id: data.id, created: `${shown(data.created_at)} ${zone()}`, events: patternsInWords(data.events) });
  part(root, 'state').replaceChildren(healthElement(data));
  part(root, 'success').replaceChildren(lastSuccess(data));
  part(root, 'waiting').textContent = `${count(data.waiting)} ${data.waiting === 1 ? 'delivery' : 'deliveries'}`;
  part(root, 'filter').replaceChildren(...filterInWords(data));
  showWhere(root, 'dropped', data.clicks_dropped > 0, `${count(data.clicks_dropped)}: more came than it could be told of.`);
  const end = data.previous_secret_ends_at;
  showWhere(root, 'overlap', end, end && `The secret before it signs, too, until ${shown(end)} ${zone()}.`);
}

function showWhere(root, name, isThere, text) {
  const fact = part(root, name);
  [fact.hidden, fact.previousElementSibling.hidden] = [!isThere, !isThere];
  fact.textContent = text;
}

function filterInWords({ link_id: link, domain, tag }) {
  const parts = [link && thingLink(link), domain && `those on ${domain}`, tag && `those with the tag ${tag}`].filter(Boolean);
  if (parts.length === 0) return ['all'];
  return parts.flatMap((one, index) => (index > 0 ? [', ', one] : ['only ', one]));
}

/** How many of the last attempts arrived. */
function showRate(root, all) {
  const attempts = (all ?? []).flatMap((delivery) => delivery.attempts);
  const good = attempts.filter(({ status }) => status >= 200 && status < 300).length;
  part(root, 'rate').textContent = attempts.length === 0 ? 'no attempt yet'
    : attempts.length === 1 ? `the only attempt ${good === 1 ? 'arrived' : 'did not arrive'}`
      : `${count(good)} of the last ${count(attempts.length)} attempts arrived (${(good / attempts.length * 100).toFixed(1)} %)`;
}

// What can be done, by buttons and folds.

function offerActions(state) {
  const { root } = state;
  const test = button('Send a test', () => sendTest(state), { key: 't' });
  const toggle = button('', () => setEnabled(state), { key: 'd' });
  const label = () => {
    toggle.firstChild.textContent = state.answer.data.enabled ? 'Disable' : 'Enable';
    test.hidden = !state.answer.data.enabled;
  };
  state.took = label;
  label();
  find('#actions').prepend(test, toggle);
  for (const fold of root.querySelectorAll('[data-fold]')) fold.addEventListener('toggle', () => openFold(state, fold));
  part(root, 'delete').addEventListener('click', () => remove(state));
  addKeys(
    { keys: 't', name: 'Send a test', go: () => test.hidden || sendTest(state) },
    { keys: 'd', name: 'Disable or enable the webhook', go: () => setEnabled(state) },
    { keys: 'e', name: 'Edit the webhook', go: () => { find('[data-fold=edit]', root).open = true; } },
    { keys: '#', name: 'Delete the webhook', go: () => remove(state) });
}

/** The forms of the folds are rarely wanted: they come when one is opened. */
async function openFold(state, fold) {
  if (!fold.open || fold.dataset.isFilled) return;
  fold.dataset.isFilled = true;
  const forms = await import('./webhook-change.js').catch(() => null);
  if (forms) return forms[fold.dataset.fold](state, fold, take);
  delete fold.dataset.isFilled;
  say('The form cannot be loaded. Check whether the server is reachable.');
}

/** The endpoint is what `answer` says from now on; what is typed into its form stays. */
function take(state, answer) {
  const { edited } = state;
  state.answer = answer;
  draw(state);
  state.took();
  edited?.take(answer, { ...edited.valuesOf(answer.data), ...edited.ownChanges() });
}

async function setEnabled(state) {
  const { data, etag } = state.answer;
  const answer = await act({ ...request, method: 'PATCH', body: { enabled: !data.enabled }, etag }, part(state.root, 'top'));
  if (!answer) return;
  take(state, answer);
  say(data.enabled ? 'Disabled. Nothing is sent to it; deliveries of now on are discarded and can be recovered.'
    : 'Enabled. Deliveries that waited go on.');
}

async function sendTest(state) {
  const test = { path: `${request.path}/test`, method: 'POST', body: {}, repeat: newRepeat() };
  const answer = await act(test, part(state.root, 'top'));
  if (!answer) return;
  await follow({ webhook_id: lastStep, event_id: answer.data.id, event_type: answer.data.type }, 'Test');
  await state.list.ask();
  if (isWhole()) showRate(state.root, state.list.items);
  const now = await call(request).catch(() => null);
  if (now) take(state, now);
}

async function remove(state) {
  const { url } = state.answer.data;
  const text = [`Nothing is sent to ${url} any more, and its deliveries are gone with it.`, 'This cannot be undone.'];
  if (!await confirmed('Delete this webhook', text, 'Delete')) return;
  if (!await act({ ...request, method: 'DELETE', etag: state.answer.etag }, part(state.root, 'top'))) return;
  leaveMessage(`Deleted: ${url}.`);
  location.assign(addressIn(workspace, 'webhooks'));
}
