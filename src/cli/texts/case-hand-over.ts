import { resolve } from 'node:path';
import { type Command, InvalidArgumentError } from 'commander';
import type { HandOverNumber } from '../../cases/hand-over/among.ts';
import type { CaseExported } from '../../cases/hand-over/case-exported.ts';
import { type CheckedHandOver, checkHandOver } from '../../cases/hand-over/check-hand-over.ts';
import { exportCase } from '../../cases/hand-over/export-case.ts';
import type { CaseExportRequest } from '../../cases/hand-over/work.ts';
import { agree } from '../../core/base/agree.ts';
import { LongplayError } from '../../core/base/error.ts';
import { count, counted } from '../../core/words/quantity.ts';
import { readAuthority } from '../../log/stamps/authority.ts';
import { AgeError } from '../../sealing/age/age-error.ts';
import type { AgeRecipient } from '../../sealing/age/identity.ts';
import { x25519Recipient } from '../../sealing/age/x25519.ts';
import type { Context } from '../machine/context.ts';
import { opusDecoding, toolsLater } from '../machine/decode-opus.ts';
import { commonOptions, option, withExamples } from '../options/options.ts';
import { givenPeople, peopleOption } from '../options/people-option.ts';
import { exitCodes } from '../report/exit-code.ts';
import { type CommonOptions, type Ending, runCommand } from '../report/run-command.ts';
import { bytes, shellWord, unreachableText } from '../report/units.ts';
import { maskedWords } from './case-text.ts';

type ExportOptions = CommonOptions & {
  readonly out: string;
  readonly zip?: boolean;
  readonly recipient?: AgeRecipient;
  readonly mask?: boolean;
  readonly people?: string;
  readonly supplement?: string;
  readonly requireReview?: boolean;
  readonly tsa?: string;
  readonly roots?: string;
};
type CheckOptions = CommonOptions & { readonly key: string; readonly handOver?: HandOverNumber; readonly log?: string };

/** Declares a part of the subcommands of `longplay case`. */
export type CasePart = (command: Command, context: Context, signal: AbortSignal, done: (code: number) => void) => void;

/** Declares `longplay case export|check`. */
export const handOver: CasePart = (command, context, signal, done) => {
  give(command, context, signal, done);
  check(command, context, signal, done);
};

const give: CasePart = (command, context, signal, done) => {
  const create = command
    .command('export')
    .summary('export a case as a BagIt bag, or a zip of one')
    .description(
      'Exports a case as a BagIt bag, or a zip of one: a page that plays offline, originals, access copies, metadata, messages, chain of custody, proofs.',
    )
    .argument('<archive>', 'archive folder')
    .argument('<case>', 'id of the case')
    .addOption(option('--out <path>', 'folder of the bag, or the zip; must not exist').makeOptionMandatory())
    .addOption(option('--zip', 'write one zip file instead of a folder'))
    .addOption(option('--recipient <age>', 'write one zip file that is encrypted with age for this recipient: age1…').argParser(recipientIn))
    .addOption(
      option(
        '--mask',
        'mask numbers, names and ids of everybody but the data subject of the case; channels of others are muted where the recorder says who is on which',
      ),
    )
    .addOption(peopleOption())
    .addOption(
      option('--supplement <hand-over>', 'only what is new or changed since that hand-over of the case: last, its number, or a day, e.g. 2026-11-30'),
    )
    .addOption(option('--require-review', 'refuse if a recording or a file of messages was not reviewed'))
    .optionsGroup('Time stamp:')
    .addOption(option('--tsa <authority>', 'have the hand-over stamped: address of a time-stamp authority (RFC 3161), or absolute path of a program'))
    .addOption(option('--roots <file>', 'with --tsa: PEM file with the root certificates of the authorities that you trust'));
  withExamples(
    create,
    'longplay case export /srv/archive 3f9a1c02 --out deal-4711',
    'longplay case export /srv/archive 3f9a1c02 --out deal-4711.zip --zip',
    'longplay case export /srv/archive 3f9a1c02 --out deal-4711.zip.age --recipient age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p',
    'longplay case export /srv/archive 3f9a1c02 --out deal-4711-2 --supplement last',
  );
  commonOptions(create).action(async (archive: string, wanted: string, options: ExportOptions) => {
    const stamp = stampingOf(options);
    const request: CaseExportRequest = {
      out: resolve(options.out),
      zip: options.zip === true || options.recipient !== undefined,
      ...(options.recipient === undefined ? {} : { recipient: options.recipient }),
      mask: options.mask === true,
      ...(options.supplement === undefined ? {} : { supplement: options.supplement }),
      requireReview: options.requireReview === true,
      ...(stamp === null ? {} : { stamp }),
      ...givenPeople(options.people),
      mediaTypes: new Map(context.formats.map(({ id, mediaType }) => [id, mediaType])),
      decodeOpus: opusDecoding(toolsLater(context)),
    };
    const run = (stop: AbortSignal) => exportCase(resolve(archive), wanted, request, context, stop);
    done(
      await runCommand(context, { command: 'case export', options, pipeline: run, ending: (outcome) => exportedText(outcome, options.out) }, signal),
    );
  });
};

