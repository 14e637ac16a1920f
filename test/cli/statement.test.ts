import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Statement } from '../../src/report/statement/statement.ts';
import { createRig, fingerprint, type Rig, root } from './rig.ts';

const sample = join(root, 'samples/asterisk-normal');

async function importSample(rig: Rig): Promise<void> {
  expect((await rig.run(['import', sample, '--into', 'archive', '--zone', 'Europe/Stockholm', '--no-keep-tables'])).code).toBe(0);
}

/** The environment of a run some days from now. */
function inDays(days: number): { readonly SOURCE_DATE_EPOCH: string } {
  return { SOURCE_DATE_EPOCH: String(Math.floor(Date.now() / 1_000) + days * 86_400) };
}

/** Truncates a file of a bag. */
function damage(rig: Rig): void {
  const file = readdirSync(rig.path('archive/bags'), { recursive: true, encoding: 'utf8' }).find((name) => name.endsWith('.opus'));
  writeFileSync(rig.path('archive/bags', file ?? ''), 'cut');
}

function firstLine(text: string): string {
  return text.split('\n')[0] ?? '';
}

test('the statement agrees with the log, in JSON, text and on the page, and openssl verifies its signature', async () => {
  await using rig = createRig();
  await importSample(rig);
  expect((await rig.run(['verify', 'archive', '--play'])).code).toBe(0);
  const told = await rig.run(['report', 'archive', '--out', 'out']);
  expect(told.code).toBe(0);
  const [json, text, page, note] = ['statement.json', 'statement.txt', 'report.html', 'statement.note'].map((name) =>
    readFileSync(rig.path('out', name), 'utf8'),
  );
  const statement = JSON.parse(json ?? '') as Statement;
  expect(statement).toMatchObject({ unsigned: null, lastSuccess: { bags: 1, recordings: 6 }, account: { holdings: { bags: 1, recordings: 6 } } });
  expect(statement.account.places).toMatchObject([{ replica: null, bags: 1, well: 1, damaged: 0, late: 0, unread: 0, overdue: 0 }]);
  // Each original has a format with the grade that `longplay formats` prints.
  const { kinds, bagsWithout } = statement.catalog.formats;
  expect([kinds.reduce((sum, { files }) => sum + files, 0), bagsWithout]).toEqual([statement.catalog.totals.originals, 0]);
  const formats = (await rig.json(['formats'])).lines.map((line) => JSON.stringify(line));
  for (const { format, grade } of kinds) expect(formats.some((line) => line.includes(`"${format}"`) && line.includes(`"${grade}"`))).toBe(true);
  for (const shown of [text, page]) for (const { grade } of kinds) expect(shown).toContain(`${grade}: `);
  // The same first line everywhere; JSON has its brace before it.
  for (const first of [firstLine(told.stdout), firstLine(text ?? '')]) expect(first).toBe(statement.headline);
  expect((json ?? '').split('\n')[1]).toBe(`  "headline": ${JSON.stringify(statement.headline)},`);
  const main = (page ?? '').slice((page ?? '').indexOf('<main>'));
  expect(
    main
      .replace(/<[^>]*>/g, '')
      .trim()
      .startsWith(statement.headline),
  ).toBe(true);
  // One file, no script, nothing from elsewhere.
  expect(page).not.toMatch(/<script|\son[a-z]+=|https?:|src=|@import|url\(/i);
  // It knows the elements of HTML 4; it reports those of HTML 5 and continues.
  const { stderr } = await rig.exec('xmllint', ['--html', '--noout', '--nonet', 'out/report.html']);
  expect(stderr.split('\n').filter((line) => line.includes(' error : ') && !/Tag \w+ invalid$/.test(line))).toEqual([]);
  expect(statement.catalog).toMatchObject({
    totals: { recordings: 6 },
    imports: [{ importer: 'asterisk', planned: 6, imported: 6, notImported: 0 }],
  });

  // The note by the rules of C2SP signed-note, parsed without longplay.
  const [signed = '', signature = ''] = (note ?? '').split('\n\n');
  const { archive, log } = statement;
  const sha256 = createHash('sha256')
    .update(json ?? '')
    .digest('hex');
  expect(signed).toBe(['longplay statement', archive, sha256, log.size, log.root].join('\n'));
  writeFileSync(rig.path('text'), `${signed}\n`);
  writeFileSync(rig.path('signature'), Buffer.from(signature.trim().split(' ')[2] ?? '', 'base64').subarray(4));
  const verify = (): Promise<{ readonly code: number | null }> =>
    rig.exec('openssl', ['pkeyutl', '-verify', '-inkey', join(rig.keys, `${archive}.pem`), '-rawin', '-in', 'text', '-sigfile', 'signature']);
  expect((await verify()).code).toBe(0);
  writeFileSync(rig.path('text'), `${signed.replace(String(log.size), `9${log.size}`)}\n`);
  expect((await verify()).code).not.toBe(0);

  // As the page describes, by its commands in its order.
  const [make = '', check = '', fromText = ''] = [
    ...readFileSync(join(root, 'docs/how-to/statement.md'), 'utf8').matchAll(/^```(?:sh)?\n(.*?)^```/gms),
  ]
    .map(([, block = '']) => block)
    .slice(-3);
  for (const line of make.trim().split('\n')) {
    const [, args = '', file = ''] = /^longplay (.*) > (\S+) {3}/.exec(line) ?? [];
    const key = await rig.run(args.replace('ARCHIVE', 'archive').split(' '));
    expect(key.code).toBe(0);
    writeFileSync(rig.path('out', file), key.stdout);
  }
  for (const block of [check, fromText]) {
    const ran = await rig.exec('bash', ['-ec', `cd out\n${block}`]);
    expect([ran.code, ran.stdout]).toEqual([0, expect.stringContaining('Signature Verified Successfully')]);
  }
  expect((await rig.exec('bash', ['-ec', `cd out; cut -c-64 statement.json > text; ${check.split('\n').at(-2)}`])).code).not.toBe(0);

  // It is logged, and the log is valid afterwards.
  const again = await rig.json(['report', 'archive', '--out', 'again']);
  const second = JSON.parse(readFileSync(rig.path('again/statement.json'), 'utf8')) as Statement;
  expect(second.account.deeds.find(({ type }) => type === 'statement-signed')?.entries).toBe(1);
  expect(second.log.size).toBe(log.size + 1);
  expect(again.summary).toMatchObject({ lastSuccess: { run: statement.lastSuccess?.run }, unsigned: null });
  expect((await rig.run(['verify', 'archive'])).code).toBe(0);
});

test('on a machine without the key the statement is unsigned and says so in its second line, and the archive is unchanged', async () => {
  await using rig = createRig();
  await importSample(rig);
  const lasting = (): unknown => ['bags', 'log'].map((folder) => fingerprint(rig.path('archive', folder)));
  const before = lasting();
  const { code, stdout } = await rig.run(['report', 'archive', '--out', 'out'], { env: { LONGPLAY_KEYS: rig.path('none') } });
  expect(code).toBe(0);
  expect(stdout.split('\n')[1]).toBe('UNSIGNED: this machine has no key for this archive.');
  expect(existsSync(rig.path('out/statement.note'))).toBe(false);
  expect(readFileSync(rig.path('out/report.html'), 'utf8')).toContain('Unsigned: this machine has no key for this archive.');
  expect(lasting()).toEqual(before);
});

test('the watch is quiet only while somebody verifies and everything is OK', async () => {
  await using rig = createRig();
  await importSample(rig);
  const watch = async (args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) => {
    const { code, summary, lines } = await rig.json(['watch', 'archive', ...args], env);
    expect(typeof summary.headline).toBe('string');
    return { code, codes: lines.flatMap((line) => (line.type === 'finding' ? [line.code] : [])) };
  };
  expect(await watch()).toEqual({ code: 5, codes: ['W160'] });
  await rig.run(['verify', 'archive']);
  expect(await watch()).toEqual({ code: 0, codes: [] });
  // A second machine has no key, and needs none.
  const elsewhere = { LONGPLAY_KEYS: rig.path('elsewhere') };
  expect(await watch([], elsewhere)).toEqual({ code: 0, codes: [] });
  expect(await watch(['--max-age', '8d'], { ...elsewhere, ...inDays(9) })).toEqual({ code: 5, codes: ['W161'] });
  expect(await watch(['--max-age', '2y'], inDays(366))).toEqual({ code: 5, codes: ['W166'] });
  expect(await watch([], inDays(-2))).toEqual({ code: 5, codes: ['W160', 'W165'] });
  expect(await watch(['--min-bags', '2'])).toEqual({ code: 5, codes: ['W169'] });
  const { code, stdout } = await rig.run(['watch', 'archive'], { env: inDays(30) });
  expect(code).toBe(5);
  expect(firstLine(stdout)).toMatch(/^Last success: 2.*, 30 d ago: 1 bag with 6 recordings read, no faults\.$/);

  const saved = rig.path('older-log');
  cpSync(rig.path('archive/log'), saved, { recursive: true });
  damage(rig);
  expect((await rig.run(['verify', 'archive'])).code).toBe(4);
  expect(await watch()).toEqual({ code: 4, codes: ['W168'] });
  expect(await watch([], elsewhere)).toEqual({ code: 4, codes: ['W168'] });
  // An older log that hides the damage is noticed, even by the machine that only watches.
  rmSync(rig.path('archive/log'), { recursive: true });
  cpSync(saved, rig.path('archive/log'), { recursive: true });
  for (const env of [{}, elsewhere]) expect((await watch([], env)).code).toBe(4);
});

test('an archive that is missing, or replaced by an empty folder, is unreachable and never OK; the metrics report it', async () => {
  await using rig = createRig();
  mkdirSync(rig.path('mount'));
  for (const place of ['nowhere', 'mount']) {
    const { code, stdout } = await rig.run(['watch', place, '--metrics-file', 'watch.prom']);
    expect(code).toBe(5);
    expect(stdout).toMatch(/^Last success: NOT KNOWN\. The archive cannot be reached\.\nW164 /);
    const metrics = readFileSync(rig.path('watch.prom'), 'utf8');
    expect(metrics).toContain('longplay_run_exit_code{archive="",command="watch"} 5\n');
    expect(metrics).not.toContain('longplay_last_success');
  }
  expect((await rig.run(['watch', 'mount', '--max-age', 'soon'])).code).toBe(2);
});

test('an unreadable log is not a success: the watch and the metrics of every command report it, and no old number remains', async () => {
  await using rig = createRig();
  await importSample(rig);
  expect((await rig.run(['verify', 'archive', '--metrics-file', 'a.prom'])).code).toBe(0);
  expect(readFileSync(rig.path('a.prom'), 'utf8')).toMatch(/^longplay_log_readable\{archive="[^"]+"\} 1$/m);
  // The system refuses to read a link to itself even for users who may read everything.
  rmSync(rig.path('archive/log/checkpoint'));
  symlinkSync('checkpoint', rig.path('archive/log/checkpoint'));
  const watched = await rig.run(['watch', 'archive', '--metrics-file', 'a.prom']);
  expect(watched.code).toBe(5);
  expect(watched.stdout).toMatch(/^Last success: NOT KNOWN\. Its log cannot be read\.\nW164 log: it cannot be read: .*ELOOP/);
  const metrics = readFileSync(rig.path('a.prom'), 'utf8');
  expect(metrics).toMatch(/^longplay_log_readable\{archive="[^"]+"\} 0$/m);
  expect(metrics).toMatch(/^longplay_run_exit_code\{.*\} 5$/m);
  expect(metrics).not.toContain('longplay_last_success');
  const reported = await rig.run(['report', 'archive', '--out', 'out', '--metrics-file', 'a.prom']);
  expect(reported.code).not.toBe(0);
  expect(readFileSync(rig.path('a.prom'), 'utf8')).toContain(`command="report"} ${reported.code}\n`);
});

test('a watch that cannot store what it saw warns about it', async () => {
  await using rig = createRig();
  await importSample(rig);
  await rig.run(['verify', 'archive']);
  writeFileSync(rig.path('file'), '');
  const { code, stdout } = await rig.run(['watch', 'archive', '--quiet'], { env: { LONGPLAY_KEYS: rig.path('file/keys') } });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^W170 /m);
});

test('a verification reports its results to Prometheus and continuous integration', async () => {
  await using rig = createRig();
  await importSample(rig);
  const files = ['--metrics-file', 'verify.prom', '--junit', 'verify.xml'];
  expect((await rig.run(['verify', 'archive', ...files])).code).toBe(0);
  const failures = async (): Promise<string> => (await rig.exec('xmllint', ['--xpath', 'string(/testsuites/@failures)', 'verify.xml'])).stdout.trim();
  expect(await failures()).toBe('0');
  damage(rig);
  expect((await rig.run(['verify', 'archive', ...files])).code).toBe(4);
  expect(await failures()).toBe('1');
  const metrics = readFileSync(rig.path('verify.prom'), 'utf8');
  for (const line of [
    /^longplay_run_exit_code\{.*\} 4$/m,
    /^longplay_bags_damaged\{.*replica="primary"\} 1$/m,
    /^longplay_last_success_bags\{.*\} 1$/m,
  ])
    expect(metrics).toMatch(line);
  expect(readdirSync(rig.folder).filter((name) => name.startsWith('.'))).toEqual([]);
  expect((await rig.run(['verify', 'archive', '--metrics-file', 'no/folder/verify.prom'])).code).toBe(4);
  expect((await rig.run(['verify', 'archive', '--junit', 'no/folder/verify.xml'])).code).toBe(5);
});
