import { isTrouble, LongplayError, systemText } from '../../core/base/error.ts';
import { limits } from '../../core/base/limits.ts';
import { printable } from '../../core/words/printable.ts';
import type { Account, ProvidedPerson } from './account.ts';
import { isLoopback } from './client-address.ts';

/** A provider of OpenID Connect, and what of its answers says who somebody is: `[openid]` of the users file. */
export interface OpenidSettings {
  readonly issuer: URL;
  readonly clientId: string;
  readonly secret: string;
  /** How the secret is sent (OpenID Connect Core section 9): `client_secret_basic` or `client_secret_post`. */
  readonly secretIn: 'header' | 'body';
  readonly scope: string;
  /** Names of claims. `agent` null: nobody has an agent id. */
  readonly claims: { readonly user: string; readonly groups: string; readonly agent: string | null };
  /** What people know it as. */
  readonly label: string;
  /** What somebody may do here; null: nothing, so that they do not come in. */
  readonly accountFor: (person: ProvidedPerson) => Account | null;
}

/** What binds an answer to the browser that asked (OpenID Connect Core section 3.1.2.1; RFC 7636). */
export interface OpenidSecrets {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** Why nobody came in: the provider does not answer, or what it answers is not to be trusted, or it says no. */
export interface NotProvided {
  readonly is: 'unreachable' | 'refused';
  /** For the keeper; no name. */
  readonly why: string;
}

/** Somebody whom the provider vouches for. */
interface Provided {
  readonly is: 'person';
  readonly person: ProvidedPerson;
  /** The provider's own id of them, which is never given to another (OpenID Connect Core section 5.7). */
  readonly subject: string;
}

/** The side of the provider. */
export interface OpenidProvider {
  /** Where the browser goes. @param redirect address of ours to which it comes back */
  address(redirect: string, secrets: OpenidSecrets): Promise<URL | NotProvided>;
  /** Takes what the browser brought back. @param search its query, as it came */
  redeem(redirect: string, search: string, secrets: OpenidSecrets): Promise<Provided | NotProvided>;
}

type Library = typeof import('openid-client');
type Known = Awaited<ReturnType<Library['discovery']>>;

/** One request to the provider. Seconds. */
const patienceS = 10;
/** How long what a provider says of itself counts, and how long it is left alone after it did not answer. Ms. */
const knownMs = 3_600_000;
const aloneMs = 5_000;

/**
 * Asks one provider: authorization code flow with PKCE, state and nonce; the signature of the ID token is verified although it comes over TLS (OpenID Connect Core section
 * 3.1.3.7 would let a client do without). What the provider says of itself is fetched when the first person wants to come in, so that a provider that is down stops nobody else.
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
    // Loaded when somebody comes in this way: no other command needs it, nor a server without a provider.
    const library = await import('openid-client');
    let provider: Known;
    try {
      provider = await known(library);
    } catch (error) {
      // Whatever it is, e.g. the metadata of another issuer: nobody can be sent there.
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
        // Many providers put groups and names there alone. It is held to the same subject.
        const more = hasMore ? await library.fetchUserInfo(provider, tokens.access_token, signed.sub) : {};
        return personIn({ ...more, ...signed }, signed.sub, settings);
      }),
  };
}

async function discovered(library: Library, { issuer, clientId, secret, secretIn }: OpenidSettings): Promise<Known> {
  const { ClientSecretBasic, ClientSecretPost, allowInsecureRequests, customFetch, enableNonRepudiationChecks } = library;
  // Only on this machine: the users file refuses any other `http:`.
  const plain = issuer.protocol === 'http:' && isLoopback(issuer.hostname) ? [allowInsecureRequests] : [];
  return await library.discovery(issuer, clientId, undefined, secretIn === 'body' ? ClientSecretPost(secret) : ClientSecretBasic(secret), {
    execute: [enableNonRepudiationChecks, ...plain],
    timeout: patienceS,
    [customFetch]: boundedFetch,
  });
}

type Fetch = (url: string, options: { readonly body?: unknown; readonly signal?: AbortSignal } & object) => Promise<Response>;

/** As `fetch`, and never more than so many bytes of an answer; no answer, one that is cut off or one of a server's own failure is U251. */
const boundedFetch: Fetch = async (url, options) => {
  const away = (why: string, cause?: unknown): LongplayError =>
    new LongplayError('incomplete', 'U251', `the provider of [openid] ${why}`, 'see whether it runs and can be reached from this machine', cause);
  let answer: Response;
  const pieces: Uint8Array[] = [];
  try {
    answer = await fetch(url, options as RequestInit); // made by the library for this very function
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

/** What the library threw of the provider or its answer; null: neither, so it is a bug. */
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

/** A claim by its name, or by the way to it: `realm_access.roles`. Null: there is none. */
function claimOf(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name] ?? null;
  let at: unknown = claims;
  for (const part of name.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, part)) return null;
    at = (at as Claims)[part]; // an object that has it
  }
  return at ?? null;
}

function personIn(claims: Claims, subject: string, { claims: names }: OpenidSettings): Provided | NotProvided {
  const user = claimOf(claims, names.user);
  if (typeof user !== 'string' || user === '') return { is: 'refused', why: `what it says of somebody has no text ${names.user}` };
  // Anybody could have written it (OpenID Connect Core section 5.7).
  if (names.user === 'email' && claims.email_verified !== true) return { is: 'refused', why: 'it does not say that the email is verified' };
  const listed = claimOf(claims, names.groups);
  const groups = (Array.isArray(listed) ? listed : [listed]).filter((group) => typeof group === 'string');
  const agent = names.agent === null ? null : claimOf(claims, names.agent);
  return { is: 'person', person: { user, groups, agent: typeof agent === 'string' && agent !== '' ? agent : null }, subject };
}
