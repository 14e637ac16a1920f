import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { root } from './cli/rig.ts';

// Phrases that this text once contained and that nobody in the field uses or searches for, with their replacement (docs/glossary.md).
const phrases: readonly (readonly [phrase: RegExp, instead: string])[] = [
  [/\b(?:told|known) by (?:its|their) bytes\b/i, 'identified by content'],
  [/\bdeeds?\b/i, 'action, audited action'],
  [/\bone an? (?:line|core|hour|minute|second|day|file|bag|row)\b/i, 'one per line'],
  [/\bone object a line\b/i, 'one object per line'],
  [/\b(?:leave it|left) away\b/i, 'omit it, omitted'],
  [/(?<!\bthere )\bis no (?:longplay )?(?:archive|bag|replica)\b/i, 'is not a longplay archive'],
  [/\bmend(?:s|ed|ing)?\b/i, 'repair, fix'],
  [/\bput right\b/i, 'repair, correct'],
  [/\bsee to the (?:disk|folder|machine)\b/i, 'check the disk'],
  [/\b(?:held|hold|holds) against\b/i, 'compare with, compared with'],
  [/\bnobody (?:decodes|knows|watches)\b/i, 'no decoder, unknown, not monitored'],
  [/\b(?:an )?hours? that never w(?:as|ere)\b/i, 'nonexistent local time (DST gap)'],
  [/\bhours? that occurred twice\b/i, 'ambiguous local time (DST fold)'],
  [/\bforetold\b/i, 'estimated'],
  [/\ball (?:is )?well\b/i, 'OK, verified'],
  [/\bread well\b/i, 'verified'],
  [/\banew\b/i, 'again, rebuilt, re-created'],
  [/\bno genuine (?:file|sample|export|delivery)/i, 'no real file was available'],
  [/\b(?:was|were|is|are) at hand\b/i, 'was available, is available'],
  [/\bforeign programs?\b/i, 'third-party tools'],
  [/\bthe very samples\b/i, 'bit-identical samples'],
  [/\bthe way in\b(?! which)/i, 'sign-in'],
  [/\blies? around\b/i, 'stray'],
  [/\babout whom\b/i, 'data subject'],
  [/\bgoes before\b/i, 'takes precedence over'],
  [/\bso many times as fast\b/i, 'playback speed'],
];

/** Metaphors that were once names of types. */
const names: readonly (readonly [name: RegExp, instead: string])[] = [
  [/\bHouse\b/, 'ServerContext'],
  [/\b(?:create)?Turnstile\b/, 'Mutex'],
  [/\bLandmarks\b/, 'OffsetCache'],
  [/\b\w*Wish\b/, 'Request'],
];

/** Pages that a program writes from files that this test reads anyway. */
const exempt = /^docs\/(?:facts\/|reference\/(?:findings|formats|importers|environment|log-entries)\.md)/;

/** Returns the readable text of a line: all of a page; comments and texts of several words of a source. Keys of JSON are excluded. */
function proseOf(file: string, line: string): string {
  if (file.endsWith('.md')) return line;
  if (file.endsWith('.toml') || /^\s*(?:\*|\/\*)/.test(line)) return line;
  return [...line.matchAll(/(?<=^|\s)\/\/ .*$|\/\*\*? .*|'(?:[^'\\]|\\.)* (?:[^'\\]|\\.)*'|`[^`]* [^`]*`?|^[^`]* [^`]*`[;,)]/g)]
    .map(([text]) => text.replaceAll(/\$\{[^}]*\}/g, ''))
    .join('\n');
}

function filesOf(folder: string): readonly string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.(?:ts|md|toml)$/.test(name))
    .map((name) => `${folder}/${name}`);
}

test('docs, messages, names and comments use the words of the field', () => {
  const files = [
    ...['bin', 'docs', 'formats', 'importers', 'src'].flatMap(filesOf),
    'README.md',
    'ARCHITECTURE.md',
    'CHANGELOG.md',
    'CONTRIBUTING.md',
    'SECURITY.md',
  ];
  expect(files.length).toBeGreaterThan(1_000);
  const found = files
    .filter((file) => !exempt.test(file))
    .flatMap((file) =>
      readFileSync(join(root, file), 'utf8')
        .split('\n')
        .flatMap((line, number) => {
          // Extracted once per line, not once per phrase.
          const prose = proseOf(file, line);
          return [
            ...phrases.map(([phrase, instead]) => [phrase.exec(prose), instead] as const),
            ...names.map(([name, instead]) => [name.exec(line), instead] as const),
          ].flatMap(([said, instead]) => (said === null ? [] : [`${file}:${number + 1} says "${said[0]}": say "${instead}"`]));
        }),
    );
  expect(found).toEqual([]);
});

test('a phrase is found in pages, comments and texts, not in keys', () => {
  const said = (file: string, line: string): readonly string[] => phrases.flatMap(([phrase]) => phrase.exec(proseOf(file, line))?.[0] ?? []);
  expect(said('a.md', 'All well: a deed, made anew, one a line, of an hour that never was.')).toEqual([
    'deed',
    'one a line',
    'an hour that never was',
    'All well',
    'anew',
  ]);
  expect(said('a.ts', '  // Of the deed.')).toEqual(['deed']);
  expect(said('a.ts', "  fail('the log was made anew', `bags of a deed`);")).toEqual(['deed', 'anew']);
  expect(said('a.ts', '  const { deed, mended } = detail;')).toEqual([]);
});
