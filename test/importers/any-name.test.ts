import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { formats } from '../../formats/index.ts';
import { importers } from '../../importers/index.ts';
import type { Importer } from '../../src/core/importer.ts';
import { baseName, extension } from '../../src/core/safe-path.ts';
import { type Imported, importAll } from './import-all.ts';
import { memoryFilesOfFolder, memorySource } from './memory-source.ts';

/** Names of samples that are not called like their importer. */
const sampleOf: Readonly<Record<string, string>> = { asterisk: 'asterisk-normal', generic: 'generic-csv' };
const samples = fileURLToPath(new URL('../../samples', import.meta.url));

/** Importers that this is not asked of, and why. */
const without: Readonly<Record<string, string>> = {
  'loose-files': 'reads no rows',
};

/** Endings that an importer's own names do not allow, and why. */
const except: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  // The audio is kept without its row.
  voipmonitor: { '': 'the name is a Call-ID, which ends in the name of a host: its last part passes for an extension' },
  // Joined as pictures, so that the call has no sound.
  callrec: Object.fromEntries(['.avi', '.flv', '.m4v', '.mkv', '.mpeg', '.mpg'].map((ending) => [ending, 'a captured screen'])),
};

/** What a name may end in: every extension of every format, such as nobody knows, none, and a blank behind it. */
const endings = [...new Set(formats.flatMap((format) => format.extensions))].sort().concat('.dat', '.bin', '.rec', '.aud', '.txt', '', '.wav ');

type Files = Readonly<Record<string, Uint8Array>>;

/** A text with names in it; null: its bytes are no text, and what stands in it cannot be renamed. */
function textOf(bytes: Uint8Array): string | null {
  const text = Buffer.from(bytes).toString('latin1');
  return text.includes('\0') ? null : text;
}

/** The source with files under other names, also where a text names them. @param renamed new base names by old ones */
function withNames(files: Files, renamed: ReadonlyMap<string, string>): Files {
  return Object.fromEntries(
    Object.entries(files).map(([path, bytes]) => {
      const base = baseName(path);
      const to = path.slice(0, path.length - base.length) + (renamed.get(base) ?? base);
      let text = textOf(bytes);
      if (text === null) return [to, bytes];
      for (const [old, name] of renamed) text = text.replaceAll(Buffer.from(old).toString('latin1'), Buffer.from(name).toString('latin1'));
      return [to, new Uint8Array(Buffer.from(text, 'latin1'))];
    }),
  );
}

/** What the join made of each recording: its status and files, by the names that they had. */
function joined({ recordings }: Imported, original: ReadonlyMap<string, string>): string[] {
  const named = (path: string): string => {
    const base = baseName(path);
    return path.slice(0, path.length - base.length) + (original.get(base) ?? base);
  };
  return recordings.map(({ reconciliation, media }) => [reconciliation.status, ...media.map(({ path }) => named(path)).sort()].join(' | ')).sort();
}

/** Base names of audio that records of the source are joined with and that can be renamed. */
function targetsOf(files: Files, { recordings }: Imported): string[] {
  // Asterisk's importer knows a header alone by its size and extension: what has no sound is told before it is joined.
  const described = recordings.filter(
    ({ provenance, reconciliation }) => provenance.some(({ kind }) => kind !== 'name') && reconciliation.status !== 'zero-audio',
  );
  const bases = described.flatMap(({ media }) => media.filter(({ kind }) => kind === 'audio').map(({ path }) => baseName(path)));
  const binary = Object.entries(files).filter(([path, bytes]) => textOf(bytes) === null && !bases.includes(baseName(path)));
  const stands = (base: string): boolean => binary.some(([, bytes]) => Buffer.from(bytes).includes(base));
  // A file whose name begins another's is renamed with it.
  return [...new Set(bases)].filter((base) => !stands(base) && !bases.some((other) => other !== base && other.includes(base)));
}

const inums = ['810001000000051', '810001000000052'] as const;

/** Ways of joining that an importer's sample does not show, made of what it holds. */
const besides: Readonly<Record<string, (sample: Files) => Files>> = {
  // A name beside the audio and in another folder, the INUM inside a sidecar, and a row of a search.
  'sidecar-xml': (sample) => {
    const [wave = new Uint8Array()] = Object.entries(sample).flatMap(([path, bytes]) => (path.endsWith('.wav') ? [bytes] : []));
    const sidecar = (id: string) =>
      new TextEncoder().encode(`<call xmlns="http://www.verint.com/xmlns/x" ref="${id}"><segment/></call>`.replaceAll('call', 'recording'));
    return {
      'near/call1.wav': wave,
      'near/call1.xml': sidecar(''),
      'audio/call2.wav': wave,
      'documents/call2.xml': sidecar(''),
      [`${inums[0]}---a.wav`]: wave,
      'export.xml': sidecar(inums[0]),
      [`${inums[1]}---b.wav`]: wave,
      'search.csv': new TextEncoder().encode(`Start Time,INUMs\n2019-10-27 03:15:00,${inums[1]}\n`),
    };
  },
};

async function importOf(importer: Importer, files: Files): Promise<Imported> {
  const folder = join(samples, sampleOf[importer.id] ?? importer.id);
  const mapping = join(folder, 'mapping.toml');
  const text = existsSync(mapping) ? { name: 'mapping.toml', text: readFileSync(mapping, 'utf8') } : null;
  return importAll(importer, memorySource(files), { zone: 'Europe/Stockholm', mapping: text }, 'repeat');
}

const cases = importers
  .filter(({ id }) => without[id] === undefined)
  .flatMap((importer) => [
    [importer.id, importer, null] as const,
    ...(besides[importer.id] === undefined ? [] : [[`${importer.id}, joined in its other ways`, importer, besides[importer.id]] as const]),
  ]);

describe.each(cases)('%s', (_name, importer, made) => {
  const { id } = importer;
  it('joins the audio of its sample under every extension, an unknown one, none, and with a blank behind the name', async () => {
    const sample = await memoryFilesOfFolder(join(samples, sampleOf[id] ?? id));
    const files = made?.(sample) ?? sample;
    const before = await importOf(importer, files);
    const targets = targetsOf(files, before);
    expect(targets).not.toEqual([]);
    const there = new Set(Object.keys(files).map(baseName));
    const expected = joined(before, new Map());
    const wrong: string[] = [];
    const asked = endings.filter((ending) => except[id]?.[ending] === undefined);
    for (let at = 0; at < asked.length; at += targets.length) {
      const renamed = new Map<string, string>();
      for (const [index, base] of targets.entries()) {
        const ending = asked[at + index];
        const name = `${base.slice(0, base.length - extension(base).length)}${ending ?? ''}`;
        if (ending !== undefined && !there.has(name)) renamed.set(base, name);
      }
      const original = new Map([...renamed].map(([old, name]) => [name, old]));
      const found = joined(await importOf(importer, withNames(files, renamed)), original);
      if (JSON.stringify(found) !== JSON.stringify(expected))
        wrong.push(`${[...renamed.values()].join(', ')}:\n  ${found.filter((line) => !expected.includes(line)).join('\n  ')}`);
    }
    expect(wrong).toEqual([]);
  });
});