const check: CasePart = (command, context, signal, done) => {
  const judge = command
    .command('check')
    .summary('check a hand-over: complete, altered, or less')
    .description('Checks an exported case: whether it is complete, altered, or less than was handed over. It needs no archive, only the key.')
    .argument('<bag>', 'folder or zip of the hand-over')
    .addOption(
      option(
        '--key <key>',
        'key of the archive, from a source other than the hand-over: NAME+ID+KEY, or a file that contains it',
      ).makeOptionMandatory(),
    );
  judge
    .addOption(
      option('--hand-over <number>', 'expected number of the hand-over, with its case: 20261130-3f9a1c02/2; any other is a fault').argParser(toldOf),
    )
    .addOption(option('--log <folder>', 'folder of the archive: reports the hand-overs of the case in its log, and warns of later ones'));
  withExamples(judge, 'longplay case check deal-4711 --key archive.vkey', 'longplay case check deal-4711.zip --key archive.vkey --json');
  commonOptions(judge).action(async (bag: string, options: CheckOptions) => {
    const expected = { archiveDir: options.log === undefined ? null : resolve(options.log), told: options.handOver ?? null };
    const run = (stop: AbortSignal) => checkHandOver(resolve(bag), options.key, expected, stop);
    done(await runCommand(context, { command: 'case check', options, pipeline: run, ending: checkedText }, signal));
  });
};

/** Parses a recipient of age files. */
function recipientIn(text: string): AgeRecipient {
  try {
    return x25519Recipient(text);
  } catch (error) {
    if (error instanceof AgeError) throw new InvalidArgumentError('give a recipient of age: age1 and 58 characters, as age-keygen -y prints it.');
    throw error;
  }
}

/** Parses the stamping options. @throws LongplayError usage U312 */
function stampingOf({ tsa, roots }: ExportOptions): CaseExportRequest['stamp'] | null {
  if (tsa === undefined) return null;
  if (roots === undefined)
    throw new LongplayError('usage', 'U312', '--tsa needs the roots that you trust', 'add --roots FILE with the root certificates of the authority');
  return { authority: readAuthority([tsa]), rootsFile: resolve(roots) };
}

/** Parses the number of an expected hand-over. @throws LongplayError usage U312 */
function toldOf(text: string): HandOverNumber {
  const [, id = null, number = ''] = /^(?:(\d{8}-[0-9a-f]{8})\/)?([1-9]\d{0,8})$/.exec(text) ?? [];
  if (number === '')
    throw new LongplayError('usage', 'U312', `'${text.slice(0, 30)}' is not a number of a hand-over`, 'give it as 20261130-3f9a1c02/2, or as 2');
  return { case: id, number: Number(number) };
}

