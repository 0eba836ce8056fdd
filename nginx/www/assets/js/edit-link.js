// The change of one link: what was altered is sent, and only to the link that was seen.

import { connect, Draft, Edited } from './form.js';
import { handleSlug, labels, linkValues, prepareLink, readLink, showFolds, showLink } from './link-form.js';
import { hostsOf, refusalOfLinks } from './link-parts.js';
import {
  addressIn, find, fromTemplate, leaveMessage, linkName, linkPlaces, part, say, shown, webAddress, workspace, zone,
} from './page.js';
import { screen } from './screen.js';

const request = { path: `/links/${decodeURIComponent(location.pathname.split('/').at(-2))}` };
let edited = null;

screen({
  title: 'Edit link', place: 'Links', show, curl: () => [edited?.patch() ?? request], allowed: refusalOfLinks,
  requests: { link: request, domains: { path: '/domains', query: { limit: 100 }, optional: true } },
});

function show({ body, session }, { link, domains }) {
  const root = fromTemplate('form');
  const form = find('form', root);
  part(root, 'places').append(linkPlaces(link.data, 'Edit'));
  body.append(root);
  prepareLink(form, hostsOf(session, domains, link.data.domain));
  edited = new Edited(link, {
    request, labels, valuesOf: linkValues, read: () => readLink(form), show: (values) => showLink(form, values),
  });
  const draft = new Draft(() => showFolds(form));
  const restored = (text) => {
    draft.end();
    leaveMessage(text);
    location.assign(addressIn(workspace, 'links'));
  };
  showHead(root, link.data);
  const { submit } = connect(form, {
    edited, draft, request: () => edited.patch(),
    handle: (problem) => handleSlug(problem, form, { restored, submit: () => submit() }),
    done: (answer) => {
      edited.take(answer);
      showHead(root, answer.data);
      say('Saved.');
    },
  });
}

function showHead(root, link) {
  const name = part(root, 'name');
  name.replaceChildren(...linkName(link));
  name.href = webAddress(link.short_url) ?? '';
  part(root, 'made').textContent = `Made ${shown(link.created_at)} ${zone()}.`;
  part(root, 'protected').hidden = !link.password_protected;
}
