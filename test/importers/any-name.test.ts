import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { formats } from '../../formats/index.ts';
import { importers } from '../../importers/index.ts';
import { baseName, extension } from '../../src/core/base/safe-path.ts';
import type { Importer } from '../../src/core/model/importer.ts';
import type { Entry, Source } from '../../src/core/model/source.ts';
import { everything } from '../faults/trials.ts';
import { randomBytes } from '../formats/wave/builder.ts';
import { type Imported, importAll } from './import-all.ts';
import { memoryFilesOfFolder, memorySource } from './memory-source.ts';

/** Names of samples that differ from their importer's. */
const sampleOf: Readonly<Record<string, string>> = { asterisk: 'asterisk-normal', generic: 'generic-csv' };
const samples = fileURLToPath(new URL('../../samples', import.meta.url));

/** Importers exempt from this test, with the reason. */
const without: Readonly<Record<string, string>> = {
  'loose-files': 'reads no rows',
};

/** Extensions that an importer's own names exclude, with the reason. */
const except: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  // The audio is kept without its row.
  voipmonitor: { '': 'the name is a Call-ID, which ends in the name of a host: its last part passes for an extension' },
  // Joined as video, so that the call has no sound.
  callrec: Object.fromEntries(['.avi', '.flv', '.m4v', '.mkv', '.mpeg', '.mpg'].map((ending) => [ending, 'a captured screen'])),
};

/** Importers whose files have no names in Latin-1, with the reason. */
const withoutLatin: Readonly<Record<string, string>> = {
  oreka: 'names are times and ids, in ASCII',
  rtpengine: 'names are Call-IDs, percent-encoded',
  voipmonitor: 'names are Call-IDs, in ASCII',
};

/** Extensions of a name: an unknown one, none, one followed by a blank, and every extension of every format. */
const endings = ['.dat', '.bin', '.rec', '.aud', '.txt', '', '.wav ', ...[...new Set(formats.flatMap((format) => format.extensions))].sort()];
/** The short form tests each importer with those that formats do not have, and with a quarter of the others, a different quarter for each importer. */
const endingsFor = (importer: number): readonly string[] =>
  endings.filter((ending, at) => everything || at < 7 || ending === '.wav' || at % 4 === importer % 4);

type Files = Readonly<Record<string, Uint8Array>>;

/** A text with names in it; null: its bytes are not text, and names in it cannot be changed. */
function textOf(bytes: Uint8Array): string | null {
  const text = Buffer.from(bytes).toString('latin1');
  return text.includes('\0') ? null : text;
}

/** The source with files under other names, also in texts that name them. @param renamed new base names by old ones */
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

/** The result of the join for each recording: its status and files, by their original names. */
function joined({ recordings }: Imported, original: ReadonlyMap<string, string>): string[] {
  const named = (path: string): string => {
    const base = baseName(path);
    return path.slice(0, path.length - base.length) + (original.get(base) ?? base);
  };
  return recordings.map(({ reconciliation, media }) => [reconciliation.status, ...media.map(({ path }) => named(path)).sort()].join(' | ')).sort();
}

/** Base names of audio that records of the source are joined with and that can be renamed. */
function targetsOf(files: Files, { recordings }: Imported): string[] {
  // Asterisk's importer recognises a lone header only by its size and extension: a file without sound is identified before it is joined.
  const described = recordings.filter(
    ({ provenance, reconciliation }) => provenance.some(({ kind }) => kind !== 'name') && reconciliation.status !== 'zero-audio',
  );
  const bases = described.flatMap(({ media }) => media.filter(({ kind }) => kind === 'audio').map(({ path }) => baseName(path)));
  const binary = Object.entries(files).filter(([path, bytes]) => textOf(bytes) === null && !bases.includes(baseName(path)));
  const stands = (base: string): boolean => binary.some(([, bytes]) => Buffer.from(bytes).includes(base));
  // A file whose name has another's as prefix is renamed with it.
  return [...new Set(bases)].filter((base) => !stands(base) && !bases.some((other) => other !== base && other.includes(base)));
}

const inums = ['810001000000051', '810001000000052'] as const;

/** Kinds of joins that an importer's sample does not show, made from its files. */
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
  ])
  .map(([name, importer, made], at) => [name, importer, made, endingsFor(at)] as const);

