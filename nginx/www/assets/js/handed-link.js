// A one-time link to hand over: shown once, until the user says that it is on its way.

import { copyText } from './api.js';
import { button, element, find, fromTemplate, part, shownWithZone } from './page.js';

export function showLink(root, { title, text, url, expires_at: end }) {
  const node = fromTemplate('link', { title, text: `${text} It works until ${shownWithZone(end)}, once.`, url });
  const warn = (event) => event.preventDefault();
  const leave = () => {
    removeEventListener('beforeunload', warn);
    node.remove();
  };
  addEventListener('beforeunload', warn);
  part(node, 'actions').append(button('Copy the link', () => copyText(url, 'the link', find('.secret', node)), { kind: 'main' }),
    button('I have handed it over', leave), element('span', { class: 'soft' }, 'It is shown this once.'));
  part(root, 'link').replaceChildren(node);
  find('h2', node).focus();
  node.scrollIntoView({ block: 'nearest' });
}
