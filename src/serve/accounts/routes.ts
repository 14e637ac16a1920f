import type { Right } from './account.ts';

/** Who may use a route: `anybody`, or only signed-in users. For the latter, `page`, `data` and `change` determine how the browser's origin is checked. */
export type Kind = 'anybody' | 'page' | 'data' | 'change';

/** Rights that a role needs: all rights of at least one set. Empty: every signed-in user may use the route. */
export type Needs = readonly (readonly Right[])[];

/** Groups of routes, as metrics distinguish them. */
const routeGroups = ['health', 'sign-in', 'page', 'search', 'file', 'export', 'notes', 'cases', 'sessions'] as const;
type RouteGroup = (typeof routeGroups)[number];

/** A route of the server, and who may use it. */
export interface Route {
  readonly group: RouteGroup;
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly kind: Kind;
  readonly needs: Needs;
  /** True if the role must also reach the whole archive. A role that does not, or that lacks the right, gets the answer "not found". */
  readonly isWhole?: true;
}

const whoeverIsIn: Needs = [];
const toFind: Needs = [['listen']];
const toTake: Needs = [['export']];
/** The requested file decides which of the two rights is needed. */
const toHearOrTake: Needs = [['listen'], ['export']];
/** Writing a note requires the right to play. */
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
/**
 * Returns a route of a case. Access to a part of the archive is not enough, because a case may contain any recording, and its mails belong to no recording.
 * Reading a case needs the rights to play and to export.
 */
const ofCases = (method: Route['method'], path: string, kind: 'data' | 'change', group: RouteGroup = 'cases'): Route => ({
  ...inside(group, method, path, kind, [['listen', 'export']]),
  isWhole: true,
});

/** Name under which the proof of a recording is requested, like one of its files. */
export const proofName = 'proof.tlog-proof';

/** Path to which an OpenID Connect provider sends browsers back. The complete address must be registered with the provider. */
export const openidBack = '/sign-in/openid/back';

/** All routes, by the name that log lines and summaries use. If two match a request, the first one is used. */
export const routes = {
  health: outside('health', 'GET', '/health'),
  'sign-in': outside('sign-in', 'GET', '/sign-in'),
  'sign-in-try': outside('sign-in', 'POST', '/sign-in'),
  'sign-in.css': outside('sign-in', 'GET', '/sign-in.css'),
  'sign-in.js': outside('sign-in', 'GET', '/sign-in.js'),
  'sign-in-openid': outside('sign-in', 'GET', '/sign-in/openid'),
  'sign-in-openid-back': outside('sign-in', 'GET', openidBack),
  enter: outside('sign-in', 'GET', '/enter/:token'),
  // Browsers request this file by themselves.
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

/** Name of a route. */
export type RouteName = keyof typeof routes;

/** Groups of requests: the groups of routes, `unknown` if no route matches, and `refused` for requests refused before a route was searched. */
export const requestGroups = [...routeGroups, 'unknown', 'refused'] as const;

/** Group of a request. */
export type RequestGroup = (typeof requestGroups)[number];

/** Returns the group of a request. @param route name of the route in log lines and summaries */
export function groupOf(route: string): RequestGroup {
  const known: Readonly<Record<string, Route>> = routes;
  return known[route]?.group ?? (route === 'refused' ? 'refused' : 'unknown');
}
