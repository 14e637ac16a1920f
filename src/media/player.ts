import { spawn } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { basename, delimiter, isAbsolute, resolve } from 'node:path';

/** A program that plays files aloud. */
export interface Player {
  readonly kind: 'ffplay' | 'sox';
  /** Absolute. */
  readonly path: string;
}

/** How a file is to be played. */
export interface Playing {
  /** From where in it. */
  readonly fromMs: number;
  /** From 1; null: all. */
  readonly channel: number | null;
  /** 1 is as recorded; pitch stays. */
  readonly speed: number;
}

/** Programs by the name they go by; sox calls itself `play` where it plays. */
const programs: readonly (readonly [name: string, kind: Player['kind']])[] = [
  ['ffplay', 'ffplay'],
  ['play', 'sox'],
];

/** The player at a path, told by its name, or the first on PATH; null where there is none. */
export function findPlayer(env: NodeJS.ProcessEnv, path?: string): Player | null {
  if (path !== undefined) {
    const file = resolve(path);
    const kind = programs.find(([name]) => basename(file).toLowerCase().startsWith(name))?.[1];
    return kind !== undefined && isExecutable(file) ? { kind, path: file } : null;
  }
  for (const [name, kind] of programs) {
    for (const folder of (env.PATH ?? '').split(delimiter)) {
      // A relative folder on PATH would mean another program after a change of folder.
      if (isAbsolute(folder) && isExecutable(resolve(folder, name))) return { kind, path: resolve(folder, name) };
    }
  }
  return null;
}

/** The arguments that play a file so. @param file absolute: no player takes it for an option */
export function playerArguments(kind: Player['kind'], file: string, { fromMs, channel, speed }: Playing): readonly string[] {
  const from = (fromMs / 1_000).toFixed(3);
  if (kind === 'sox') {
    return [
      '-q',
      file,
      ...(channel === null ? [] : ['remix', String(channel)]),
      ...(fromMs === 0 ? [] : ['trim', from]),
      ...(speed === 1 ? [] : ['tempo', '-s', String(speed)]),
    ];
  }
  const filters = [...(channel === null ? [] : [`pan=mono|c0=c${channel - 1}`]), ...(speed === 1 ? [] : [`atempo=${speed}`])];
  return [
    ...['-hide_banner', '-loglevel', 'error', '-nodisp', '-autoexit'],
    ...(fromMs === 0 ? [] : ['-ss', from]),
    ...(filters.length === 0 ? [] : ['-af', filters.join(',')]),
    ...['-i', file],
  ];
}

/** Bytes of what a player says that are kept: its last words say why. */
const keptWords = 4_096;

/** Plays to the end, or until the signal. @returns null: it played; else why not, in the player's words */
export function playAloud(player: Player, file: string, playing: Playing, signal: AbortSignal): Promise<string | null> {
  return new Promise((done, fail) => {
    signal.throwIfAborted();
    const child = spawn(player.path, [...playerArguments(player.kind, file, playing)], { stdio: ['ignore', 'ignore', 'pipe'], signal });
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-keptWords)));
    child.on('error', (error) => {
      if (signal.aborted) fail(signal.reason);
      else done(error.message);
    });
    child.on('close', (code, killedBy) => {
      if (signal.aborted) fail(signal.reason);
      else if (code === 0) done(null);
      else done(said.trim() === '' ? `it ended with ${killedBy ?? `exit code ${code}`}` : said.trim());
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
