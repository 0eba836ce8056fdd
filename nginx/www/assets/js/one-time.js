// One-time links: the token is behind #, taken out of the address at once, and used up by a button only.

import { call, Problem } from './api.js';
import { guestPost, guestScreen, showEnded } from './guest.js';
import { find, takeToken } from './page.js';

/** Shows what the link of this screen's address is for; `draw(body, link, use)` gets what `use` sends for the form. */
export function oneTimeScreen(purpose, { draw, withoutToken }) {
  const token = takeToken();
  guestScreen(async (body) => {
    if (!token) return withoutToken(body);
    try {
      const { data } = await call(guestPost('/one-time-links/show', { token }));
      if (data.purpose !== purpose) return showEnded(body, 'This link is for another screen.');
      body.replaceChildren();
      draw(body, data, (values) => guestPost('/one-time-links/use', { token, ...values }));
    } catch (problem) {
      if (!isEnded(problem)) throw problem;
      showEnded(body);
    }
  });
}

export const isEnded = (problem) => problem instanceof Problem && problem.code === 'link_used_or_ended';

/** Where a form finds that its link ended meanwhile, the screen says so. */
export function handleEnded(problem) {
  if (!isEnded(problem)) return false;
  showEnded(find('#body'));
  return true;
}
