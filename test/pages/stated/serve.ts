import { requestLimits } from '../../../src/serve/accounts/export-requests.ts';
import { sessionLimits } from '../../../src/serve/accounts/session.ts';
import { scrapeRate } from '../../../src/serve/metrics/metrics-listener.ts';
import { constant, written } from '../code-value.ts';
import { code, fact, type Held, hours, inWords, inWordsFirst, measured, minutes, seconds } from '../held.ts';

const brake = 'src/serve/accounts/sign-in-limit.ts';
const [fewestLn, memory] = [
  written('src/serve/accounts/password-hash.ts', /hash\.ln < (\d+)/)[0],
  written('src/serve/accounts/password-hash.ts', /memoryOf\(hash\) > (\d+) \* 1024 \* 1024/)[0],
];
const openid = 'src/serve/sign-in/openid-sign-in.ts';
const [tickedMost, zipMost] = [constant('src/page/list/ticks.ts', 'mostTicked'), constant('src/serve/export/answer.ts', 'mostRecordings')];

/** `one in ten seconds` */
function everySeconds(perSecond: number): string {
  return inWords(1 / perSecond);
}

/** An empty reason does not count. */
const oneCharacter = 1;

export const serve: readonly Held[] = [
  code`with a cost below ${`2^${fewestLn}`}, or one that needs more than ${memory} MiB of memory, is refused`,
  code`accepts ${inWords(tries('both', 'burst'))} tries from one address, then one per minute; from all addresses together it accepts ${inWords(tries('account', 'burst'))}, then one every ${everySeconds(tries('account', 'perSecond'))} seconds`,
  code`by their first ${written('src/serve/accounts/client-address.ts', /::\/(\d+)`/)[0]} bits`,
  code`(${oneCharacter} to ${constant('src/serve/answer/export-permission.ts', 'reasonChars')} characters)`,
  code`waits for ${hours(requestLimits.lastingMs)} hours, and an allowed export is kept for ${hours(requestLimits.lastingMs)} hours`,
  code`One user may have ${requestLimits.ofOneUser} open requests, and all users together ${requestLimits.ofAll}`,
  code`at most ${1 + written('src/serve/accounts/account.ts', /\{0,(\d+)\}\$/)[0]} characters); the log`,
  code`for at most ${hours(sessionLimits.longestMs)} hours; a changed`,
  code`a cookie of ${inWords(minutes(constant(openid, 'awayMs')))} minutes`,
  code`${inWordsFirst(constant(openid, 'answers.burst'))} answers of one client that do not lead to a sign-in are accepted, then one every ${everySeconds(constant(openid, 'answers.perSecond'))} seconds`,
  code`Sessions end after ${minutes(sessionLimits.idleMs)} minutes without a request, after ${hours(sessionLimits.longestMs)} hours in any case`,
  code`One user has at most ${sessionLimits.ofOneUser};`,
  code`open connections; ${constant('src/serve/http/listen.ts', 'connections')} are accepted`,
  code`how late a timer of ${constant('src/serve/metrics/serve-metrics.ts', 'timerMs')} ms comes`,
  code`${scrapeRate.burst} scrapes at once and then ${scrapeRate.perSecond} per second are answered`,
  code`accepts ${constant('src/serve/metrics/metrics-listener.ts', 'connections')} connections, each of which ends with its answer or after ${seconds(constant('src/serve/metrics/metrics-listener.ts', 'stillMs'))} seconds`,
  code`in steps of ${constant('src/serve/archive/offset-cache.ts', 'step')} rows`,
  code`kept for ${inWords(minutes(constant('src/serve/archive/catalog-finder.ts', 'overviewMs')))} minutes`,
  code`at most ${inWords(constant('src/serve/answer/span-answer.ts', 'mostAtOnce'))} regions are decoded at once`,
  code`all that were found, up to ${tickedMost}.`,
  code`the last ${inWords(constant('src/serve/export/selection.ts', 'mostKept'))} of each session.`,
  code`A zip takes up to ${zipMost} recordings`,
  code`no more than ${inWords(constant('src/serve/case/zip.ts', 'mostHeld'))} waiting for their download`,
  code`- ${constant('src/serve/http/listen.ts', 'connections')} connections, ${constant('src/serve/http/listen.ts', 'connectionsOfOne')} of one address. A request must be complete within ${seconds(written('src/serve/http/listen.ts', /requestTimeout: ([\d_]+)/)[0])} seconds`,
  ...fact('half a million rows are out before as many again are: twenty doublings', 'a harvest of a million rows makes about twenty entries'),
  ...fact('rights of a file that its owner alone reads', 'chmod 600'),
  ...fact('Microsoft Entra ID, "Configure group claims": the overage claim of JSON tokens', 'in more than 200 of them'),
  ...fact(
    'status codes of HTTP (RFC 9110, RFC 6585)',
    '(429, `Retry-After`)',
    '(204), and nothing',
    'is refused (403',
    'the answer is 503',
    'are refused (429)',
    'are refused (416)',
    'is altered (503',
    'gone (503',
    'reported as lost: the answer is 503',
    'is answered with 410',
    '404 means that the recording or file was never there',
    'gets 404 for an erased recording',
  ),
  ...fact('text of Prometheus', 'that was not stopped, whatever it found; 0: never', '| always 1 |'),
  measured('With 1,000,000 made-up recordings', 'test/bench/serve-stalls.ts'),
  measured('- Users with `export` can save a region'),
];

function tries(of: string, member: string): number {
  return written(brake, new RegExp(`${of}: \\{[^}]*${member}: ([^,}]+)`))[0];
}
