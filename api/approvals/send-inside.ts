import type { Context } from 'hono';
import type { Json } from '../../machines/kernel/json.ts';
import type { AppEnv } from '../env.ts';

/** Sends a request to this very API, as any client would: rights, keys and sealing are its own. */
export type SendInside = (request: Request, given?: AppEnv['Bindings']) => Response | Promise<Response>;

export interface InsideCommand {
  path: string;
  body: { [name: string]: Json };
  /** The idempotency key. */
  key: string;
}

/** Sends a command in the name of whoever sent this request. */
export const postInside = (
  send: SendInside,
  c: Context<AppEnv>,
  { path, body, key }: InsideCommand,
  given: AppEnv['Bindings'] = {},
): Response | Promise<Response> =>
  send(
    new Request(new URL(path, c.req.url), {
      method: 'POST',
      headers: { ...forwarded(c), 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(body),
    }),
    { ...(c.env as AppEnv['Bindings'] | undefined), ...given },
  );

// The session and where the form came from, which are judged again; nothing else of the request.
const forwarded = (c: Context<AppEnv>): { [name: string]: string } => {
  const names = ['cookie', 'authorization', 'origin', 'host', 'sec-fetch-site'];
  return Object.fromEntries(
    names.flatMap((name) => {
      const value = c.req.header(name);
      return value === undefined ? [] : [[name, value]];
    }),
  );
};

/** The code with which the API answered; undefined where it took the command. */
export const refusalCode = async (answer: Response): Promise<string | undefined> => {
  if (answer.ok) {
    return undefined;
  }
  const { code } = (await answer.json().catch(() => ({}))) as { code?: string };
  return code ?? 'INTERNAL';
};
