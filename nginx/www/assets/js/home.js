// The address / leads on: to the workspace that was looked at last, or to sign-in.

import { call, Problem } from './api.js';
import { firstAddress, guestScreen } from './guest.js';

guestScreen(async () => {
  try {
    const { data } = await call({ path: '/session', area: 'account' });
    location.replace(firstAddress(data));
  } catch (problem) {
    if (!(problem instanceof Problem) || problem.code !== 'signed_out') throw problem;
    location.replace('/sign-in');
  }
});
