import { resolve } from 'node:path';
import { agree } from '../../core/base/agree.ts';
import { counted } from '../../core/words/quantity.ts';
import { type CheckedProof, checkProofOf, proveRecordingTo, type WrittenProof } from '../../pipeline/log/prove-recording.ts';
import type { Surroundings } from '../machine/surroundings.ts';
import { commonOptions, integer, option, withExamples } from '../options/options.ts';
import type { CommandDeclaration } from '../report/command.ts';
import { exitCodes } from '../report/exit-code.ts';
import { type CommonOptions, runCommand } from '../report/run-command.ts';

type Options = CommonOptions & { readonly out?: string; readonly revision?: number };

/** Declares `longplay proof make ARCHIVE ID` and `longplay proof check FILE FILES…`. */
export const proofCommand: CommandDeclaration<Surroundings> = (program, context, signal, done) => {
  const command = program
    .command('proof')
    .summary('prove that a recording was in the archive at a time')
    .description('Makes and checks proofs: one small file proves, with the recording, that it was in the archive at that time.');
  const make = command
    .command('make')
    .description('write the proof of a recording')
    .argument('<archive>', 'archive folder')
    .argument('<id>', 'recording id, or a prefix of one')
    .addOption(option('--out <file>', 'new file; default: <id>.tlog-proof in this folder'))
    .addOption(option('--revision <number>', 'prove this description, not the newest one').argParser(integer(1, 1_000_000)));
  withExamples(make, 'longplay proof make /srv/archive 1f0c2a9e --out court/1f0c2a9e.tlog-proof');
  commonOptions(make).action(async (archive: string, id: string, options: Options) => {
    const out = options.out === undefined ? null : resolve(options.out);
    const asked = { recordingId: id.toLowerCase(), revision: options.revision ?? null, out };
    const run = (stop: AbortSignal) => proveRecordingTo(resolve(archive), asked, context, stop);
    done(await runCommand(context, { command: 'proof make', options, pipeline: run, ending: made }, signal));
  });
  const check = command
    .command('check')
    .description('check a proof; needs no archive, only the files and the key')
    .argument('<proof>', 'the .tlog-proof file')
    .argument('<files...>', 'recording.json, and the files that it names')
    .addOption(
      option('--key <key>', 'key of the archive, from a source other than the proof: NAME+ID+KEY, or a file that contains it').makeOptionMandatory(),
    );
  withExamples(check, 'longplay proof check 1f0c2a9e.tlog-proof recording.json original-1.wav --key archive.vkey');
  commonOptions(check).action(async (proof: string, files: string[], options: CommonOptions & { readonly key: string }) => {
    const run = (stop: AbortSignal) => checkProofOf(proof, files, options.key, stop);
    done(await runCommand(context, { command: 'proof check', options, pipeline: run, ending: checked }, signal));
  });
};

function made({ recordingId, file, landedAt, key, bag }: WrittenProof): { exitCode: number; facts: Record<string, unknown>; text: string } {
  const text = [
    `${file}: recording ${recordingId} landed in bag ${bag} at ${landedAt} by the clock of the archive.`,
    `To check it, the other side needs recording.json and this key, from another source:\n  ${key ?? 'none is named in the log'}`,
  ];
  return { exitCode: exitCodes.well, facts: { recordingId, file, landedAt, key, bag }, text: text.join('\n') };
}

function checked(outcome: CheckedProof): { exitCode: number; facts: Record<string, unknown>; text: string } {
  const { holds, recordingId, landedAt, logSize, files } = outcome;
  const text = holds
    ? agree`The proof holds: ${counted(files.length, 'file')} of recording ${recordingId}, in the archive since ${landedAt} by its clock, in a log of ${logSize} signed entr[y|ies].`
    : 'The proof does NOT hold; the reasons are above.';
  return { exitCode: holds ? exitCodes.well : exitCodes.integrity, facts: { ...outcome }, text };
}
