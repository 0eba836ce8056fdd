// The forms of one endpoint, each in a fold: its change, the rotation of its secret, sending a window again.

import { get, noticeOf } from './api.js';
import { connect, Draft, Edited } from './form.js';
import { count, fieldValue, find, fromTemplate, leaveMessage, part, say, timeOfField, zone } from './page.js';
import { bars } from './rotation.js';
import { showSecret } from './secret-panel.js';
import { checkWebhook, drawEvents, hostsIn, labels, prepareWebhook, readWebhook, showWebhook, webhookValues } from './webhook-form.js';

const requestOf = ({ data: { id } }) => ({ path: `/webhooks/${id}` });

/** `take(state, answer)` tells the screen what the endpoint is now. */
export async function edit(state, fold, take) {
  const form = fromTemplate('edit-form');
  const domains = await get('/domains', { limit: 100 }).catch(() => null);
  fold.append(form);
  prepareWebhook(form, hostsIn(state.context.session, domains));
  const edited = new Edited(state.answer, {
    request: requestOf(state.answer), labels, valuesOf: webhookValues, read: () => readWebhook(form),
    show: (values) => showWebhook(form, values),
  });
  state.edited = edited;
  connect(form, {
    edited, request: () => edited.patch(), check: () => checkWebhook(form), draft: new Draft(() => drawEvents(form)),
    done: (answer) => {
      edited.take(answer);
      take(state, answer);
      say('Saved.');
    },
  });
  form.elements.url.focus();
}

export function rotate(state, fold) {
  const form = fromTemplate('rotate-form');
  const { previous_secret_ends_at: overlapEnd } = state.answer.data;
  const overlap = () => Number(form.elements.overlap_seconds.value);
  const draw = () => part(form, 'bars').replaceChildren(bars('secret', Date.now(), Date.now() + overlap() * 1000, null));
  if (overlapEnd) {
    // Two secrets sign at the most.
    part(form, 'running').hidden = false;
    form.elements.overlap_seconds.value = '0';
    for (const { value, parentElement } of form.elements.overlap_seconds) parentElement.hidden = value !== '0';
  }
  form.addEventListener('change', draw);
  fold.append(form);
  draw();
  connect(form, {
    saving: 'Rotating…', done: ({ data }) => showSecret(state.context.body, data, stored),
    request: () => ({
      ...requestOf(state.answer), path: `${requestOf(state.answer).path}/rotate-secret`, method: 'POST',
      body: { overlap_seconds: overlap() }, etag: state.answer.etag,
    }),
  });
}

function stored() {
  leaveMessage('The secret was rotated.');
  location.reload();
}

const day = 86_400_000;

/** Since when it fails, or a day ago: what is wanted most often. */
const usualStart = ({ failing_since: since }) => fieldValue(since ?? Date.now() - day);

export function recover(state, fold) {
  const form = fromTemplate('recover-form');
  const { since, until, status } = form.elements;
  since.value = usualStart(state.answer.data);
  for (const text of form.querySelectorAll('.zone')) text.append(`In ${zone()}.`);
  fold.append(form);
  connect(form, {
    saving: 'Recovering…', handle: (problem) => showDisabled(form, problem),
    request: () => ({
      method: 'POST', path: `${requestOf(state.answer).path}/recover`,
      body: { since: timeOfField(since.value), ...(until.value && { until: timeOfField(until.value) }), status: status.value },
    }),
    done: async ({ data }) => {
      await state.list.ask();
      say(told(data));
    },
  });
}

function told({ recovered, has_more: hasMore }) {
  if (recovered === 0) return 'There is nothing to recover in this time.';
  const text = recovered === 1 ? '1 event is sent again.' : `${count(recovered)} events are sent again.`;
  return hasMore ? `${text} More are left: recover once more.` : text;
}

/** Nothing is sent to a disabled one: that is no error of a field. */
function showDisabled(form, problem) {
  if (problem.code !== 'webhook_disabled') return false;
  form.prepend(noticeOf(problem));
  find('.notice', form).classList.add('summary');
  return true;
}
