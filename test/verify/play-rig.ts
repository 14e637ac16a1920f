import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RecordingDocument, StoredFile } from '../../src/core/model/recording-document.ts';
import type { Rig } from '../cli/rig.ts';
import { pack, voice } from '../formats/wave/builder.ts';
import { speech, wav } from '../media/medium-rig.ts';
import { makeBagAnew } from './archive-rig.ts';

/** Content of `calls`, by the key of its call: file, codec, and FFmpeg's arguments to make it from a WAV. */
const made = {
  '3': { file: 'c.mp3', args: ['-c:a', 'libmp3lame', '-b:a', '32k'] },
  '4': { file: 'd.opus', args: ['-c:a', 'libopus', '-b:a', '24k'] },
  '5': { file: 'e.mp3', args: ['-c:a', 'libmp3lame', '-b:a', '32k'] },
} as const;

/** Calls of 2019 and one without a date: PCM and GSM that longplay decodes, A-law without a header that is declared, two MP3 and an Opus that FFmpeg decodes, and unidentifiable bytes. */
export async function makeCalls(rig: Rig): Promise<void> {
  mkdirSync(rig.path('calls'));
  for (const [key, { file, args }] of Object.entries(made)) {
    writeFileSync(rig.path('plain.wav'), wav(speech(16_000, 4, Number(key)), 16_000));
    const run = await rig.exec('ffmpeg', ['-v', 'error', '-y', '-i', rig.path('plain.wav'), ...args, rig.path('calls', file)]);
    if (run.code !== 0) throw new Error(run.stderr);
  }
  writeFileSync(rig.path('calls/a.wav'), wav(speech(8_000, 4), 8_000));
  writeFileSync(rig.path('plain.wav'), wav(speech(8_000, 4, 2), 8_000));
  const gsm = await rig.exec('sox', [rig.path('plain.wav'), rig.path('calls/b.gsm')]);
  if (gsm.code !== 0) throw new Error(gsm.stderr);
  writeFileSync(rig.path('calls/f.vox'), pack(voice(16_000), 'alaw'));
  writeFileSync(rig.path('calls/g.wav'), createHash('shake256', { outputLength: 9_000 }).update('noise').digest());
  const rows = [
    ['1', '2019-03-12 10:00:00', 'a.wav'],
    ['2', '2019-03-12 10:01:00', 'b.gsm'],
    ['3', '2019-03-12 10:02:00', 'c.mp3'],
    ['4', '2019-03-12 10:03:00', 'd.opus'],
    ['5', '', 'e.mp3'],
    ['6', '2019-03-12 10:05:00', 'f.vox'],
    ['7', '2019-03-12 10:06:00', 'g.wav'],
  ];
  writeFileSync(rig.path('calls/calls.csv'), ['key,start,file', ...rows.map((row) => row.join(','))].join('\n'));
  writeFileSync(
    rig.path('mapping.toml'),
    '[source]\nname = "calls"\nzone = "UTC"\n[table]\nfiles = "calls.csv"\nkind = "csv"\n[columns]\nkey = "key"\nstart = "start"\n[join]\ncolumn = "file"\nmatch = "path"\n',
  );
}

/** Imports them; their bags are dated 2024. */
export async function importCalls(rig: Rig, archive: string, env: Readonly<Record<string, string>> = {}): Promise<void> {
  const args = ['import', 'calls', '--into', archive, '--mapping', 'mapping.toml', '--declare', '*.vox=alaw,8000,1'];
  const run = await rig.run(args, { env: { SOURCE_DATE_EPOCH: '1710000000', ...env } });
  if (run.code !== 3 && run.code !== 0) throw new Error(`${run.code}\n${run.stdout}\n${run.stderr}`);
}

/** A recording of an archive. */
export interface FoundRecording {
  /** Absolute. */
  readonly bag: string;
  /** Absolute. */
  readonly folder: string;
  /** Name of the folder in verdicts. */
  readonly place: string;
  readonly document: RecordingDocument;
}

/** The recording of a key. */
export function findRecording(archive: string, key: string): FoundRecording {
  const bags = join(archive, 'bags');
  const documents = readdirSync(bags, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('recording.json'));
  for (const name of documents) {
    const document: RecordingDocument = JSON.parse(readFileSync(join(bags, name), 'utf8'));
    if (document.recording.key !== key) continue;
    const folder = join(bags, name, '..');
    return { folder, bag: join(folder, '../..'), place: `bags/${join(name, '..')}`, document };
  }
  throw new Error(`no recording of key ${key}`);
}

/** Alters a file of a recording, and every digest of it, as somebody with access to the archive could. */
export async function alter(rig: Rig, { folder, bag, document }: FoundRecording, path: string, change: (bytes: Buffer) => Buffer): Promise<void> {
  const bytes = change(readFileSync(join(folder, path)));
  writeFileSync(join(folder, path), bytes);
  const digest = (algorithm: string): string => createHash(algorithm).update(bytes).digest('hex');
  const fix = <File extends StoredFile>(file: File): File =>
    file.path === path ? { ...file, sizeBytes: bytes.length, sha256: digest('sha256'), sha512: digest('sha512') } : file;
  const media = document.media.map((medium) => ({
    ...medium,
    original: fix(medium.original),
    access: medium.access === null ? null : fix(medium.access),
  }));
  writeFileSync(join(folder, 'recording.json'), `${JSON.stringify({ ...document, media }, null, 2)}\n`);
  await makeWholeAnew(rig, bag);
}

/** Rebuilds the complete BagIt metadata of a bag, including sizes. */
export async function makeWholeAnew(rig: Rig, bag: string): Promise<void> {
  const files = readdirSync(join(bag, 'data'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const bytes = files.reduce((sum, { parentPath, name }) => sum + statSync(join(parentPath, name)).size, 0);
  const info = join(bag, 'bag-info.txt');
  writeFileSync(info, readFileSync(info, 'utf8').replace(/^Payload-Oxum: .*$/m, `Payload-Oxum: ${bytes}.${files.length}`));
  await makeBagAnew(rig, bag);
}

/** A wrapper of FFmpeg that changes its decoding and its version. `filter`: an FFmpeg filter, inserted before its output. `cpuFlags`: the processor that it is told it runs on. */
export function otherFfmpeg(
  rig: Rig,
  name: string,
  { version, filter, cpuFlags }: { readonly version?: string; readonly filter?: string; readonly cpuFlags?: string },
): string {
  const path = rig.path(name);
  const told = version === undefined ? 'cat' : `sed 's/^ffmpeg version [^ ]*/ffmpeg version ${version}/'`;
  // Before each pipe that it writes, of one stream or of several.
  const filtered =
    filter === undefined
      ? ''
      : `out=(); last=; for one in "$@"; do case "$last $one" in '-i '*) ;; *' pipe:'*) out+=(-af '${filter}');; esac; out+=("$one"); last=$one; done; exec ffmpeg "\${out[@]}"`;
  const script = [
    '#!/bin/bash',
    'args=("$@")',
    `for one in "$@"; do if [ "$one" = -version ]; then ffmpeg "$@" | ${told}; exit; fi; done`,
    filtered,
    `exec ffmpeg ${cpuFlags === undefined ? '' : `-cpuflags ${cpuFlags}`} "$@"`,
  ];
  writeFileSync(path, `${script.join('\n')}\n`);
  chmodSync(path, 0o755);
  return path;
}
