import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { toolName } from '../../../src/core/base/version.ts';
import { findFfmpeg } from '../../../src/media/ffmpeg/ffmpeg.ts';
import { findOpusLibrary } from '../../../src/media/libopus/libopus.ts';
import { changedDecoders, decoderIdentities } from '../../../src/media/tools/decoder-identity.ts';
import { realTools, temporary } from '../medium-rig.ts';
import { output } from '../programs.ts';

test('every decoder is named with its version, and identically each time', async () => {
  const tools = await realTools();
  const text = decoderIdentities(tools);
  expect(text).toBe(decoderIdentities(await realTools()));
  const [, word] = /^ffmpeg version (\S+)/.exec(output('ffmpeg', '-version')) ?? [];
  const [ours, theirs, library, ...more] = text.split('; ');
  expect([ours, library, more]).toEqual([toolName, tools.opus?.version, []]);
  expect(theirs).toMatch(new RegExp(`^FFmpeg ${word?.replaceAll('+', '\\+')} [0-9a-f]{8}$`));
});

test('an absent decoder is stated as absent', () => {
  expect(decoderIdentities({ ffmpeg: null, opus: null })).toBe(`${toolName}; FFmpeg none; libopus none`);
});

test('a change of one decoder is reported for that one only', () => {
  const text = (version: string, ffmpeg: string, opus: string): string => `longplay ${version}; FFmpeg ${ffmpeg}; libopus ${opus}`;
  const then = text('0.1.0', '7.1.5-0+deb13u1 00000000', '1.5.2');
  expect(changedDecoders(then, then)).toEqual([]);
  expect(changedDecoders(then, text('0.2.0', '7.1.5-0+deb13u1 00000000', '1.5.2'))).toEqual(['longplay']);
  expect(changedDecoders(then, text('0.1.0', '7.1.5-0+deb13u1 00000001', '1.5.2'))).toEqual(['FFmpeg']);
  expect(changedDecoders(then, text('0.1.0', 'none', '1.6'))).toEqual(['FFmpeg', 'libopus']);
  // Nothing is known of decoders that an entry does not name.
  expect(changedDecoders('', then)).toEqual(['longplay', 'FFmpeg', 'libopus']);
  expect(changedDecoders(then, 'longplay 0.1.0')).toEqual(['FFmpeg', 'libopus']);
});

test('a build of the same version with another configuration is another FFmpeg', async () => {
  using folder = temporary();
  const path = join(folder.path, 'rebuilt');
  writeFileSync(path, '#!/bin/sh\nffmpeg "$@" | sed "s/^configuration: /configuration: --disable-asm /"\n');
  chmodSync(path, 0o755);
  const opus = findOpusLibrary();
  const [here, there] = [await findFfmpeg(), await findFfmpeg(path)];
  expect(there?.version).toBe(here?.version);
  expect(changedDecoders(decoderIdentities({ ffmpeg: here, opus }), decoderIdentities({ ffmpeg: there, opus }))).toEqual(['FFmpeg']);
});
