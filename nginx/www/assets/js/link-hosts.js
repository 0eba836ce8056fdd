// Where links can be, and who may make them.

/** The hosts of a workspace that links can be on. */
export function hostsOf({ app }, domains, current = null) {
  const own = (domains?.data.data ?? []).filter(({ status }) => status === 'verified').map(({ host }) => host);
  return [...new Set([new URL(app.link_url).hostname, ...own, ...(current ? [current] : [])])];
}

/** What is said to a role that has no place there. */
export const refusalOfLinks = ({ may, membership }) => (may('links:write') ? null
  : `You are ${membership.role} in ${membership.name}. Members, admins and owners make and change links.`);
