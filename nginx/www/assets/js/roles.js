// What each role may.

export const roles = [
  { name: 'owner', text: 'Everything; changes the plan and the workspace\'s name.' },
  { name: 'admin', text: 'Everything else: API keys, members, domains, the audit log.' },
  { name: 'member', text: 'Links, QR codes, pages, webhooks, analytics.' },
  { name: 'viewer', text: 'Looks and changes nothing.' },
];

/** Only owners make owners. */
export const rolesToGive = (own) => roles.map((role) => role.name).filter((name) => name !== 'owner' || own === 'owner');