function exportedText(outcome: CaseExported, out: string): Ending {
  if (outcome.handOver === null)
    return {
      exitCode: exitCodes.well,
      facts: { ...outcome },
      text: `Nothing is new in case ${outcome.id} since hand-over ${outcome.supplementTo}: no supplement was made, and nothing was written.`,
    };
  const which = outcome.supplementTo === null ? '' : `, a supplement to hand-over ${outcome.supplementTo}`;
  const { privileged, notRelevant } = outcome.withheld;
  const lines = [
    `Exported case ${outcome.id}, hand-over ${outcome.handOver}${which}: ${counted(outcome.recordings, 'recording')}, ${counted(outcome.messages, 'message')}, ${counted(outcome.files, 'file')} of ${bytes(outcome.bytes)}.`,
  ];
  if (outcome.corrupt > 0)
    lines.push(`${counted(outcome.corrupt, 'file')} did NOT have the recorded digest, or could not be read, and were left out.`);
  if (outcome.unreachable > 0) lines.push(unreachableText(outcome.unreachable));
  if (outcome.masked) lines.push(maskedWords(outcome));
  if (privileged + notRelevant > 0)
    lines.push(
      `WITHHELD: ${counted(privileged, 'item')} as privileged, ${counted(notRelevant, 'item')} as not relevant; data/withheld.csv says why.`,
    );
  if (outcome.unreviewed > 0 && outcome.unreviewed < outcome.items)
    lines.push(`${outcome.unreviewed} of ${counted(outcome.items, 'item')} of the case were not reviewed.`);
  if (outcome.encrypted) lines.push(`It is encrypted for the recipient, who opens it with: age -d -i KEY-FILE -o hand-over.zip ${shellWord(out)}`);
  if (outcome.opened) lines.push('It is IN CLEAR, and the archive is sealed: keep it on an encrypted disk, or use --recipient.');
  const { proof } = outcome;
  if (proof.isThere) lines.push(`SHA-256 of the hand-over (of its tag manifest), as the log has it: ${outcome.tagManifestSha256}`);
  else lines.push('The hand-over has NO proof of what was handed over; the reason is above.');
  if (proof.isStamped === false) lines.push('It has NO time stamp; the reason is above.');
  lines.push(
    proof.isThere
      ? `Check: longplay case check ${outcome.encrypted ? 'hand-over.zip' : shellWord(out)} --key KEY --hand-over ${outcome.id}/${outcome.handOver} (KEY is the key of the archive; send the recipient key and number separately from the hand-over); without longplay: README.txt in it`
      : `Check: in its folder: sha256sum --strict -c tagmanifest-sha256.txt manifest-sha256.txt`,
  );
  const isPartly = proof.isStamped === false || (proof.isEntered && !proof.isThere);
  return {
    exitCode: outcome.corrupt > 0 ? exitCodes.integrity : isPartly ? exitCodes.partly : exitCodes.well,
    facts: { ...outcome },
    text: lines.join('\n'),
  };
}

function checkedText(outcome: CheckedHandOver): Ending {
  const { verdict, entry, at, logSize, recordings, messages, files, custody, provedRecordings, faults, whole } = outcome;
  const of = ({ handedOver, there }: CheckedHandOver['files'], what: string): string => `${there} of ${handedOver ?? 'an unknown number of'} ${what}`;
  const there = `${of(recordings, 'recordings')}, ${of(messages, 'messages')}, ${of(files, 'files')}`;
  const lines = [
    verdict === 'complete'
      ? `COMPLETE: every file is as it was handed over: ${there}.`
      : verdict === 'unproved'
        ? agree`NOT PROVED: nothing that the key has signed says what was handed over. There are ${recordings.there} recording[s], ${messages.there} message[s] and ${files.there} file[s].`
        : verdict === 'less'
          ? `LESS than was handed over: ${there}; ${counted(faults, 'fault')}, listed above.`
          : `ALTERED: ${counted(faults, 'fault')}, listed above; ${there}.`,
  ];
  if (entry !== null)
    lines.push(
      agree`Handed over as entry ${entry} of the log, ${at} by the clock of the archive; the signed checkpoint counts ${logSize} entr[y|ies].`,
      agree`Custody: ${count(custody.proved)} of ${count(custody.entries)} entr[y|ies] [is|are] in the signed log; ${counted(provedRecordings, 'recording')} with a proof that holds.`,
    );
  if (outcome.handOver !== null)
    lines.push(
      `It is hand-over ${outcome.handOver} of case ${outcome.case}; the log has ${counted(outcome.knownHandOvers ?? 0, 'hand-over')}${outcome.supplementTo === null ? '' : `. It is a supplement to hand-over ${outcome.supplementTo}, whose SHA-256 is ${outcome.supplementToSha256 ?? 'not in the log'}`}.`,
      `SHA-256 of this one (of its tag manifest): ${outcome.tagManifestSha256 ?? 'none'}`,
    );
  if ((outcome.withheld ?? 0) > 0)
    lines.push(`${counted(outcome.withheld ?? 0, 'item')} of the case were withheld by review: data/withheld.csv lists them.`);
  if (outcome.later > 0) lines.push(`${counted(outcome.later, 'hand-over')} of the case came later, listed above: this one is NOT the newest.`);
  if (whole === false) lines.push('Files of the case were left out when it was handed over: cover.txt says which.');
  const exitCode = verdict !== 'complete' ? exitCodes.integrity : outcome.later > 0 ? exitCodes.partly : exitCodes.well;
  return { exitCode, facts: { ...outcome }, text: lines.join('\n') };
}
