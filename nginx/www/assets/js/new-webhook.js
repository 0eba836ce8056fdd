// A new webhook: address, events, links; then its secret, once.

import { connect, Draft } from './form.js';
import { addressIn, find, fromTemplate, leaveMessage, workspace } from './page.js';
import { screen } from './screen.js';
import { checkWebhook, drawEvents, hostsIn, prepareWebhook, readWebhook } from './webhook-form.js';

let form = null;

screen({
  title: 'New webhook', place: 'Webhooks', show, curl: () => [form && request()],
  requests: { domains: { path: '/domains', query: { limit: 100 }, optional: true } },
  allowed: ({ may, membership }) => (may('webhooks:write') ? null
    : `You are ${membership.role} in ${membership.name}. Members, admins and owners make webhooks.`),
});

/** What was left empty is left out. */
function request() {
  const given = Object.entries(readWebhook(form)).filter(([, value]) => value !== null);
  return { method: 'POST', path: '/webhooks', body: Object.fromEntries(given) };
}

function show({ body, session }, { domains }) {
  const root = fromTemplate('form');
  form = find('form', root);
  body.append(root);
  prepareWebhook(form, hostsIn(session, domains));
  drawEvents(form);
  connect(form, {
    request, saving: 'Making the webhook…', check: () => checkWebhook(form), draft: new Draft(() => drawEvents(form)),
    done: async ({ data }) => {
      form = null;
      const { showSecret } = await import('./secret-panel.js');
      showSecret(body, data, () => leave(data));
    },
  });
  root.querySelector('#url').focus();
}

function leave({ id }) {
  leaveMessage('The webhook is ready. Send it a test.');
  location.assign(addressIn(workspace, `webhooks/${id}`));
}
