import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { codecs } from '../../../formats/codecs/index.ts';
import { telephonyCodecs } from '../../../formats/codecs/telephony.ts';
import { home } from '../../../src/core/base/home.ts';
import type { Track } from '../../../src/core/model/format.ts';
import { type Canary, readCanaries } from '../../../src/media/canaries.ts';
import { answers } from '../answers.ts';

const root = fileURLToPath(home);
const ids = telephonyCodecs.map(({ id }) => id);

/** Imports of a file: those of longplay, with whether only types are imported, and the others by name. */
function importsOf(file: string): { readonly ours: readonly (readonly [file: string, typesOnly: boolean])[]; readonly others: readonly string[] } {
  const source = ts.createSourceFile(file, readFileSync(join(root, file), 'utf8'), ts.ScriptTarget.Latest);
  const ours: [string, boolean][] = [];
  const others: string[] = [];
  const add = (name: string, typesOnly: boolean): void => {
    if (name.startsWith('.')) ours.push([normalize(join(dirname(file), name)), typesOnly]);
    else others.push(name);
  };
  for (const statement of source.statements) {
    if (!ts.isImportDeclaration(statement) && !ts.isExportDeclaration(statement)) continue;
    const from = statement.moduleSpecifier;
    if (from === undefined || !ts.isStringLiteral(from)) continue;
    add(from.text, ts.isImportDeclaration(statement) ? statement.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword : statement.isTypeOnly);
  }
  return { ours, others };
}

