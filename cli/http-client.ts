import { randomUUID } from 'node:crypto';
import { CommandError } from './command-error.ts';
import { loadSettings, type Settings } from './settings.ts';

/** The API, called as one person. */
export interface HttpClient {
  get: (path: string) => Promise<unknown>;
  post: (path: string, body: object) => Promise<unknown>;
}

const answerWithinMs = 30_000;
const usageErrorCode = 2;

/**
 * The API at HOST and PORT, with CASELOOM_TOKEN, or as a demo person of the state folder.
 *
 * Each call throws a CommandError that says what the API refused and why.
 */
export async function httpClient(
  as: string | undefined,
  env: NodeJS.ProcessEnv = process.env,
): Promise<HttpClient> {
  const settings = loadSettings(env);
  const { http } = settings;
  const token = as === undefined ? env.CASELOOM_TOKEN : await tokenFor(settings, as);
  if (token === undefined || token === '') {
    throw new CommandError('Say who you are: --as PERSON, or a token in CASELOOM_TOKEN.', usageErrorCode);
  }
  const host = http.host === '0.0.0.0' || http.host === '::' ? '127.0.0.1' : http.host;
  const base = `http://${host.includes(':') ? `[${host}]` : host}:${http.port}`;

  const call = async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await fetch(`${base}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined
          ? {}
          : { 'content-type': 'application/json', 'idempotency-key': randomUUID() }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(answerWithinMs),
    }).catch((error: unknown) => {
      const cause =
        error instanceof Error && error.cause instanceof Error ? error.cause.message : String(error);
      throw new CommandError(`No API answers at ${base} (${cause}). Start it with \`npm start\`.`);
    });
    const text = await response.text();
    const answer: unknown = response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text;
    if (!response.ok) {
      throw new CommandError(problemText(response.status, answer));
    }
    return answer;
  };
  return { get: (path) => call('GET', path), post: (path, body) => call('POST', path, body) };
}

// Loaded only where it is needed: it brings the database with it.
const tokenFor = async (settings: Settings, person: string): Promise<string> =>
  (await import('./token.ts')).mintToken(settings, person);

interface ProblemAnswer {
  code?: string;
  detail?: string;
  allowed?: string[];
  errors?: { pointer: string; message: string }[];
}

const problemText = (status: number, answer: unknown): string => {
  const {
    code,
    detail,
    allowed = [],
    errors = [],
  } = (typeof answer === 'object' ? answer : {}) as ProblemAnswer;
  return [
    `${status} ${code ?? ''}: ${detail ?? 'The API answered without saying why.'}`,
    ...errors.map(({ pointer, message }) => `  ${pointer}: ${message}`),
    ...(allowed.length === 0 ? [] : [`  Possible now: ${allowed.join(', ')}`]),
  ].join('\n');
};
