import { version } from '../../core/base/version.ts';
import { printable } from '../../core/words/printable.ts';
import { count, counted } from '../../core/words/quantity.ts';
import { moment } from '../../report/source/html.ts';
import { orderWords } from '../timeline/timeline.ts';
import type { CaseAccount } from './case-account.ts';
import { scopeRows } from './scope.ts';

/** Texts of the cover sheet: the contents of a hand-over, what is missing from it, and how to check it. The page and `cover.txt` show the same texts. */
export interface Cover {
  readonly made: readonly (readonly [what: string, value: string])[];
  readonly holds: readonly string[];
  readonly missing: readonly string[];
  readonly check: readonly { readonly words: string; readonly command: string | null }[];
}

/** Creates the cover of a case. */
export function coverOf(account: CaseAccount): Cover {
  const missing = [...(account.masked ? maskedLines(account) : []), ...withheldLines(account.scope.handOver), ...lostLines(account)];
  return { made: madeLines(account), holds: heldLines(account), missing, check: checksOf(account) };
}

function madeLines({ document, archive, madeAt, madeBy, key, scope }: CaseAccount): Cover['made'] {
  const { number, supplement } = scope.handOver;
  return [
    ['Case', document.title],
    ['Id', document.id],
    ['Opened', `${moment(document.createdAt)}${document.createdBy === null ? '' : ` by ${document.createdBy}`}`],
    ['Hand-over', `number ${number} of this case`],
    ...(supplement === null
      ? []
      : ([
          [
            'Supplement',
            `to hand-over ${supplement.to.number} of ${moment(supplement.to.time)}: contains what is new or changed since then, see SCOPE. SHA-256 of the tag manifest of hand-over ${supplement.to.number}: ${supplement.to.tagManifestSha256 ?? 'not in the log'}`,
          ],
        ] as const)),
    ['Handed over', `${moment(madeAt)}${madeBy === null ? '' : ` by ${madeBy}`}`],
    ['Archive', `${archive.id} (folder ${archive.name})`],
    ['Key of its log', key ?? 'unknown'],
    ['Made with', `longplay ${version}`],
  ];
}

function heldLines({ custody, exported, messages, masked, withheld }: CaseAccount): Cover['holds'] {
  const files = exported.reduce((sum, one) => sum + one.files.length, 0);
  return [
    `${counted(exported.length, 'recording')} (${counted(files, 'file')}) in data/recordings, ${counted(messages.length, 'message')} in data/messages`,
    masked
      ? 'for each recording: access copies and masked metadata (recording-masked.json, call.vcon)'
      : 'for each recording: unchanged originals, access copies, metadata (recording.json, call.vcon), the source rows that describe it, and a proof',
    'index.csv: one row per recording with its local time and UTC, parties, ids, length, SHA-256 and review; scope.csv and scope.json: what was requested, which systems were searched, what was left out and what could not be searched',
    'case.json (the contents of the case, and the reason for each recording); timeline, gaps, recordings and messages as .csv (import all columns as text); timeline.json',
    ...(withheld.length > 0 ? ['withheld.csv: each withheld item with its time, who withheld it and why, without its content'] : []),
    `custody.csv and custody.json: the chain of custody, ${counted(custody.length, 'entry', 'entries')} of the archive's signed audit log`,
    'index.html: all recordings and messages, to read and to play in any browser, without a network',
  ];
}

/** States what a masked hand-over leaves out, and what cannot be masked in it. */
function maskedLines({ exported, undecided, denied }: CaseAccount): Cover['missing'] {
  const muted = exported.filter((one) => one.muted).length;
  const heard = exported.filter((one) => one.othersHeard).length;
  return [
    "Other people's numbers, names and ids are masked in all texts and file names. Originals, source rows, mails, attachments and proofs are left out, because they contain this data.",
    ...(muted > 0
      ? [`the channels of other people are muted in ${counted(muted, 'recording')} (files named -masked.wav); an echo of their voices may remain`]
      : []),
    ...(heard > 0
      ? [
          `OTHERS ARE AUDIBLE in ${counted(heard, 'recording')}: the recorder does not state who is on which channel, or recorded everybody on one channel. Their voices and words are not masked there`,
        ]
      : []),
    ...(undecided > 0
      ? [
          `NOT CERTAIN: ${counted(undecided, 'recording')} may concern somebody else, and this was not decided; parties who may be the data subject are masked as perhaps1, perhaps2 …`,
        ]
      : []),
    ...(denied > 0 ? [`left out by decision, because they do not concern the data subject: ${counted(denied, 'recording')}`] : []),
  ];
}