describe.each(cases)('%s', (_name, importer, made, endingsHere) => {
  const { id } = importer;
  it('joins the audio of its sample under every extension, an unknown one, none, and with a trailing blank', async () => {
    const sample = await memoryFilesOfFolder(join(samples, sampleOf[id] ?? id));
    const files = made?.(sample) ?? sample;
    const before = await importOf(importer, files);
    const targets = targetsOf(files, before);
    expect(targets).not.toEqual([]);
    const there = new Set(Object.keys(files).map(baseName));
    const expected = joined(before, new Map());
    const wrong: string[] = [];
    const asked = endingsHere.filter((ending) => except[id]?.[ending] === undefined);
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

  it("joins or reports the files in its sample's rows if their content is of no format, under its own name, an unknown extension and none", async () => {
    const files = await memoryFilesOfFolder(join(samples, sampleOf[id] ?? id));
    const targets = targetsOf(files, await importOf(importer, files));
    const lost: string[] = [];
    for (const ending of [null, '.dat', '']) {
      if (ending !== null && except[id]?.[ending] !== undefined) continue;
      const renamed = new Map(
        targets.map((base) => [base, ending === null ? base : `${base.slice(0, base.length - extension(base).length)}${ending}`]),
      );
      if (new Set(renamed.values()).size !== targets.length) continue;
      const other = Object.entries(withNames(files, renamed)).map(([path, bytes]): [string, Uint8Array] => {
        const isTarget = [...renamed.values()].includes(baseName(path));
        // No format has these bytes: neither signature nor frames nor a waveform.
        return [path, isTarget ? randomBytes(Math.max(4_096, bytes.length), 11) : bytes];
      });
      const { recordings, files: roles, findings } = await importOf(importer, Object.fromEntries(other));
      const described = new Set(
        recordings.filter(({ provenance }) => provenance.some(({ kind }) => kind !== 'name')).flatMap(({ media }) => media.map(({ path }) => path)),
      );
      const told = (path: string): boolean =>
        roles.some((role) => role.path === path && role.role === 'alien') || findings.some((one) => one.endsWith(` ${path}`));
      for (const [path] of other) if ([...renamed.values()].includes(baseName(path)) && !described.has(path) && !told(path)) lost.push(path);
    }
    expect(lost).toEqual([]);
  });

  it.skipIf(withoutLatin[id] !== undefined)(
    'joins a file whose name is stored in Latin-1 with the row that names it, in UTF-8 or in Latin-1',
    async () => {
      const files = await memoryFilesOfFolder(join(samples, sampleOf[id] ?? id));
      const before = await importOf(importer, files);
      const wrong: string[] = [];
      // A name that is only written percent-encoded stays unchanged.
      const isWritten = (base: string): boolean =>
        Object.values(files).some((bytes) => textOf(bytes)?.includes(Buffer.from(base).toString('latin1')) === true);
      for (const base of targetsOf(files, before).filter(isWritten)) {
        const name = `${base.slice(0, base.length - extension(base).length)}é${extension(base)}`;
        const stored = name.replace('é', '\ufffd');
        const found: string[] = [];
        for (const encoding of ['utf8', 'latin1'] as const) {
          const named = Object.entries(files).map(([path, bytes]): [string, Uint8Array] => {
            const text = textOf(bytes);
            const to = baseName(path) === base ? `${path.slice(0, path.length - base.length)}${stored}` : path;
            const written = text?.replaceAll(Buffer.from(base).toString('latin1'), Buffer.from(name, encoding).toString('latin1'));
            return [to, written === undefined ? bytes : new Uint8Array(Buffer.from(written, 'latin1'))];
          });
          const source = memorySource(Object.fromEntries(named));
          const raw = (entry: Entry | null): Entry | null =>
            entry?.path.endsWith(stored) === true
              ? { ...entry, rawName: Buffer.from(entry.path.replace('\ufffd', 'é'), 'latin1').toString('base64') }
              : entry;
          const withRaw: Source = {
            ...source,
            entry: (path) => raw(source.entry(path)),
            find: async (path, signal) => raw(await source.find(path, signal)),
            entries: async function* (signal) {
              for await (const entry of source.entries(signal)) yield raw(entry) ?? entry;
            },
          };
          const folder = join(samples, sampleOf[importer.id] ?? importer.id, 'mapping.toml');
          const mapping = existsSync(folder) ? { name: 'mapping.toml', text: readFileSync(folder, 'utf8') } : null;
          const got = await importAll(
            importer,
            withRaw,
            { zone: 'Europe/Stockholm', mapping, encoding: encoding === 'latin1' ? 'windows-1252' : null },
            'repeat',
          );
          found.push(JSON.stringify(joined(got, new Map([[stored, base]]))) === JSON.stringify(joined(before, new Map())) ? 'ok' : 'no');
        }
        // A table has one encoding.
        if (!found.includes('ok')) wrong.push(base);
      }
      expect(wrong).toEqual([]);
    },
  );
});
