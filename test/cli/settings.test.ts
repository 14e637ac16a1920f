import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command } from 'commander';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { shippedMappings } from '../../importers/mapping/read/shipped-mappings.ts';
import { accessOptions, jobsOption, option, reviewOptions } from '../../src/cli/options/options.ts';
import { givenBy, readSettings } from '../../src/cli/settings/settings.ts';
import type { PipelineEvent } from '../../src/pipeline/events/events.ts';
import { processorMs } from '../processor-ms.ts';

const folder = mkdtempSync(join(tmpdir(), 'longplay-settings-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const [user, system, archive] = ['user', 'system', 'archive'].map((name) => join(folder, name)) as [string, string, string];
for (const each of [user, system, archive]) mkdirSync(each);

const command = reviewOptions(accessOptions(jobsOption(new Command('import').addOption(option('--mapping <file>', 'mapping')))));

function write(texts: { readonly user?: string; readonly system?: string; readonly archive?: string }): void {
  for (const [name, dir] of Object.entries({ user, system, archive }))
    writeFileSync(join(dir, 'longplay.toml'), texts[name as keyof typeof texts] ?? '');
}

/** The value that the files give each option of the command, and the warnings. */
async function given(env: NodeJS.ProcessEnv = {}): Promise<{ readonly values: Record<string, unknown>; readonly warnings: readonly string[] }> {
  const settings = await readSettings({ env, settings: { user, system } }, archive, ['import', 'verify']);
  const warnings: PipelineEvent[] = [...settings.warnings];
  const values: Record<string, unknown> = {};
  for (const each of command.options) {
    const found = await givenBy(settings, each, 'import', warnings);
    if (found !== null) values[each.attributeName()] = found.value;
  }
  return { values, warnings: warnings.map((warning) => (warning.type === 'finding' ? `${warning.code} ${warning.message}` : warning.type)) };
}

test("the archive's file takes precedence over the user's, and the user's over the system's", async () => {
  write({ system: 'quality = "small"\nbitrate = 16000\ncomplexity = 1', user: 'quality = "high"\nbitrate = 24000', archive: 'bitrate = 32000' });
  expect(await given()).toEqual({ values: { quality: 'high', bitrate: 32_000, complexity: 1 }, warnings: [] });
  expect(await given({ LONGPLAY_CONFIG: 'none' })).toEqual({ values: {}, warnings: [] });
});

test("a limit in the archive's file is compared with the value without it", async () => {
  write({ user: 'jobs = 3\nexpect-audio = "50%"', archive: 'jobs = 4\nexpect-audio = "49%"' });
  const { values, warnings } = await given();
  expect(values).toEqual({ jobs: 3, expectAudio: 50 });
  expect([...warnings].sort()).toEqual([
    'A192 expect-audio (line 2) is ignored: it may only be higher than 50, which applies without this file',
    'A192 jobs (line 1) is ignored: it may only be lower than 3, which applies without this file',
  ]);
  write({ user: 'jobs = 3\nexpect-audio = "50%"', archive: 'jobs = 2\nexpect-audio = "51%"' });
  expect(await given()).toEqual({ values: { jobs: 2, expectAudio: 51 }, warnings: [] });
});

test("a mapping in the archive's file is a built-in one, never a file of that name", async () => {
  const [{ id } = { id: '' }] = shippedMappings();
  write({ archive: `mapping = "${id}"` });
  expect((await given()).values).toEqual({ mapping: id });
  for (const path of ['calls.toml', './calls', '/etc/passwd', `../${id}`, `${id}.toml`]) {
    write({ archive: `mapping = "${path}"` });
    expect(await given()).toEqual({
      values: {},
      warnings: ['A192 mapping (line 1) is ignored: it may name a mapping that ships with longplay, but not a file'],
    });
  }
});

test.skipIf(process.getuid?.() === 0)('a folder without permission holds no file, and an unreadable file is reported', async () => {
  write({ user: 'quality = "high"' });
  chmodSync(join(user, 'longplay.toml'), 0);
  await expect(given()).rejects.toMatchObject({ code: 'U140' });
  chmodSync(user, 0);
  try {
    expect((await given()).values).toEqual({});
  } finally {
    chmodSync(user, 0o755);
    chmodSync(join(user, 'longplay.toml'), 0o644);
  }
});

test('a file with as many keys as fit is checked quickly, and few of them are reported', async () => {
  let text = '';
  for (let at = 0; text.length < 65_000; at++) text += `k${at}=1\n`;
  write({ archive: `${text}jobs=1\n` });
  const started = processorMs();
  const { warnings } = await given();
  expect(warnings).toHaveLength(21);
  // Milliseconds; a loop over all lines per key took a hundred times as long.
  expect(processorMs() - started).toBeLessThan(5_000);
});

test('whatever the file of an archive holds, nothing throws, and no value exceeds the rules', async () => {
  write({ user: 'jobs = 3\nexpect-audio = "50%"' });
  const keys = fc.oneof(
    fc.constantFrom('jobs', 'expect-audio', 'mapping', 'quality', 'access', 'bitrate', 'complexity', '__proto__', 'constructor', 'player'),
    fc.string(),
  );
  const values = fc.oneof(
    fc.integer(),
    fc.double(),
    fc.boolean(),
    fc.string(),
    fc.constantFrom('high', 'wav', '100%', '0%', '2'),
    fc.array(fc.integer(), { maxLength: 2 }),
  );
  const line = fc.tuple(keys, values).map(([key, value]) => `${JSON.stringify(key)} = ${JSON.stringify(value)}`);
  const text = fc.oneof(
    fc.string(),
    fc.array(fc.oneof(line, fc.constantFrom('[import]', '[verify]', '[x]', '[[import]]')), { maxLength: 8 }).map((lines) => lines.join('\n')),
  );
  await fc.assert(
    fc.asyncProperty(text, async (written) => {
      writeFileSync(join(archive, 'longplay.toml'), written);
      const { values: found } = await given();
      expect(found.jobs).toBeLessThanOrEqual(3);
      expect(found.expectAudio).toBeGreaterThanOrEqual(50);
      expect([undefined, 'opus', 'wav']).toContain(found.access);
      expect([undefined, 'small', 'standard', 'high']).toContain(found.quality);
      expect([undefined, ...shippedMappings().map(({ id }) => id)]).toContain(found.mapping);
      if (found.bitrate !== undefined) expect(found.bitrate).toBeGreaterThanOrEqual(6_000);
    }),
    { numRuns: 500 },
  );
});
