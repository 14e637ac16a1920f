import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';

import { basename, delimiter, isAbsolute, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { agree } from '../core/base/agree.ts';

/** A program that plays files aloud. */
export interface Player {
  readonly kind: 'ffplay' | 'sox';
  /** Absolute path. */
  readonly path: string;
}

/** How to play a file. */
export interface Playing {
  /** Start position. */
  readonly fromMs: number;
  /** Number of a channel from 1; null: all channels. */
  readonly channel: number | null;
  /** Playback speed: 1 is as recorded. The pitch does not change. */
  readonly speed: number;
}

/** Programs by the name of the executable. sox is called `play` when it plays. */
const programs: readonly (readonly [name: string, kind: Player['kind']])[] = [
  ['ffplay', 'ffplay'],
  ['play', 'sox'],
];

/** Finds the player at a path, recognised by its name, or with a name on PATH; by default the first one on PATH. Null if there is none. */
export function findPlayer(env: NodeJS.ProcessEnv, wanted?: string): Player | null {
  if (wanted === undefined) {
    for (const [name, kind] of programs) {
      const path = onPath(env, name);
      if (path !== null) return { kind, path };
    }
    return null;
  }
  const path = basename(wanted) === wanted ? (onPath(env, wanted) ?? resolve(wanted)) : resolve(wanted);
  const kind = programs.find(([name]) => basename(path).toLowerCase().startsWith(name))?.[1];
  return kind !== undefined && isExecutable(path) ? { kind, path } : null;
}

function onPath(env: NodeJS.ProcessEnv, name: string): string | null {
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    // A relative folder on PATH would mean another program after a change of the current folder.
    if (isAbsolute(folder) && isExecutable(resolve(folder, name))) return resolve(folder, name);
  }
  return null;
}

const quiet = ['-hide_banner', '-loglevel', 'error', '-nodisp', '-autoexit'];

/** Returns the arguments for playing a file. @param file absolute path, so that no player mistakes it for an option */
export function playerArguments(kind: Player['kind'], file: string | PipedSound, { fromMs, channel, speed }: Playing): readonly string[] {
  const from = (fromMs / 1_000).toFixed(3);
  if (kind === 'sox') {
    return [
      '-q',
      ...(typeof file === 'string' ? [file] : ['-t', file.ending, '-']),
      ...(channel === null ? [] : ['remix', String(channel)]),
      ...(fromMs === 0 ? [] : ['trim', from]),
      ...(speed === 1 ? [] : ['tempo', '-s', String(speed)]),
    ];
  }
  const filters = [...(channel === null ? [] : [`pan=mono|c0=c${channel - 1}`]), ...(speed === 1 ? [] : [`atempo=${speed}`])];
  return [
    ...quiet,
    ...(fromMs === 0 ? [] : ['-ss', from]),
    ...(filters.length === 0 ? [] : ['-af', filters.join(',')]),
    ...['-i', typeof file === 'string' ? file : 'pipe:0'],
  ];
}

/** Number of characters of a player's output that are kept. */
const keptWords = 65_536;
/** Number of characters of one output line that are reported. */
const toldOfLine = 200;

/**
 * Returns the first line of a player's output, and its last words, which give the reason. In between, sound libraries list everything that they tried. Empty if
 * there was no output.
 */
export function outputSummary(said: string): string {
  const lines = said.split(/[\r\n]+/).flatMap((line) => (line.trim() === '' ? [] : [line.trim().slice(0, toldOfLine)]));
  const [first = '', last = ''] = [lines[0], lines.length > 1 ? lines.at(-1) : ''];
  const between = lines.length - 2;
  return `${first}${between > 0 ? agree` (and ${between} more line[s])` : ''}${last === '' ? '' : `; ${last}`}`;
}

/** Returns a twentieth of a second of silence as a Sun audio file: 16 bits, 48 kHz, one channel. */
function silence(): Buffer {
  const bytes = 4_800;
  const file = Buffer.alloc(24 + bytes);
  file.write('.snd', 'latin1');
  for (const [index, value] of [24, bytes, 3, 48_000, 1].entries()) file.writeUInt32BE(value, 4 + 4 * index);
  return file;
}

/** Tests the sound device by playing silence, before the playback is logged. @returns null if it works; else why not */
export function tryPlayer(player: Player, signal: AbortSignal): Promise<string | null> {
  const args = player.kind === 'sox' ? ['-q', '-t', 'au', '-'] : [...quiet, '-f', 'au', '-i', 'pipe:0'];
  return run(player, args, [silence()], signal);
}

/** Audio that is in no unencrypted file. Its bytes go through a pipe. */
export interface PipedSound {
  /** Extension of the unencrypted file's name, without the dot, from which sox knows the format. */
  readonly ending: string;
  readonly pieces: Iterable<Uint8Array>;
}

/** Plays to the end, or until the signal aborts. @returns null if it played; else why not, in the player's words */
export function playAloud(player: Player, file: string | PipedSound, playing: Playing, signal: AbortSignal): Promise<string | null> {
  return run(player, playerArguments(player.kind, file, playing), typeof file === 'string' ? [] : file.pieces, signal);
}

function run(player: Player, args: readonly string[], input: Iterable<Uint8Array>, signal: AbortSignal): Promise<string | null> {
  return new Promise((done, fail) => {
    signal.throwIfAborted();
    const child = spawn(player.path, [...args], { stdio: ['pipe', 'ignore', 'pipe'], signal });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-keptWords)));
    // If a player ends before it has read everything, its exit code or output gives the reason.
    child.stdin.on('error', () => undefined);
    const pieces = Readable.from(input, { objectMode: false });
    pieces.on('error', (error) => {
      child.kill();
      fail(error);
    });
    pieces.pipe(child.stdin);
    child.on('error', (error) => {
      if (signal.aborted) fail(signal.reason);
      else done(error.message);
    });
    child.on('close', (code, killedBy) => {
      // ffplay exits with 0 if it could open no device. audio_open in ffplay.c then logs this text, and the stream is skipped.
      const isSilent = said.includes('audio open failed');
      if (signal.aborted) fail(signal.reason);
      else if (code === 0 && !isSilent) done(null);
      else done(outputSummary(said) || `it ended with ${killedBy ?? `exit code ${code}`}`);
    });
  });
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