describe('the codecs of the package', () => {
  test('import only types from outside of their folder, no npm package, and of Node.js only node:crypto', () => {
    const seen = new Set<string>();
    const types = new Set<string>();
    const others = new Set<string>();
    const walk = (file: string): void => {
      if (seen.has(file)) return;
      seen.add(file);
      const imports = importsOf(file);
      for (const name of imports.others) others.add(name);
      for (const [target, typesOnly] of imports.ours) {
        if (target.startsWith('formats/codecs/')) walk(target);
        else types.add(typesOnly ? target : `${file} takes more than types of ${target}`);
      }
    };
    walk('formats/codecs/telephony.ts');
    expect(seen.size).toBeGreaterThan(30);
    expect([...types].sort()).toEqual(['src/core/findings/finding-table.ts', 'src/core/model/format.ts']);
    expect([...others]).toEqual(['node:crypto']);
    expect(readFileSync(join(root, 'formats/codecs/telephony.ts'), 'utf8')).not.toContain('import(');
  });

  test('are all that longplay decodes itself, except for the blocks of a Creative Voice File', () => {
    const decoded = codecs.filter(({ decode }) => decode.by === 'us').map(({ id }) => id);
    expect([...ids, 'creative-voc'].sort()).toEqual(decoded.sort());
  });

  test('each have their judge in README.md, and each test named there exists', () => {
    const text = readFileSync(join(root, 'formats/codecs/README.md'), 'utf8');
    const rows = text.slice(text.indexOf('## How exact')).match(/^\| `.*$/gm) ?? [];
    const judged = new Set(rows.flatMap((row) => [...(row.split(' | ')[0] ?? '').matchAll(/`([^`]+)`/g)].map(([, id]) => id)));
    expect([...judged].sort()).toEqual([...ids].sort());
    for (const row of rows) {
      const cells = row.split(' | ');
      const [, file = '', title = ''] = /^`([^`]+)`: (.+) \|$/.exec(cells[4] ?? '') ?? [];
      expect([cells.length, title === ''], row).toEqual([5, false]);
      expect(readFileSync(join(import.meta.dirname, '..', file), 'utf8').includes(`'${title}'`), row).toBe(true);
    }
  });
});

describe('the package, installed in an empty project,', () => {
  const bare = mkdtempSync(join(tmpdir(), 'longplay-bare-'));
  afterAll(() => rmSync(bare, { recursive: true }));
  const installed = join(bare, 'node_modules/longplay-codecs');

  beforeAll(() => {
    execFileSync('npm', ['pack', '--silent', '--offline', '--ignore-scripts', '--pack-destination', bare], { cwd: join(root, 'dist/codecs') });
    const [tarball = ''] = readdirSync(bare).filter((name) => name.endsWith('.tgz'));
    mkdirSync(installed, { recursive: true });
    execFileSync('tar', ['-xzf', join(bare, tarball), '--strip-components=1', '-C', installed]);
    writeFileSync(join(bare, 'package.json'), '{ "type": "module" }\n');
  });

  test('contains code, declarations, README and licence, and its code imports only node:crypto', () => {
    expect(readdirSync(installed).sort()).toEqual(['LICENSE', 'README.md', 'package.json', 'telephony.d.ts', 'telephony.js']);
    const code = readFileSync(join(installed, 'telephony.js'), 'utf8');
    expect(new Set([...code.matchAll(/(?:from|import|require\()\s*["']([^"']+)["']/g)].map(([, name]) => name))).toEqual(new Set(['node:crypto']));
  });

  test('has declarations against which a TypeScript program compiles', () => {
    const program = `import { type CodedSound, createTelephonyDecoder, telephonyCodecs } from 'longplay-codecs';
const sound: CodedSound = { channels: 2 };
const samples: Int16Array | Float32Array = createTelephonyDecoder(telephonyCodecs[0]?.id ?? '', sound).finish();
// @ts-expect-error: bytes are not a text
createTelephonyDecoder('mulaw').decode('text');
console.log(samples.length);
`;
    writeFileSync(join(bare, 'use.ts'), program);
    const options = ['--noEmit', '--strict', '--module', 'nodenext', '--target', 'es2022', '--lib', 'es2022,dom', 'use.ts'];
    execFileSync(process.execPath, [join(root, 'node_modules/typescript/lib/tsc.js'), ...options], { cwd: bare, stdio: 'inherit' });
  });

  test('decodes a sample file of every codec to the samples of longplay', async () => {
    const cases: object[] = [];
    const wanted = new Map<string, string>();
    for (const canary of readCanaries(join(root, 'samples'))) {
      if (!ids.includes(canary.codec)) continue;
      const track = await bareTrack(canary);
      if (track === null) continue;
      const payload = `${cases.length}.bin`;
      const bytes = readFileSync(join(root, 'samples', canary.file));
      writeFileSync(join(bare, payload), Buffer.concat(track.spans.map(([start, end]) => bytes.subarray(start, end))));
      const { channels, blockBytes, setup, frames } = track;
      cases.push({ file: canary.file, id: canary.codec, payload, channels, blockBytes, setup: setup === null ? null : [...setup], frames });
      wanted.set(canary.file, canary.pcmSha256);
    }
    writeFileSync(join(bare, 'cases.json'), JSON.stringify(cases));
    cpSync(join(import.meta.dirname, 'package-user.mjs'), join(bare, 'use.mjs'));
    const printed: Record<string, [id: string, sha256: string]> = JSON.parse(
      execFileSync(process.execPath, ['use.mjs'], { cwd: bare, encoding: 'utf8', env: { PATH: process.env.PATH } }),
    );
    expect(Object.fromEntries(Object.entries(printed).map(([file, [, sha256]]) => [file, sha256]))).toEqual(Object.fromEntries(wanted));
    expect(new Set(Object.values(printed).map(([id]) => id))).toEqual(new Set(ids));
  });
});

/** The only track of a sample whose spans are all that its codec is given; null if there are several tracks, or packets, or pauses. */
async function bareTrack({
  file,
  declared,
  channels,
  codec,
}: Canary): Promise<Pick<Track, 'channels' | 'blockBytes' | 'setup' | 'frames' | 'spans'> | null> {
  const bytes = new Uint8Array(readFileSync(join(root, 'samples', file)));
  if (declared === true) return { channels, blockBytes: null, setup: null, frames: null, spans: [[0, bytes.length]] };
  const found = (await answers(bytes, file.slice(file.lastIndexOf('/') + 1))).filter(({ tracks }) => tracks[0]?.codec === codec);
  const [track, ...more] = found[0]?.tracks ?? [];
  if (found.length !== 1 || track === undefined || more.length > 0) return null;
  return found[0]?.packed === undefined && track.packets === undefined && track.silences === undefined ? track : null;
}
