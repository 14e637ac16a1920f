import { resolve } from 'node:path';
import { InvalidArgumentError } from 'commander';
import { withResult } from '../../core/base/with-result.ts';
import { findPlayer } from '../../media/player.ts';
import type { PipelineEvent } from '../../pipeline/events/events.ts';
import { type PlayOutcome, play } from '../../pipeline/export/play.ts';
import type { Surroundings } from '../machine/surroundings.ts';
import { commonOptions, integer, option, withExamples } from '../options/options.ts';
import { placeInSound } from '../options/place-in-sound.ts';
import type { CommandDeclaration } from '../report/command.ts';
import { exitCodes } from '../report/exit-code.ts';
import type { Reporter } from '../report/reporter.ts';
import { type CommonOptions, runCommand } from '../report/run-command.ts';
import { clock } from '../report/units.ts';

type Options = CommonOptions & {
  readonly from: number;
  readonly channel?: number;
  readonly speed: number;
  readonly medium?: number;
  readonly player?: string;
};

/** Declares `longplay play ARCHIVE ID`. */
export const playCommand: CommandDeclaration<Surroundings> = (program, context, signal, done) => {
  const command = program
    .command('play')
    .summary('play one call through ffplay or sox')
    .description('Plays one call through ffplay or sox. The log of the archive records it.')
    .argument('<archive>', 'archive folder')
    .argument('<id>', 'recording id, or a prefix of one')
    .optionsGroup('Playback:')
    // LONGPLAY_FROM is already the variable of the date option of list and search commands, LONGPLAY_MEDIUM that of the storage medium of a replica.
    .addOption(
      option('--from <time>', 'position to start at: 83, 1:23 or 1:02:03')
        .env('LONGPLAY_PLAY_FROM')
        .argParser(placeInSound)
        .default(0, 'the beginning'),
    )
    .addOption(option('--channel <number>', 'this channel only, counted from 1').argParser(integer(1, 64)))
    .addOption(option('--speed <factor>', 'playback speed, e.g. 1.5, at the same pitch').argParser(speed).default(1))
    .addOption(
      option('--medium <number>', 'this file of several, counted from 1 as `longplay show` lists them')
        .env('LONGPLAY_PLAY_MEDIUM')
        .argParser(integer(1, 100_000)),
    )
    .addOption(option('--player <program>', 'ffplay, or the play of sox: a name on PATH or a path; default: the first of them on PATH'));
  withExamples(command, 'longplay play /srv/archive 1f0c2a9e', 'longplay play /srv/archive 1f0c2a9e --from 1:23 --channel 1 --speed 1.5');
  commonOptions(command).action(async (archive: string, id: string, options: Options) => {
    const request = {
      recordingId: id.toLowerCase(),
      fromMs: options.from,
      channel: options.channel ?? null,
      speed: options.speed,
      medium: options.medium ?? null,
    };
    const tools = {
      temporary: context.temporary,
      keys: context.keys,
      now: context.now,
      actor: context.actor,
      player: findPlayer(context.env, options.player),
      wanted: options.player ?? null,
    };
    const pipeline = async function* (stop: AbortSignal, reporter: Reporter): AsyncGenerator<PipelineEvent, PlayOutcome> {
      const taken = withResult(play(resolve(archive), request, tools, stop));
      for await (const event of taken) {
        if (event.type === 'result' && options.json !== true && options.quiet !== true) reporter.text(playingText(event.value));
        yield event;
      }
      return taken.result();
    };
    done(await runCommand(context, { command: 'play', options, pipeline, ending: played }, signal));
  });
};

function playingText(value: Readonly<Record<string, unknown>>): string {
  const { durationMs, file } = value;
  return `playing ${String(file)}${typeof durationMs === 'number' ? `, ${clock(durationMs)}` : ''}; Ctrl-C stops`;
}

function played({ recordingId, file, whole }: PlayOutcome): { exitCode: number; facts: Record<string, unknown>; text: string } {
  return { exitCode: whole ? exitCodes.well : exitCodes.integrity, facts: { recordingId, file, played: whole }, text: '' };
}

function speed(text: string): number {
  const value = Number(text);
  // Beyond these limits ffplay and sox no longer produce intelligible speech.
  if (text.trim() === '' || !(value >= 0.5 && value <= 4)) throw new InvalidArgumentError('give a factor from 0.5 to 4.');
  return value;
}
