import { version } from '../../core/base/version.ts';
import { printable } from '../../core/words/printable.ts';
import { moment } from '../../report/source/html.ts';
import { orderWords } from '../timeline/timeline.ts';
import type { CaseAccount } from './case-account.ts';
import { scopeRows } from './scope.ts';

/** Content of an exported case, what is missing from it and how to check it, in the words of both the page and the text file. */
export interface Cover {
  readonly made: readonly (readonly [what: string, value: string])[];
  readonly holds: readonly string[];
  readonly missing: readonly string[];
  readonly check: readonly { readonly words: string; readonly command: string | null }[];
}

function counted(value: number, one: string, many = `${one}s`): string {
  return `${value.toLocaleString('en-US')} ${value === 1 ? one : many}`;
}

/** Creates the cover of a case. */
export function coverOf({
  document,
  archive,
  madeAt,
  madeBy,
  key,
  custody,
  exported,
  messages,
  timeline,
  missing,
  masked,
  undecided,
  denied,
  wanted,
  withheld,
  scope,
}: CaseAccount): Cover {
  const files = exported.reduce((sum, one) => sum + one.files.length, 0);
  const silent = exported.filter(({ players }) => players.length === 0).length;
  const gaps = timeline.gaps.length + timeline.moreGaps;
  const unplaced = timeline.local.length + timeline.undated.length;
  const lost = wanted - exported.length;
  const { number, review, supplement } = scope.handOver;
  const muted = exported.filter((one) => one.muted).length;
  const heard = exported.filter((one) => one.othersHeard).length;
  return {
    made: [
      ['Case', document.title],
      ['Id', document.id],
      ['Opened', `${moment(document.createdAt)}${document.createdBy === null ? '' : ` by ${document.createdBy}`}`],
      ['Hand-over', `number ${number} of this case`],
      ...(supplement === null
        ? []
        : ([
            [
              'Supplement',
              `to hand-over ${supplement.to.number} of ${moment(supplement.to.time)}: it holds what is new or changed since, see SCOPE. SHA-256 of that one (of its tag manifest): ${supplement.to.tagManifestSha256 ?? 'not in the log'}`,
            ],
          ] as const)),
      ['Handed over', `${moment(madeAt)}${madeBy === null ? '' : ` by ${madeBy}`}`],
      ['Archive', `${archive.id} (folder ${archive.name})`],
      ['Key of its log', key ?? 'none is known'],
      ['Made with', `longplay ${version}`],
    ],
    holds: [
      `${counted(exported.length, 'recording')} (${counted(files, 'file')}) below data/recordings, ${counted(messages.length, 'message')} below data/messages`,
      masked
        ? 'access copies, masked metadata (recording-masked.json, call.vcon)'
        : 'originals as they came, access copies, metadata (recording.json, call.vcon), the rows that described them, a proof of each',
      'index.csv: one row per recording with time there and in UTC, parties, ids, length, SHA-256, review; scope.csv and scope.json: what was asked, of which systems, what was left out and what could not be searched',
      'case.json (what is in the case and why), timeline, gaps, recordings and messages as .csv (import all columns as text), timeline.json',
      ...(withheld.length > 0 ? ['withheld.csv: what is withheld, its time, who decided and why, without its content'] : []),
      `custody.csv and custody.json: ${counted(custody.length, 'entry', 'entries')} of the signed log of the archive`,
      'index.html: all of it to read and to hear; it needs a browser and no network',
    ],
    missing: [
      ...(masked
        ? [
            "Others' numbers, names and ids are masked in all texts and file names; originals, rows, mails, attachments and proofs are left out, because they hold them inside.",
            ...(muted > 0
              ? [`the channels of others are muted: ${counted(muted, 'recording')} (files named -masked.wav); an echo of them may be left`]
              : []),
            ...(heard > 0
              ? [
                  `OTHERS ARE HEARD: ${counted(heard, 'recording')}, because the recorder does not say who is on which channel, or has all on one: voices, and what is said, are as they were`,
                ]
              : []),
            ...(undecided > 0
              ? [
                  `NOT CERTAIN: ${counted(undecided, 'recording')} may be of somebody else, and nobody has decided; who may be the person is masked as perhaps1, perhaps2 …`,
                ]
              : []),
            ...(denied > 0 ? [`left out, because a person decided that they are not about the person: ${counted(denied, 'recording')}`] : []),
          ]
        : []),
      ...(review.privileged > 0
        ? [`WITHHELD as privileged: ${counted(review.privileged, 'item')}; withheld.csv lists each with time and reason`]
        : []),
      ...(review.notRelevant > 0 ? [`withheld as not relevant: ${counted(review.notRelevant, 'item')}, see withheld.csv`] : []),
      ...(supplement === null ? [] : [`what hand-over ${supplement.to.number} held: this is a supplement to it`]),
      ...(lost > 0 ? [`${counted(lost, 'recording')} of the case could not be read in the archive`] : []),
      ...(missing.corrupt > 0 ? [`${counted(missing.corrupt, 'file')} were not as recorded, or could not be read, and are left out`] : []),
      ...(silent > 0 ? [`without sound that a browser plays: ${counted(silent, 'recording')}; see the files and the status`] : []),
      ...(!masked && missing.proofs < exported.length ? [`without a proof: ${counted(exported.length - missing.proofs, 'recording')}`] : []),
      ...(timeline.lost > 0
        ? [
            `sound of ${counted(timeline.lost, 'call')} that were in progress and are in the case without a complete recording (${counted(gaps, 'time')}, see gaps.csv)`,
          ]
        : []),
      ...(unplaced > 0 ? [`of ${counted(unplaced, 'entry', 'entries')} the time is not known in UTC`] : []),
    ],
    check: [
      {
        words:
          'That this is all that was handed over, as it was (take the key from another source than this folder; README.txt says how without longplay):',
        command: `longplay case check . --key '${key ?? 'KEY'}'`,
      },
      {
        words: 'That no file has changed since it was handed over (in this folder):',
        command: 'sha256sum --strict -c tagmanifest-sha256.txt manifest-sha256.txt',
      },
      {
        words: 'That no file was added below data/ (the number behind the point of Payload-Oxum in bag-info.txt):',
        command: 'find data -type f | wc -l',
      },
      { words: 'The folder is a BagIt 1.0 bag (RFC 8493): any BagIt program checks both.', command: null },
      ...(masked
        ? []
        : [
            {
              words: 'That a recording was in the archive at the time that its proof says (take the key from another source than this folder):',
              command: `longplay proof check data/recordings/ID/proof.tlog-proof data/recordings/ID/recording.json data/recordings/ID/original-1.* --key '${key ?? 'KEY'}'`,
            },
          ]),
    ],
  };
}

/** Returns `cover.txt`. */
export function coverText(account: CaseAccount): string {
  const { made, holds, missing, check } = coverOf(account);
  const width = Math.max(...made.map(([what]) => what.length));
  const list = (items: readonly string[]): string => items.map((item) => `- ${printable(item)}`).join('\n');
  return [
    ...made.map(([what, value]) => `${what.padEnd(width)}  ${printable(value)}`),
    '',
    'WHAT IS IN IT',
    list(holds),
    '',
    'WHAT IS MISSING',
    missing.length === 0 ? '- nothing that is known of' : list(missing),
    '',
    'SCOPE',
    list(scopeRows(account.scope).map(([part, what, number]) => `${part}: ${what}${number === null ? '' : `: ${number.toLocaleString('en-US')}`}`)),
    '',
    'ORDER OF THE TIME LINE',
    orderWords,
    '',
    'HOW TO CHECK IT',
    ...check.flatMap(({ words, command }) => [words, ...(command === null ? [] : [`    ${command}`])]),
    '',
  ].join('\n');
}
