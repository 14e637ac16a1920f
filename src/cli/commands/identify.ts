import { withResult } from '../../core/base/with-result.ts';
import { printable } from '../../core/words/printable.ts';
import { count, counted } from '../../core/words/quantity.ts';
import type { PipelineEvent } from '../../pipeline/events/events.ts';
import { type IdentifyOutcome, identify } from '../../pipeline/read/identify.ts';
import { type DeclareOptions, declarationsOf, declareOption } from '../options/declare-option.ts';
import { commonOptions, withExamples } from '../options/options.ts';
import { type PasswordOptions, passwordOption, readPasswords } from '../options/password-file.ts';
import type { CommandDeclaration } from '../report/command.ts';
import { exitCodes } from '../report/exit-code.ts';
import type { Reporter } from '../report/reporter.ts';
import { type CommonOptions, runCommand } from '../report/run-command.ts';
import { bytes, duration } from '../report/units.ts';

/** Declares `longplay identify FILE…`. */
export const identifyCommand: CommandDeclaration = (program, context, signal, done) => {
  const command = program
    .command('identify')
    .summary('identify files by content: format, codec, whether they play')
    .description('Identifies files by content: format, codec, the evidence for both, and whether longplay can play them.')
    .argument('<file...>', 'files, folders or containers');
  withExamples(
    command,
    'longplay identify 000123.wav',
    'longplay identify old-tape.tar --json',
    'longplay identify calls/ --declare "*.vox=oki-adpcm,6000"',
  );
  commonOptions(passwordOption(declareOption(command))).action(async (files: string[], options: CommonOptions & PasswordOptions & DeclareOptions) => {
    const declarations = declarationsOf(options, context.codecs);
    const pipeline = async function* (stop: AbortSignal, reporter: Reporter): AsyncGenerator<PipelineEvent, IdentifyOutcome> {
      const { formats, codecs, temporary } = context;
      const taken = withResult(identify(files, { formats, codecs, passwords: readPasswords(options), temporary, declarations }, stop));
      for await (const event of taken) {
        if (event.type === 'result') reporter.text(identifiedText(event.value));
        yield event;
      }
      return taken.result();
    };
    done(await runCommand(context, { command: 'identify', options, pipeline, ending: identified }, signal));
  });
};

function identified(outcome: IdentifyOutcome): { exitCode: number; facts: Record<string, unknown>; text: string } {
  const all = outcome.decodable === outcome.files && outcome.unreadable === 0;
  return {
    exitCode: all ? exitCodes.well : exitCodes.partly,
    facts: { ...outcome },
    text:
      outcome.files === 1 && outcome.unreadable === 0
        ? ''
        : `${counted(outcome.files, 'file')}: ${count(outcome.identified)} identified, ${count(outcome.decodable)} can be played${outcome.unreadable > 0 ? `, ${count(outcome.unreadable)} could NOT be read` : ''}.`,
  };
}

function identifiedText(value: Readonly<Record<string, unknown>>): string {
  // The shape that `identify` yields.
  const { path, sizeBytes, format, grade, confidence, basis, state, tracks } = value as {
    path: string;
    sizeBytes: number;
    format: string | null;
    grade: string | null;
    confidence: string | null;
    basis: string;
    state: string;
    tracks: { name: string; sampleRateHz: number; channels: number; frames: number | null; decodedBy: string; reason: string | null }[];
  };
  const lines = [
    `${printable(path)}: ${format ?? 'unknown'}${grade === null ? '' : ` (${grade})`}${format === null ? '' : ` by ${confidence}`}, ${bytes(sizeBytes)}${state === 'ok' || format === null ? '' : `, ${state}`}`,
  ];
  lines.push(`  ${printable(basis)}`);
  for (const track of tracks) {
    const length = track.frames === null ? 'length unknown' : duration((track.frames / track.sampleRateHz) * 1_000);
    const by = track.decodedBy === 'us' ? 'longplay decodes it' : track.decodedBy === 'ffmpeg' ? 'FFmpeg decodes it' : `no decoder: ${track.reason}`;
    lines.push(`  ${track.name}, ${track.sampleRateHz} Hz, ${counted(track.channels, 'channel')}, ${length}; ${by}`);
  }
  return lines.join('\n');
}