/** States what is withheld after review, and what an earlier hand-over contains. */
function withheldLines({ review: { privileged, notRelevant }, supplement }: CaseAccount['scope']['handOver']): Cover['missing'] {
  return [
    ...(privileged > 0 ? [`WITHHELD as privileged: ${counted(privileged, 'item')}; withheld.csv lists each with its time and the reason`] : []),
    ...(notRelevant > 0 ? [`withheld as not relevant: ${counted(notRelevant, 'item')}, see withheld.csv`] : []),
    ...(supplement === null ? [] : [`the contents of hand-over ${supplement.to.number}, to which this is a supplement`]),
  ];
}

/** States what could not be handed over. */
function lostLines({ exported, timeline, missing, masked, wanted }: CaseAccount): Cover['missing'] {
  const silent = exported.filter(({ players }) => players.length === 0).length;
  const gaps = timeline.gaps.length + timeline.moreGaps;
  const unplaced = timeline.local.length + timeline.undated.length;
  const lost = wanted - exported.length - missing.leftOut;
  return [
    ...(lost > 0 ? [`${counted(lost, 'recording')} of the case could not be read from the archive`] : []),
    ...(missing.leftOut > 0
      ? [`${counted(missing.leftOut, 'recording')} of the case in bags that were left out, because they are in an earlier state, e.g. from a backup`]
      : []),
    ...(missing.corrupt > 0
      ? [
          `${counted(missing.corrupt, 'file was', 'files were')} left out: altered since the archive recorded ${missing.corrupt === 1 ? 'its digest' : 'their digests'}, or not readable`,
        ]
      : []),
    ...(silent > 0 ? [`audio that a browser can play, for ${counted(silent, 'recording')}; see the files and the status of each`] : []),
    ...(!masked && missing.proofs < exported.length ? [`a proof, for ${counted(exported.length - missing.proofs, 'recording')}`] : []),
    ...(timeline.lost > 0 ? [`a complete recording of ${counted(timeline.lost, 'call')} in the case (${counted(gaps, 'gap')}, see gaps.csv)`] : []),
    ...(unplaced > 0 ? [`the time in UTC, for ${counted(unplaced, 'entry', 'entries')}`] : []),
  ];
}

function checksOf({ key, masked }: CaseAccount): Cover['check'] {
  return [
    {
      words:
        'To check that the hand-over is complete and unchanged (get the key from a source other than this folder; README.txt describes the same without longplay):',
      command: `longplay case check . --key '${key ?? 'KEY'}'`,
    },
    {
      words: 'To check that no file has changed since the hand-over (run in this folder):',
      command: 'sha256sum --strict -c tagmanifest-sha256.txt manifest-sha256.txt',
    },
    {
      words: 'To check that no file was added to data/ (compare the result with the number after the point of Payload-Oxum in bag-info.txt):',
      command: 'find data -type f | wc -l',
    },
    { words: 'The folder is a BagIt 1.0 bag (RFC 8493), so any BagIt program can do both of these checks.', command: null },
    ...(masked
      ? []
      : [
          {
            words:
              'To check that a recording was in the archive at the time that its proof states (get the key from a source other than this folder):',
            command: `longplay proof check data/recordings/ID/proof.tlog-proof data/recordings/ID/recording.json data/recordings/ID/original-1.* --key '${key ?? 'KEY'}'`,
          },
        ]),
  ];
}

/** Returns `cover.txt`. */
export function coverText(account: CaseAccount): string {
  const { made, holds, missing, check } = coverOf(account);
  const width = Math.max(...made.map(([what]) => what.length));
  const list = (items: readonly string[]): string => items.map((item) => `- ${printable(item)}`).join('\n');
  return [
    ...made.map(([what, value]) => `${what.padEnd(width)}  ${printable(value)}`),
    '',
    'CONTENTS',
    list(holds),
    '',
    'WHAT IS MISSING',
    missing.length === 0 ? '- nothing known' : list(missing),
    '',
    'SCOPE',
    list(scopeRows(account.scope).map(([part, what, number]) => `${part}: ${what}${number === null ? '' : `: ${count(number)}`}`)),
    '',
    'ORDER OF THE TIMELINE',
    orderWords,
    '',
    'HOW TO CHECK IT',
    ...check.flatMap(({ words, command }) => [words, ...(command === null ? [] : [`    ${command}`])]),
    '',
  ].join('\n');
}
