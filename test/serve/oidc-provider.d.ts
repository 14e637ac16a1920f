/** As much of it as the tests use. */
declare module 'oidc-provider' {
  import type { RequestListener } from 'node:http';

  export class Provider {
    constructor(issuer: string, configuration: Readonly<Record<string, unknown>>);
    /** Behind another server: the scheme and host are those of its headers. */
    proxy: boolean;
    callback(): RequestListener;
  }
}
