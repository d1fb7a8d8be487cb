import { z } from 'zod';

const port = z.int().min(1).max(65_535);
const count = z.int().min(1).max(100_000);
const milliseconds = z.int().min(0).max(600_000);
const environmentName = z
  .string()
  .regex(/^[A-Z][A-Z0-9_]*$/, 'the name of an environment variable, not a value');
const hostAndPort = z
  .string()
  .regex(/^[^\s/:]+:\d{1,5}$|^\[[^\]]+\]:\d{1,5}$/, 'an address such as "host:7233"');

const searchAttributeType = z.enum(['Keyword', 'KeywordList', 'Text', 'Int', 'Double', 'Bool', 'Datetime']);

/** Search attributes that the workflows write; temporal.yaml may add others, never drop or retype these. */
const ownSearchAttributes = {
  CaseloomKind: z.literal('Keyword'),
  CaseloomState: z.literal('Keyword'),
  CaseloomTenant: z.literal('Keyword'),
  CaseloomDefinition: z.literal('Keyword'),
  CaseloomDueAt: z.literal('Datetime'),
  CaseloomDeadlineStatus: z.literal('Keyword'),
};

const workerSizes = z.strictObject({
  tuned: z.boolean(),
  maxCachedWorkflows: z.int().min(0).max(100_000),
  workflowThreadPoolSize: z.int().min(1).max(64),
  maxConcurrentWorkflowTaskExecutions: count,
  maxConcurrentLocalActivityExecutions: count,
  maxConcurrentActivityTaskExecutions: count,
  maxConcurrentWorkflowTaskPolls: count,
  maxConcurrentActivityTaskPolls: count,
  stickyQueueScheduleToStartTimeoutMs: milliseconds,
  shutdownGraceTimeMs: milliseconds,
});

const embeddedServer = z.strictObject({
  port,
  uiPort: port,
  pragmas: z.record(z.string().regex(/^[a-z_]+$/), z.union([z.string().regex(/^\w+$/), z.int()])),
  dynamicConfig: z.record(z.string().regex(/^[\w.]+$/), z.union([z.string(), z.number(), z.boolean()])),
  environment: z.record(z.string().regex(/^[A-Z][A-Z0-9_]*$/), z.string()),
});

const loopback = ['localhost', '127.0.0.1', '[::1]'];

/** Where people reach it: cookies travel over HTTPS, but for a browser on this machine. */
const origin = z.url({ protocol: /^https?$/ }).refine(
  (text) => {
    const { origin: own, protocol, hostname } = new URL(text);
    return own === text && (protocol === 'https:' || loopback.includes(hostname));
  },
  { message: 'an address without a path, such as "https://caseloom.example.com"; http on this machine only' },
);

const asymmetric = z
  .string()
  .regex(/^(RS|PS|ES)(256|384|512)$|^(EdDSA|Ed25519)$/, 'an asymmetric algorithm, such as RS256 or ES256');

const oidc = z
  .strictObject({
    issuer: z.url({ protocol: /^https?$/ }),
    clientId: z.string().min(1),
    clientSecretEnv: environmentName.optional(),
    audience: z.string().min(1),
    algorithms: z.array(asymmetric).min(1).default(['RS256']),
    clockToleranceS: z.int().min(0).max(300).default(30),
    scopes: z.array(z.string().regex(/^[^\s]+$/)).default(['openid']),
  })
  .refine(({ issuer }) => issuer.startsWith('https:') || loopback.includes(new URL(issuer).hostname), {
    ...{ path: ['issuer'], message: 'https, but for a provider on this machine' },
  })
  .refine(({ audience, clientId }) => audience !== clientId, {
    ...{
      path: ['audience'],
      message: 'another than clientId, so that no ID token passes for an access token',
    },
  });

export const signInModes = ['demo', 'accounts', 'oidc'] as const;

const signIn = z
  .strictObject({
    mode: z.enum(signInModes).optional(),
    origin: origin.optional(),
    idleMinutes: z.int().min(1).max(1_440).default(30),
    absoluteHours: z.int().min(1).max(168).default(12),
    addressHeader: z
      .string()
      .regex(/^[a-z][a-z-]*$/, 'the name of a header in lower case')
      .optional(),
    oidc: oidc.optional(),
  })
  .refine((section) => section.mode !== 'oidc' || section.oidc !== undefined, {
    ...{ path: ['oidc'], message: 'is missing: mode is "oidc"' },
  });

/** What temporal.yaml may say. Unknown keys are refused everywhere, so that a misspelt one is not silently ignored. */
export const temporalFileSchema = z.strictObject({
  address: hostAndPort.optional(),
  namespace: z.string().min(1),
  tls: z
    .strictObject({
      serverName: z.string().min(1).optional(),
      caFileEnv: environmentName.optional(),
      certFileEnv: environmentName.optional(),
      keyFileEnv: environmentName.optional(),
    })
    .refine((tls) => (tls.certFileEnv === undefined) === (tls.keyFileEnv === undefined), {
      message: 'certFileEnv and keyFileEnv go together',
    })
    .optional(),
  apiKeyEnv: environmentName.optional(),
  signIn: signIn.default({ idleMinutes: 30, absoluteHours: 12 }),
  taskQueues: z.strictObject({ cases: z.string().min(1) }),
  searchAttributes: z.object(ownSearchAttributes).catchall(searchAttributeType),
  embedded: embeddedServer,
  worker: workerSizes,
  bulk: z.strictObject({ atOnce: z.int().min(1).max(40) }).default({ atOnce: 8 }),
});

export type TemporalFile = z.infer<typeof temporalFileSchema>;
export type EmbeddedServer = TemporalFile['embedded'];
/** Sizes of one worker process, under the names of the Temporal SDK's worker options (`…Ms` in milliseconds). */
export type WorkerSizes = TemporalFile['worker'];
