import type { Archive } from '../archive/layout.ts';
import type { PrepareMessages } from '../cases/prepare-messages.ts';
import type { Right } from './account.ts';
import type { AccountBook } from './account-book.ts';
import type { DeedLog } from './deed-log.ts';
import type { Finder } from './finder.ts';
import { headerValues, type Place, type RawRequest, type Refusal } from './gate.ts';
import { refusalAnswer } from './headers.ts';
import type { KnownBrowser } from './known-browser.ts';
import type { RateLimit } from './rate-limit.ts';
import type { RefusalLog } from './refusal-log.ts';
import type { Route } from './routes.ts';
import type { Session, Sessions } from './session.ts';
import type { ShownRows } from './shown-rows.ts';
import type { VerifiedBags } from './verified-bags.ts';

/** A connection over which nothing moves: a browser that holds an audio element in pause reads on when it likes, by a new range. */
export const stillMs = 120_000;

/** How people come in: by a password, by what a proxy says in a header, or by an address that works once. */
export type Entrance =
  | { readonly by: 'password' }
  | { readonly by: 'proxy'; readonly header: string; readonly addresses: ReadonlySet<string> }
  | { readonly by: 'address'; readonly take: (token: string) => boolean };

/** What the handlers of requests work with. */
export interface House {
  readonly archive: Archive;
  readonly finder: Finder;
  readonly place: Place;
  readonly entrance: Entrance;
  /** Who may come in now: looked at anew for each request. */
  readonly accounts: AccountBook;
  readonly sessions: Sessions;
  readonly deeds: DeedLog;
  readonly refusals: RefusalLog;
  /** Enters what searches showed. */
  readonly shown: ShownRows;
  /** What the log tells of the last verification of a bag. */
  readonly verified: VerifiedBags;
  /** Requests of somebody who is in, by session; and of others, by client. */
  readonly requests: { readonly ofSession: RateLimit; readonly ofClient: RateLimit };
  /** Proxies that are believed when they say by `X-Forwarded-For` for whom they ask. */
  readonly forwarders: ReadonlySet<string>;
  /** True where browsers come by https: cookies are for it alone. */
  readonly isSecure: boolean;
  /** Name of the session's cookie. */
  readonly cookie: string;
  /** What work on cases needs beside. */
  readonly caseWork: CaseWork;
  /** The page's own files. */
  readonly page: PageFiles;
  /** Monotonic ms. */
  readonly now: () => number;
  /** Something that the keeper of the archive should read: a file that is not what landed. Names no caller. */
  readonly tell: (message: string) => void;
  /** An answer failed after it had begun: trouble is told; anything else is a bug, told and remembered. */
  readonly failed: (error: unknown) => void;
}

/** What work on cases needs of the machine. */
export interface CaseWork {
  /** Folder for temporary files, outside of the archive. */
  readonly temporary: string;
  readonly keys: string;
  /** Reads a file of messages in another thread: this one streams sound to others meanwhile. */
  readonly prepareMessages: PrepareMessages;
  /** ISO time of now. */
  readonly now: () => string;
  /** Media types by format id. */
  readonly mediaTypes: ReadonlyMap<string, string>;
}

/** What a browser runs. */
export interface PageFiles {
  readonly html: string;
  readonly policy: string;
  readonly script: string;
  readonly style: string;
}

/** One request that came through the gate. */
export interface Asked {
  readonly raw: RawRequest;
  readonly url: URL;
  /** Parts of the path that vary, by name. */
  readonly params: Readonly<Record<string, string>>;
  /** From where it comes: the address that is counted as one, as `clientOf` has it. */
  readonly client: string;
  /** Null: nobody came in with this browser before. */
  readonly known: KnownBrowser | null;
  readonly session: Session | null;
  /** Aborted when the other side has gone. */
  readonly signal: AbortSignal;
  /** How long the connection may be still: what is made first and sent then takes longer than a browser's pause. */
  readonly patience: (ms: number) => void;
  /** Ends the connection: what was announced will not come. */
  readonly cut: () => void;
  /** The body as text; null where it is longer than `most`. */
  readonly body: (most: number) => Promise<string | null>;
  /** The same as it came. */
  readonly bytes: (most: number) => Promise<Uint8Array | null>;
}

/** A request of somebody who is in. */
export interface AskedInside extends Asked {
  readonly session: Session;
}

/** Turns a request away, and has it entered. */
export function turnAway(
  { refusals }: House,
  { session }: Pick<Asked, 'session'>,
  why: Refusal,
  answer: Response,
  recording: string | null = null,
): Response {
  refusals.note({ why, user: session?.account.user ?? null, recording });
  return answer;
}

/** True where the role of who asks has a right. */
export function may({ session }: AskedInside, right: Right): boolean {
  return session.account.role.rights.has(right);
}

/** True where the role of who asks may go a way into the house. */
export function mayGo(asked: AskedInside, { needs, isWhole }: Route): boolean {
  const hasRights = needs.length === 0 || needs.some((set) => set.every((right) => may(asked, right)));
  return hasRights && (isWhole !== true || asked.session.account.within === null);
}

/** Nothing is handed out that the log does not tell of. */
export function notEntered(house: House, why: string): Response {
  house.tell(`nothing is handed out, because the log cannot be written: ${why}`);
  return refusalAnswer(503, 'log', {
    'Retry-After': '5',
  });
}

/** Name of the cookie of a browser that is known. */
export function knownCookie({ cookie }: House): string {
  return `${cookie}-known`;
}

/** Values of a cookie; several where a browser has several of the name. */
export function cookieValues(raw: RawRequest, name: string): string[] {
  return headerValues(raw, 'cookie')
    .flatMap((line) => line.slice(0, 8_192).split(';'))
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1));
}
