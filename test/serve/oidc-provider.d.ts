/** Declares the part that the tests use. */
declare module 'oidc-provider' {
  import type { RequestListener } from 'node:http';

  export class Provider {
    constructor(issuer: string, configuration: Readonly<Record<string, unknown>>);
    /** Behind another server: scheme and host come from its headers. */
    proxy: boolean;
    callback(): RequestListener;
  }
}
