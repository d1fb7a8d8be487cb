import type { Router } from '../../api/router.ts';

/** What a browser got, after the redirects that it followed. */
export interface Visit {
  status: number;
  /** Path and query of the page, or the whole address of another site's. */
  at: string;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads what the answer is expected to hold
  json: any;
}

export interface VisitOptions {
  form?: Record<string, string>;
  json?: unknown;
  headers?: Record<string, string>;
  /** Default true. */
  follow?: boolean;
  /** A redirect to an address that begins so is not followed, but is where the visit ends. */
  stopAt?: string;
}

/** A browser of one site: it keeps cookies, says where its forms come from, and follows redirects. */
export interface Browser {
  get: (path: string, options?: VisitOptions) => Promise<Visit>;
  post: (path: string, options?: VisitOptions) => Promise<Visit>;
  cookies: Map<string, string>;
  /** Each `Set-Cookie` that came, whole. */
  received: string[];
}

const hopsMax = 10;

/** @param origin the site's; requests to any other go out to the network */
export const openBrowser = (app: Router, origin: string, address = '192.0.2.1'): Browser => {
  const jars = new Map<string, Map<string, string>>();
  const jarOf = (at: string): Map<string, string> => {
    const jar = jars.get(at) ?? new Map<string, string>();
    jars.set(at, jar);
    return jar;
  };
  const received: string[] = [];

  const visit = async (method: string, to: string, options: VisitOptions): Promise<Visit> => {
    let url = new URL(to, origin);
    let request: RequestInit = requestOf(method, options, origin);
    for (let hop = 0; hop < hopsMax; hop += 1) {
      const jar = jarOf(url.origin);
      const headers = new Headers(request.headers);
      if (url.origin === origin) headers.set('host', url.host);
      if (jar.size > 0) headers.set('cookie', [...jar].map(([name, value]) => `${name}=${value}`).join('; '));
      const sent = { ...request, headers, redirect: 'manual' as const };
      const incoming = { incoming: { socket: { remoteAddress: address } } };
      const answer =
        url.origin === origin ? await app.request(url.href, sent, incoming) : await fetch(url, sent);
      for (const cookie of answer.headers.getSetCookie()) {
        received.push(cookie);
        keep(jar, cookie);
      }
      const location = answer.headers.get('location');
      if (location === null || options.follow === false) return seen(answer, url, origin);
      url = new URL(location, url);
      if (options.stopAt !== undefined && url.href.startsWith(options.stopAt)) {
        return { ...(await seen(answer, url, origin)), at: url.href };
      }
      const accept = new Headers(request.headers).get('accept');
      request = { method: 'GET', headers: accept === null ? {} : { accept } };
    }
    throw new Error(`More than ${hopsMax} redirects`);
  };

  return {
    get: (path, options = {}) => visit('GET', path, options),
    post: (path, options = {}) => visit('POST', path, options),
    cookies: jarOf(origin),
    received,
  };
};

const requestOf = (method: string, { form, json, headers }: VisitOptions, origin: string): RequestInit => ({
  method,
  headers: {
    ...(method === 'GET' ? {} : { origin }),
    ...(json === undefined ? {} : { 'content-type': 'application/json' }),
    ...headers,
  },
  ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
  ...(json === undefined ? {} : { body: JSON.stringify(json) }),
});

const keep = (jar: Map<string, string>, cookie: string): void => {
  const [pair = '', ...attributes] = cookie.split(';');
  const equals = pair.indexOf('=');
  const gone = attributes.some((each) => /^\s*max-age=0\s*$/i.test(each));
  if (gone) jar.delete(pair.slice(0, equals));
  else jar.set(pair.slice(0, equals), pair.slice(equals + 1));
};

const seen = async (answer: Response, url: URL, origin: string): Promise<Visit> => {
  const text = await answer.text();
  const isJson = answer.headers.get('content-type')?.includes('json') ?? false;
  return {
    status: answer.status,
    at: url.origin === origin ? url.pathname + url.search : url.href,
    headers: answer.headers,
    text,
    json: isJson ? JSON.parse(text) : undefined,
  };
};
