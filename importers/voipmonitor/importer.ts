import { familyImporter } from '../engine/family-importer.ts';
import type { JoinedRecord } from '../engine/records/call.ts';
import type { Claim } from '../engine/records/claim.ts';
import { idKey } from '../engine/records/keys.ts';
import type { Shape } from '../engine/records/shape.ts';
import { idOf, spoolCalls, spoolGroup } from './calls.ts';
import { describeCall, describeFiles } from './describe.ts';
import { isSpoolName, spoolFile, spoolMedium, spoolNames } from './names.ts';
import { fitsFolder } from './times.ts';

/** Columns that identify tables of calls: every such table has at least one of them, besides those that other programs have as well. */
const signs = ['sipcallerip', 'whohanged', 'lastsipresponsenum', 'connect_duration'];

const cdr = signs.map(
  (sign): Shape => ({
    name: 'cdr',
    unit: 'cdr rows',
    role: 'call',
    at: { kind: 'table', columns: ['calldate', 'caller', 'called', sign] },
    key: idOf,
    claims,
  }),
);

/**
 * Imports VoIPmonitor: its spool with one archive per minute and kind, and the tables beside it. One call is in several archives, a long one in pieces, and a
 * database knows it by the Call-ID, which the spool writes with other bytes.
 */
export const voipmonitor = familyImporter({
  id: 'voipmonitor',
  title: 'VoIPmonitor (spool of minute archives, tables cdr, cdr_next, cdr_tar_part)',
  grade: 'verified',
  facts: [
    'spools of two runs of voipmonitor/sniffer 2ec3c37: names, shortened names, pieces, times in archive headers; what unlzo.py and tcpdump make of the same files',
    'voipmonitor/sniffer, tar.cpp: archives, their names and generations; calltable.cpp and sql_db.cpp: columns of cdr, cdr_next and cdr_tar_part; no database of a run available',
  ],
  tested: ['what two runs of VoIPmonitor git 2ec3c37 wrote', 'samples/voipmonitor, synthetic', 'the tables only as written from its source code'],
  shapes: [
    ...(cdr as [Shape, ...Shape[]]),
    {
      name: 'cdr_next',
      unit: 'cdr_next rows',
      role: 'call',
      at: { kind: 'table', columns: ['cdr_id', 'fbasename'] },
      key: idOf,
      claims,
    },
    {
      name: 'cdr_tar_part',
      unit: 'cdr_tar_part rows',
      role: 'detail',
      at: { kind: 'table', columns: ['cdr_id', 'type', 'pos'] },
      key: idOf,
    },
  ],
  mediumKind: spoolMedium,
  namesFile: isSpoolName,
  fileKeys: (path) => {
    const { call, began } = spoolFile(path);
    return [idKey(`name ${call}`), ...(began === null ? [] : [idKey(`${began} ${call}`)])];
  },
  fileGroup: spoolGroup,
  unclaimedReason: (path) => (spoolFile(path).kind === 'REG' ? 'signalling that is not a call, e.g. registrations' : null),
  describe: (call, context) => spoolCalls(call).map((each) => describeCall(each, context)),
  describeFile: (_file, context, files) => describeFiles(files, context),
});

/** Claims files of the Call-ID in the minute of the call, or else in a minute that a clock in another zone shows. */
function claims(record: JoinedRecord): readonly Claim[] {
  const callId = record.peek(['fbasename']);
  if (callId === null) return [];
  const calldate = record.peek(['calldate']);
  const by = 'Call-ID in fbasename, as the spool writes it';
  const minute = calldate?.trim().replace('T', ' ').slice(0, 16) ?? null;
  return spoolNames(callId).flatMap((name): Claim[] => [
    ...(minute === null ? [] : [minute, minute.slice(0, 10)]).map((began) => ({
      key: idKey(`${began} ${name}`),
      by: `${by}, and minute of calldate`,
    })),
    { key: idKey(`name ${name}`), by, strength: 'other-name', fits: (path) => fitsFolder(calldate, spoolFile(path).began) !== 'no' },
  ]);
}
