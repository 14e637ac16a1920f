import type { Right } from './account.ts';

/**
 * Who may ask: `anybody`; or somebody who is in, for a `page`, for `data`, or for a `change`, which differ in what is asked of their browser.
 */
export type Kind = 'anybody' | 'page' | 'data' | 'change';

/** What a role must have: all rights of one of these sets. Empty: whoever is in. */
export type Needs = readonly (readonly Right[])[];

/** One way into the house, and who may go it. */
export interface Route {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly kind: Kind;
  readonly needs: Needs;
  /** True where a role must reach the whole archive as well, and where it does not, or lacks the right, the answer is that there is no such thing. */
  readonly isWhole?: true;
}

const whoeverIsIn: Needs = [];
const toFind: Needs = [['listen']];
const toTake: Needs = [['export']];
/** Which of the two a file asks for depends on the file. */
const toHearOrTake: Needs = [['listen'], ['export']];
const toAdminister: Needs = [['administer']];

const outside = (method: Route['method'], path: string): Route => ({ method, path, kind: 'anybody', needs: [] });
const inside = (method: Route['method'], path: string, kind: Exclude<Kind, 'anybody'>, needs: Needs): Route => ({ method, path, kind, needs });
/** A case may hold any recording, and its mails hang on none, so that a part of the archive is not enough. It is read by who may hear, and taken along. */
const ofCases = (method: Route['method'], path: string, kind: 'data' | 'change'): Route => ({
  ...inside(method, path, kind, [['listen', 'export']]),
  isWhole: true,
});

/** The name under which the proof of a recording is asked for, as if it lay beside its files. */
export const proofName = 'proof.tlog-proof';

/** All ways in, by the name that lines and summaries have: the one list of them. Of two that fit a request the first is taken. */
export const routes = {
  health: outside('GET', '/health'),
  'sign-in': outside('GET', '/sign-in'),
  'sign-in-try': outside('POST', '/sign-in'),
  'sign-in.css': outside('GET', '/sign-in.css'),
  enter: outside('GET', '/enter/:token'),
  // Browsers ask for it by themselves.
  icon: outside('GET', '/favicon.ico'),
  page: inside('GET', '/', 'page', whoeverIsIn),
  'page.js': inside('GET', '/page.js', 'data', whoeverIsIn),
  'page.css': inside('GET', '/page.css', 'data', whoeverIsIn),
  'sign-out': inside('POST', '/sign-out', 'change', whoeverIsIn),
  session: inside('GET', '/api/session', 'data', whoeverIsIn),
  overview: inside('GET', '/api/overview', 'data', toFind),
  search: inside('GET', '/api/search', 'data', toFind),
  detail: inside('GET', '/api/recordings/:id', 'data', toFind),
  export: inside('GET', '/api/export.zip', 'data', toTake),
  cases: ofCases('GET', '/api/cases', 'data'),
  'case-new': ofCases('POST', '/api/cases', 'change'),
  case: ofCases('GET', '/api/cases/:id', 'data'),
  'case-add': ofCases('POST', '/api/cases/:id/add', 'change'),
  'case-messages': ofCases('POST', '/api/cases/:id/messages', 'change'),
  'case-remove': ofCases('POST', '/api/cases/:id/remove', 'change'),
  'case-export': ofCases('GET', '/api/cases/:id/export.zip', 'data'),
  sessions: inside('GET', '/api/sessions', 'data', toAdminister),
  'sessions-end': inside('POST', '/api/sessions/end', 'change', toAdminister),
  proof: inside('GET', `/files/:id/${proofName}`, 'data', toTake),
  file: inside('GET', '/files/:id/:name', 'data', toHearOrTake),
} as const satisfies Readonly<Record<string, Route>>;

/** One of their names. */
export type RouteName = keyof typeof routes;
