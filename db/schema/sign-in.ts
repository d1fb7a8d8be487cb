import { index, integer, primaryKey, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

// The sign-in library keeps its own tables, without a tenant; `person_logins` joins them to our people. The names of
// their fields are the library's, where nothing else is said.

const instant = (name: string) => integer(name, { mode: 'timestamp_ms' });
const flag = (name: string) => integer(name, { mode: 'boolean' });
const times = () => ({
  createdAt: instant('created_at').notNull(),
  updatedAt: instant('updated_at').notNull(),
});

/** An account that signs in, with or without a password. */
export const signInUsers = sqliteTable(
  'sign_in_users',
  {
    id: text().primaryKey(),
    name: text().notNull(),
    email: text().notNull(),
    emailVerified: flag('email_verified').notNull(),
    image: text(),
    twoFactorEnabled: flag('two_factor_enabled').default(false),
    ...times(),
  },
  (t) => [uniqueIndex('sign_in_users_email').on(t.email)],
);

const ofUser = () =>
  text('user_id')
    .notNull()
    .references(() => signInUsers.id, { onDelete: 'cascade' });

export const signInSessions = sqliteTable(
  'sign_in_sessions',
  {
    id: text().primaryKey(),
    /** Worth nothing alone: the cookie carries it with a signature. */
    token: text().notNull(),
    userId: ofUser(),
    expiresAt: instant('expires_at').notNull(),
    ipAddress: text('ip_address'),
    userAgent: text('user_agent'),
    ...times(),
    /** Ours: how the person signed in; null until that is done. */
    method: text().$type<SignInMethod>(),
    /** Ours, epoch milliseconds: the last request, to the minute; null until the first. */
    lastSeenAtMs: integer('last_seen_at_ms'),
  },
  (t) => [uniqueIndex('sign_in_sessions_token').on(t.token), index('sign_in_sessions_user').on(t.userId)],
);

export type SignInMethod =
  | 'demo'
  | 'password'
  | 'second-factor'
  | 'passkey'
  | 'oidc'
  /** At a provider that says so in its token. */
  | 'oidc-two-factors';

/** A password, or an account at the identity provider. */
export const signInAccounts = sqliteTable(
  'sign_in_accounts',
  {
    id: text().primaryKey(),
    accountId: text('account_id').notNull(),
    providerId: text('provider_id').notNull(),
    userId: ofUser(),
    accessToken: text('access_token'),
    refreshToken: text('refresh_token'),
    idToken: text('id_token'),
    accessTokenExpiresAt: instant('access_token_expires_at'),
    refreshTokenExpiresAt: instant('refresh_token_expires_at'),
    scope: text(),
    /** Hashed with scrypt. */
    password: text(),
    ...times(),
  },
  (t) => [
    uniqueIndex('sign_in_accounts_key').on(t.providerId, t.accountId),
    index('sign_in_accounts_user').on(t.userId),
  ],
);

/** What waits to be proven: challenges, second steps, states of the way to the identity provider. */
export const signInVerifications = sqliteTable(
  'sign_in_verifications',
  {
    id: text().primaryKey(),
    identifier: text().notNull(),
    value: text().notNull(),
    expiresAt: instant('expires_at').notNull(),
    ...times(),
  },
  (t) => [index('sign_in_verifications_identifier').on(t.identifier)],
);

export const signInTwoFactors = sqliteTable(
  'sign_in_two_factors',
  {
    id: text().primaryKey(),
    /** Encrypted. */
    secret: text().notNull(),
    /** Encrypted. */
    backupCodes: text('backup_codes').notNull(),
    userId: ofUser(),
    verified: flag('verified').default(true),
    failedVerificationCount: integer('failed_verification_count').default(0),
    lockedUntil: instant('locked_until'),
  },
  (t) => [index('sign_in_two_factors_user').on(t.userId)],
);

export const signInPasskeys = sqliteTable(
  'sign_in_passkeys',
  {
    id: text().primaryKey(),
    name: text(),
    publicKey: text('public_key').notNull(),
    userId: ofUser(),
    credentialID: text('credential_id').notNull(),
    counter: integer().notNull(),
    deviceType: text('device_type').notNull(),
    backedUp: flag('backed_up').notNull(),
    transports: text(),
    createdAt: instant('created_at'),
    aaguid: text(),
  },
  (t) => [
    uniqueIndex('sign_in_passkeys_credential').on(t.credentialID),
    index('sign_in_passkeys_user').on(t.userId),
  ],
);

/** Who it is that signs in: an issuer's subject is a person. `local` issues passwords, `demo` the demo people. */
export const personLogins = sqliteTable(
  'person_logins',
  {
    tenant: text().notNull(),
    issuer: text().notNull(),
    /** The issuer's name for them: never an e-mail address, which may come to be somebody else's. */
    subject: text().notNull(),
    personId: text('person_id').notNull(),
    /** The sign-in library's user; null: none yet. */
    userId: text('user_id'),
    createdAtMs: integer('created_at_ms').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.issuer, t.subject] }),
    // A subject is one person, whatever the tenant.
    uniqueIndex('person_logins_subject').on(t.issuer, t.subject),
    uniqueIndex('person_logins_user').on(t.userId),
    index('person_logins_person').on(t.tenant, t.personId),
  ],
);

/** One-time codes with which a person chooses a password. Only their SHA-256 is kept. */
export const signInInvitations = sqliteTable(
  'sign_in_invitations',
  {
    tenant: text().notNull(),
    hash: text().notNull(),
    personId: text('person_id').notNull(),
    email: text().notNull(),
    expiresAtMs: integer('expires_at_ms').notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.hash] }),
    uniqueIndex('sign_in_invitations_hash').on(t.hash),
    index('sign_in_invitations_person').on(t.tenant, t.personId),
  ],
);

/** Failed tries per login name and per address, each as an HMAC, since the last success or quiet time. */
export const signInAttempts = sqliteTable(
  'sign_in_attempts',
  {
    tenant: text().notNull(),
    key: text().notNull(),
    tries: integer().notNull(),
    /** From when on they are forgotten. */
    lastAtMs: integer('last_at_ms').notNull(),
    /** Until when no further one is judged; 0: not locked. */
    lockedUntilMs: integer('locked_until_ms').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenant, t.key] })],
);

/** One-time codes that have been used, as an HMAC, while they would still be right. */
export const usedCodes = sqliteTable(
  'used_codes',
  {
    tenant: text().notNull(),
    hash: text().notNull(),
    untilMs: integer('until_ms').notNull(),
  },
  (t) => [primaryKey({ columns: [t.tenant, t.hash] })],
);

/** Keys of programs. Only their SHA-256 is kept. */
export const serviceKeys = sqliteTable(
  'service_keys',
  {
    tenant: text().notNull(),
    keyId: text('key_id').notNull(),
    hash: text().notNull(),
    name: text().notNull(),
    /** Roles it acts with. */
    roles: text({ mode: 'json' }).$type<string[]>().notNull(),
    /** What it may call: `cases:read`, `tasks:write`, … */
    scopes: text({ mode: 'json' }).$type<string[]>().notNull(),
    /** The human being who made it: what it does, they did. */
    humanId: text('human_id').notNull(),
    createdBy: text('created_by').notNull(),
    createdAtMs: integer('created_at_ms').notNull(),
    expiresAtMs: integer('expires_at_ms').notNull(),
    revokedAtMs: integer('revoked_at_ms'),
  },
  (t) => [
    primaryKey({ columns: [t.tenant, t.keyId] }),
    uniqueIndex('service_keys_hash').on(t.hash),
    index('service_keys_human').on(t.tenant, t.humanId),
  ],
);
