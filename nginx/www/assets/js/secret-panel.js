// The secret of a webhook: shown once, in a panel that stays until the user says that it is stored.

import { copyText } from './api.js';
import { button, element, fill, find, fromTemplate, part } from './page.js';

/** Shows the panel in place of what `body` has. `stored` runs when the user says so. */
export function showSecret(body, { url, secret }, stored) {
  const root = fromTemplate('once', { url, secret });
  const node = find('.secret', root);
  const warn = (event) => event.preventDefault();
  addEventListener('beforeunload', warn);
  const leave = () => {
    removeEventListener('beforeunload', warn);
    fill(root, { secret: '' });
    stored();
  };
  part(root, 'copy').append(button('Copy the secret', () => copyText(secret, 'the secret', node), { kind: 'main' }));
  part(root, 'stored').append(button('I have stored it', leave, { kind: 'main' }),
    element('span', { class: 'soft' }, 'After that nobody can read it any more.'));
  body.replaceChildren(root);
  find('h2', root).focus();
  scrollTo(0, 0);
}
