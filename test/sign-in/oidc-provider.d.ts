// What the tests use of a package that ships no types.
declare module 'oidc-provider' {
  import type { RequestListener } from 'node:http';

  export class Provider {
    constructor(issuer: string, configuration: object);
    callback(): RequestListener;
    Session: { prototype: object };
    on(event: string, listener: (...args: unknown[]) => void): this;
  }
}
