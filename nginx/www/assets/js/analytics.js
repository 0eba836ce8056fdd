// Analytics of a workspace: its clicks over time and by what visitors and links have in common.

import { Clicks, clicksOfAll } from './clicks.js';
import { screen } from './screen.js';

const clicks = new Clicks(clicksOfAll);

screen({
  title: 'Analytics', place: 'Analytics', requests: clicks.requests, curl: () => [clicks.request()],
  allowed: ({ may, membership }) => (may('analytics:read') ? null : `The role ${membership.role} does not see analytics.`),
  show: (context, answers) => clicks.show(context, answers.clicks),
});
