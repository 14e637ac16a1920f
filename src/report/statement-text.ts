import { periodText, sizeText } from '../core/quantity.ts';
import type { LogAccount, Statement } from './statement.ts';
import { boundText, dayOf, detectionText, many, placeName, readingText, shareText } from './statement-words.ts';

/** Faults and repairs that the text lists; all are counted. */
const listed = 20;

/** The statement as text: `statement.txt`, and what `longplay report` prints. The first line is the last success. */
export function statementText(statement: Statement): string {
  const { headline, unsigned, archive, writtenAt, log, account, tool } = statement;
  const { holdings } = account;
  const size =
    holdings.bagsWithBytes === holdings.bags
      ? sizeText(holdings.bytes)
      : `${sizeText(holdings.bytes)} in the ${many(holdings.bagsWithBytes, 'bag')} that were ever read`;
  const lines = [
    headline,
    unsigned === null ? `Signed with key ${log.key}: statement.note beside statement.json.` : `UNSIGNED: ${unsigned}.`,
    `Archive ${archive ?? 'whose id cannot be read'}, on ${writtenAt}, by ${tool}. From ${log.size} entries of its log, root ${log.root ?? 'none'}.`,
    `${many(holdings.recordings, 'recording')} in ${many(holdings.bags, 'bag')}, ${size}.`,
    ...(holdings.uncounted > 0 ? [`Of ${many(holdings.uncounted, 'bag')} the log does not say how many recordings they hold.`] : []),
    ...log.findings.map(({ code, message }) => `LOG ${code}: ${message}.`),
    ...account.places.flatMap((place) => [
      '',
      place.replica === null ? 'READING of the primary archive' : `READING of replica ${place.replica}`,
      ...readingText(place).map(indented),
      indented(detectionText(place, writtenAt)),
      ...(place.replica === null ? [] : [indented(replicaRun(place.lastSuccess))]),
      ...(place.unfinished > 0 ? [indented(`${many(place.unfinished, 'verification')} started since and not ended.`)] : []),
    ]),
    '',
    'FOUND AND REPAIRED',
    ...foundLines(account).map(indented),
    '',
    'PLAYABILITY',
    ...playLines(account).map(indented),
    '',
    'KEYS, TIME STAMPS, WHO DID WHAT',
    ...account.keys.map(({ type, time, key }) => indented(`key ${key}: ${type}, ${dayOf(time)}`)),
    indented(stampLine(account)),
    ...account.deeds.map(({ type, entries, first, last }) => indented(`${type}: ${entries}, ${dayOf(first)} to ${dayOf(last)}`)),
    '',
    'ASSUMPTIONS',
    ...statement.assumptions.map(indented),
    '',
    'NOT COVERED',
    ...statement.notCovered.map(indented),
  ];
  return lines.join('\n');
}

function indented(line: string): string {
  return `  ${line}`;
}

function replicaRun(success: { readonly time: string | null; readonly ageMs: number } | null): string {
  return success === null ? 'No verification of it has succeeded.' : `Its last success: ${dayOf(success.time)}, ${periodText(success.ageMs)} ago.`;
}

function foundLines({ faults, repairs, drill }: LogAccount): string[] {
  const lines = [faults.length === 0 ? 'No damage stands in the log.' : `${many(faults.length, 'bag')} with damage that stands:`];
  for (const { replica, bag, faults: found, since } of faults.slice(0, listed))
    lines.push(`${placeName(replica)} ${bag}: ${found}, since ${dayOf(since)}`);
  if (faults.length > listed) lines.push(`and ${faults.length - listed} more, in statement.json`);
  lines.push(
    repairs.entries === 0
      ? 'Nothing was repaired.'
      : `${many(repairs.entries, 'repair')} of ${many(repairs.files, 'file')}, ${sizeText(repairs.bytes)}.`,
  );
  if (drill !== null) lines.push(`Last restore drill: ${dayOf(drill.time)}, ${many(drill.recordings, 'recording')}, ${drill.failed} failed.`);
  return lines;
}

function playLines({ playability, holdings }: LogAccount): string[] {
  const { bags, played, failed, otherwise, bounds, counts, strata, decoders, oldestAgeMs } = playability;
  if (bags === 0) return ['Nothing was decoded by a verification that the log names: nothing is said of whether the recordings play.'];
  return [
    `${many(played + failed, 'recording')} in ${bags} of ${many(holdings.bags, 'bag')} (${shareText(bags, holdings.bags)}) decoded in full: ${played} as recorded, ${failed} NOT; ${otherwise} to slightly other samples. The oldest ${periodText(oldestAgeMs ?? 0)} ago.`,
    ...bounds.map(({ confidence, badShare }) => `With ${confidence * 100} % confidence at most ${boundText(badShare)} of recordings do not play.`),
    ...counts.map(({ confidence, bad }) => `That is at most ${bad} of ${holdings.recordings}, with ${confidence * 100} % confidence.`),
    ...strata.map(
      ({ codec, importer, year, played: well, failed: bad, bounds: [first] }) =>
        `${codec}, ${importer}, ${year}: ${well} played, ${bad} failed${first === undefined ? '' : `; at most ${boundText(first.badShare)} bad (95 %)`}`,
    ),
    ...decoders.map(({ decoders: by, recordings }) => `${recordings} by ${by === '' ? 'decoders that the log does not name' : by}`),
  ];
}

function stampLine({ stamps }: LogAccount): string {
  const { entries, last } = stamps;
  return last === null
    ? 'No time stamp.'
    : `${many(entries, 'time stamp')}; the last of ${last.authority} on ${last.stampedAt} over ${last.size} entries, its certificate ends ${last.certificateEnds}.`;
}
