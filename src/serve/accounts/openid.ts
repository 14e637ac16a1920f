import { isTrouble, LongplayError, systemText } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { printable } from '../../core/words/printable.ts';
import type { Account, ProvidedPerson } from './account.ts';
import { isLoopback } from './client-address.ts';

/** An OpenID Connect provider and the claims that identify a person: `[openid]` of the users file. */
export interface OpenidSettings {
  readonly issuer: URL;
  readonly clientId: string;
  readonly secret: string;
  /** How the client secret is sent (OpenID Connect Core section 9): `client_secret_basic` or `client_secret_post`. */
  readonly secretIn: 'header' | 'body';
  readonly scope: string;
  /** Names of claims. `agent`: null if no claim contains an agent id. */
  readonly claims: { readonly user: string; readonly groups: string; readonly agent: string | null };
  /** Name under which users know the provider. */
  readonly label: string;
  /** Returns the account of a person; null if the person may not sign in. */
  readonly accountFor: (person: ProvidedPerson) => Account | null;
}

/** Values that bind the provider's answer to the browser that asked (OpenID Connect Core section 3.1.2.1; RFC 7636). */
export interface OpenidSecrets {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** Why a sign-in failed: the provider is unreachable, its answer cannot be trusted, or it refused the sign-in. */
export interface NotProvided {
  readonly is: 'unreachable' | 'refused';
  /** Reason for the operator. Contains no name. */
  readonly why: string;
}

/** A person whom the provider vouches for. */
interface Provided {
  readonly is: 'person';
  readonly person: ProvidedPerson;
  /** The provider's own id of the person, which is never reassigned (OpenID Connect Core section 5.7). */
  readonly subject: string;
}

/** A client for one provider. */
export interface OpenidProvider {
  /** Returns the address to which the browser is sent. @param redirect address of this server to which the provider sends the browser back */
  address(redirect: string, secrets: OpenidSecrets): Promise<URL | NotProvided>;
  /** Redeems the answer that the browser brings from the provider. @param search query string of the return address, unchanged */
  redeem(redirect: string, search: string, secrets: OpenidSecrets): Promise<Provided | NotProvided>;
}

type Library = typeof import('openid-client');
type Known = Awaited<ReturnType<Library['discovery']>>;

/** Timeout of one request to the provider, in seconds. */
const patienceS = 10;
/** Time for which the provider's metadata is cached and, below, for which a failed provider is not contacted again, in ms. */
const knownMs = 3_600_000;
const aloneMs = 5_000;

/**
 * Creates a client that uses the authorization code flow with PKCE, state and nonce. The client verifies the signature of the ID token although TLS protects
 * the answer (OpenID Connect Core section 3.1.3.7 permits omitting this). It fetches the provider's metadata at the first sign-in, so that an unreachable
 * provider does not affect users who sign in otherwise.
 * @param now monotonic ms
 */
export function createOpenidProvider(settings: OpenidSettings, now: () => number): OpenidProvider {
  let kept: { readonly known: Promise<Known>; until: number } | null = null;
  const known = (library: Library): Promise<Known> => {
    if (kept !== null && now() < kept.until) return kept.known;
    const one = { known: discovered(library, settings), until: now() + knownMs };
    kept = one;
    one.known.catch(() => {
      one.until = now() + aloneMs;
    });
    return one.known;
  };
  const asked = async <Value>(work: (library: Library, provider: Known) => Promise<Value>): Promise<Value | NotProvided> => {
    // The library is loaded at the first sign-in through a provider, because nothing else needs it.
    const library = await import('openid-client');
    let provider: Known;
    try {
      provider = await known(library);
    } catch (error) {
      // After any failure here, e.g. metadata of another issuer, no browser can be sent to the provider.
      return { is: 'unreachable', why: (troubleOf(error, library) ?? rethrown(error)).why };
    }
    try {
      return await work(library, provider);
    } catch (error) {
      return troubleOf(error, library) ?? rethrown(error);
    }
  };
  return {
    address: (redirect, { state, nonce, verifier }) =>
      asked(async (library, provider) =>
        library.buildAuthorizationUrl(provider, {
          redirect_uri: redirect,
          scope: settings.scope,
          state,
          nonce,
          code_challenge: await library.calculatePKCECodeChallenge(verifier),
          code_challenge_method: 'S256',
        }),
      ),
    redeem: (redirect, search, { state, nonce, verifier }) =>
      asked(async (library, provider): Promise<Provided | NotProvided> => {
        const back = new URL(redirect);
        back.search = search;
        const tokens = await library.authorizationCodeGrant(provider, back, {
          expectedState: state,
          expectedNonce: nonce,
          pkceCodeVerifier: verifier,
          idTokenExpected: true,
        });
        const signed = tokens.claims();
        if (signed === undefined) return { is: 'refused', why: 'it sent no ID token' };
        const { user, groups } = settings.claims;
        const isWhole = claimOf(signed, user) !== null && claimOf(signed, groups) !== null;
        const hasMore = !isWhole && provider.serverMetadata().userinfo_endpoint !== undefined;
        // Many providers return groups and names only here. The answer must be about the same subject.
        const more = hasMore ? await library.fetchUserInfo(provider, tokens.access_token, signed.sub) : {};
        return personIn({ ...more, ...signed }, signed.sub, settings);
      }),
  };
}

async function discovered(library: Library, { issuer, clientId, secret, secretIn }: OpenidSettings): Promise<Known> {
  const { ClientSecretBasic, ClientSecretPost, allowInsecureRequests, customFetch, enableNonRepudiationChecks } = library;
  // Possible on this machine only: the users file refuses any other `http:` address.
  const plain = issuer.protocol === 'http:' && isLoopback(issuer.hostname) ? [allowInsecureRequests] : [];
  return await library.discovery(issuer, clientId, undefined, secretIn === 'body' ? ClientSecretPost(secret) : ClientSecretBasic(secret), {
    execute: [enableNonRepudiationChecks, ...plain],
    timeout: patienceS,
    [customFetch]: boundedFetch,
  });
}

type Fetch = (url: string, options: { readonly body?: unknown; readonly signal?: AbortSignal } & object) => Promise<Response>;

/** Calls `fetch` with a limit on the size of the answer. U251 reports a missing or truncated answer and a server error of the provider. */
const boundedFetch: Fetch = async (url, options) => {
  const away = (why: string, cause?: unknown): LongplayError =>
    new LongplayError('incomplete', 'U251', `the provider of [openid] ${why}`, 'see whether it runs and can be reached from this machine', cause);
  let answer: Response;
  const pieces: Uint8Array[] = [];
  try {
    answer = await fetch(url, options as RequestInit); // The library made the options for this very function.
    let bytes = 0;
    for await (const piece of (answer.body ?? []) as AsyncIterable<Uint8Array>) {
      bytes += piece.length;
      if (bytes > limits.openidAnswerBytes) throw away(`answers with more than ${limits.openidAnswerBytes} bytes`);
      pieces.push(piece);
    }
  } catch (error) {
    if (error instanceof LongplayError) throw error;
    const { cause } = error instanceof Error ? error : { cause: undefined };
    throw away(`does not answer: ${isTrouble(cause) ? systemText(cause) : error instanceof Error ? error.name : 'no reason'}`, error);
  }
  if (answer.status >= 500) throw away(`answers with status ${answer.status}`);
  return new Response(pieces.length === 0 ? null : Buffer.concat(pieces), { status: answer.status, headers: answer.headers });
};

/** Returns the failure that an error of the library means; null if the error is a bug in longplay. */
function troubleOf(error: unknown, library: Library): NotProvided | null {
  const { AuthorizationResponseError, ClientError, ResponseBodyError, WWWAuthenticateChallengeError } = library;
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++)
    if (at instanceof LongplayError) return { is: 'unreachable', why: at.message };
  // Codes of RFC 6749 sections 4.1.2.1 and 5.2.
  if (error instanceof AuthorizationResponseError || error instanceof ResponseBodyError) {
    const isAway = ['temporarily_unavailable', 'server_error'].includes(error.error);
    return { is: isAway ? 'unreachable' : 'refused', why: `it says ${printable(error.error.slice(0, 80))}` };
  }
  if (error instanceof WWWAuthenticateChallengeError) return { is: 'refused', why: `it answers with status ${error.status}` };
  if (!(error instanceof ClientError)) return null;
  const inner = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  return { is: 'refused', why: printable(`${error.message}${inner}`.slice(0, 200)) };
}

function rethrown(error: unknown): never {
  throw error;
}

type Claims = Readonly<Record<string, unknown>>;

/** Returns a claim by its name or path, e.g. `realm_access.roles`; null if there is none. */
function claimOf(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name] ?? null;
  let at: unknown = claims;
  for (const part of name.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return null;
    at = (at as Claims)[part]; // an object that has this member
  }
  return at ?? null;
}

function personIn(claims: Claims, subject: string, { claims: names }: OpenidSettings): Provided | NotProvided {
  const user = claimOf(claims, names.user);
  if (typeof user !== 'string' || user === '') return { is: 'refused', why: `its claims about a user have no text ${names.user}` };
  // Otherwise the person could have entered any address (OpenID Connect Core section 5.7).
  if (names.user === 'email' && claims.email_verified !== true) return { is: 'refused', why: 'it does not say that the email is verified' };
  const listed = claimOf(claims, names.groups);
  const groups = (Array.isArray(listed) ? listed : [listed]).filter((group) => typeof group === 'string');
  const agent = names.agent === null ? null : claimOf(claims, names.agent);
  return { is: 'person', person: { user, groups, agent: typeof agent === 'string' && agent !== '' ? agent : null }, subject };
}
