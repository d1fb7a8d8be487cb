/** The one tenant of the embedded default. */
export const embeddedTenant = 'default';
