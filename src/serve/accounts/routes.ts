import type { Right } from './account.ts';

/**
 * Who may ask: `anybody`; or somebody who is in, for a `page`, for `data`, or for a `change`, which differ in what is asked of their browser.
 */
export type Kind = 'anybody' | 'page' | 'data' | 'change';

/** What a role must have: all rights of one of these sets. Empty: whoever is in. */
export type Needs = readonly (readonly Right[])[];

/** What ways into the house are for, as metrics tell them apart. */
const routeGroups = ['health', 'sign-in', 'page', 'search', 'file', 'export', 'notes', 'cases', 'sessions'] as const;
type RouteGroup = (typeof routeGroups)[number];

/** One way into the house, and who may go it. */
export interface Route {
  readonly group: RouteGroup;
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
/** A note says what was heard. */
const toAnnotate: Needs = [['listen', 'annotate']];
const toAdminister: Needs = [['administer']];

const outside = (group: RouteGroup, method: Route['method'], path: string): Route => ({ group, method, path, kind: 'anybody', needs: [] });
const inside = (group: RouteGroup, method: Route['method'], path: string, kind: Exclude<Kind, 'anybody'>, needs: Needs): Route => ({
  group,
  method,
  path,
  kind,
  needs,
});
/** A case may hold any recording, and its mails hang on none, so that a part of the archive is not enough. It is read by who may hear, and taken along. */
const ofCases = (method: Route['method'], path: string, kind: 'data' | 'change', group: RouteGroup = 'cases'): Route => ({
  ...inside(group, method, path, kind, [['listen', 'export']]),
  isWhole: true,
});

/** The name under which the proof of a recording is asked for, as if it lay beside its files. */
export const proofName = 'proof.tlog-proof';

/** Where a provider of OpenID Connect sends browsers back to: it has to know the whole address. */
export const openidBack = '/sign-in/openid/back';

/** All ways in, by the name that lines and summaries have: the one list of them. Of two that fit a request the first is taken. */
export const routes = {
  health: outside('health', 'GET', '/health'),
  'sign-in': outside('sign-in', 'GET', '/sign-in'),
  'sign-in-try': outside('sign-in', 'POST', '/sign-in'),
  'sign-in.css': outside('sign-in', 'GET', '/sign-in.css'),
  'sign-in.js': outside('sign-in', 'GET', '/sign-in.js'),
  'sign-in-openid': outside('sign-in', 'GET', '/sign-in/openid'),
  'sign-in-openid-back': outside('sign-in', 'GET', openidBack),
  enter: outside('sign-in', 'GET', '/enter/:token'),
  // Browsers ask for it by themselves.
  icon: outside('page', 'GET', '/favicon.ico'),
  page: inside('page', 'GET', '/', 'page', whoeverIsIn),
  'page.js': inside('page', 'GET', '/page.js', 'data', whoeverIsIn),
  'page.css': inside('page', 'GET', '/page.css', 'data', whoeverIsIn),
  'sign-out': inside('sign-in', 'POST', '/sign-out', 'change', whoeverIsIn),
  session: inside('page', 'GET', '/api/session', 'data', whoeverIsIn),
  overview: inside('search', 'GET', '/api/overview', 'data', toFind),
  search: inside('search', 'GET', '/api/search', 'data', toFind),
  detail: inside('search', 'GET', '/api/recordings/:id', 'data', toFind),
  tags: inside('search', 'GET', '/api/tags', 'data', toFind),
  'note-add': inside('notes', 'POST', '/api/recordings/:id/notes', 'change', toAnnotate),
  'note-withdraw': inside('notes', 'POST', '/api/recordings/:id/notes/:note/withdraw', 'change', toAnnotate),
  'export-choose': inside('export', 'POST', '/api/export/selection', 'change', toTake),
  export: inside('export', 'GET', '/api/export.zip', 'data', toTake),
  'export-requests': inside('export', 'GET', '/api/export/requests', 'data', toTake),
  'export-ask': inside('export', 'POST', '/api/export/requests', 'change', toTake),
  'export-decide': inside('export', 'POST', '/api/export/requests/:id/decide', 'change', toTake),
  'export-withdraw': inside('export', 'POST', '/api/export/requests/:id/withdraw', 'change', toTake),
  cases: ofCases('GET', '/api/cases', 'data'),
  'case-new': ofCases('POST', '/api/cases', 'change'),
  case: ofCases('GET', '/api/cases/:id', 'data'),
  'case-add': ofCases('POST', '/api/cases/:id/add', 'change'),
  'case-messages': ofCases('POST', '/api/cases/:id/messages', 'change'),
  'case-remove': ofCases('POST', '/api/cases/:id/remove', 'change'),
  'case-decide': ofCases('POST', '/api/cases/:id/decide', 'change'),
  'case-export': ofCases('GET', '/api/cases/:id/export.zip', 'data', 'export'),
  'case-export-ask': ofCases('POST', '/api/cases/:id/export/requests', 'change', 'export'),
  'my-sessions': inside('sessions', 'GET', '/api/my/sessions', 'data', whoeverIsIn),
  'my-sessions-end': inside('sessions', 'POST', '/api/my/sessions/end', 'change', whoeverIsIn),
  sessions: inside('sessions', 'GET', '/api/sessions', 'data', toAdminister),
  'sessions-end': inside('sessions', 'POST', '/api/sessions/end', 'change', toAdminister),
  proof: inside('file', 'GET', `/files/:id/${proofName}`, 'data', toTake),
  span: inside('file', 'GET', '/files/:id/:name/span.wav', 'data', toTake),
  file: inside('file', 'GET', '/files/:id/:name', 'data', toHearOrTake),
} as const satisfies Readonly<Record<string, Route>>;

/** One of their names. */
export type RouteName = keyof typeof routes;

/** Groups of requests: those of the routes, what has none, and what was refused before a route was looked for. */
export const requestGroups = [...routeGroups, 'unknown', 'refused'] as const;

/** One of them. */
export type RequestGroup = (typeof requestGroups)[number];

/** The group of a request, by the name of its route as lines and summaries have it. */
export function groupOf(route: string): RequestGroup {
  const known: Readonly<Record<string, Route>> = routes;
  return known[route]?.group ?? (route === 'refused' ? 'refused' : 'unknown');
}
