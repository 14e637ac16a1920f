import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { foldedText, foldedWords } from '../../../src/core/words/fold-text.ts';
import { createRig, type Rig } from '../rig.ts';

// A register extract of Наталья Берг: her calls with sixty others on a stereo logger that states the channel of each party, on one that does not and mixes all into one channel,
// mails about people who are in none of her calls, and a call of other persons at the time of a gap.
const own = { name: 'Наталья Берг', number: '+46701740605' };
const given = ['Jürgen', 'Łukasz', 'Élodie', 'Siobhán', 'Oluwaseun', 'Þórunn', 'Dimitra', 'Ximena', 'Aoife', 'Björn'];
const family = [
  'Groß',
  'Żółćkowski',
  'Königsdörffer',
  "O'Shaughnessy",
  'Ekström',
  'Παπαδοπούλου',
  'Королёва',
  'Sørensby',
  'Çelikdağ',
  'Vandermeulen',
];
const others = Array.from({ length: 60 }, (_, at) => ({
  name: `${given[at % 10]} ${family[(at + Math.floor(at / 10)) % 10]}`,
  number: `+4477009006${String(at + 10)}`,
  id: `agx7${String(at + 10)}q`,
  account: `kx${String(at + 10)}grx`,
  // With a leading zero: no size or time is written in this form.
  extension: at < 48 ? null : `0431${String(at + 10)}`,
}));
/** Stems of names in the grammatical cases of their languages, and names as written without special letters. */
const written = ['королев', 'παπαδοπουλ', 'koenigsdoerffer', 'ekstroem', 'soerensby', 'juergen', 'bjoern', 'thorunn', 'celikdag', 'zolckowsk'];

/** Everything that must not appear: words of names, numbers without their country, extensions, ids, mail accounts. */
const traces = [
  ...new Set([
    ...others.flatMap(({ name, number, id, account, extension }) => [
      ...foldedWords(name)
        .split(' ')
        .filter((word) => word.length > 3),
      number.slice(3),
      id,
      account,
      ...(extension === null ? [] : [extension]),
    ]),
    ...written,
  ]),
];

const mapping = (channels: string): string => `[source]
zone = "UTC"
[table]
files = "calls.csv"
[columns]
key = "id"
start = "start"
caller = { number = "from", name = "fromName" }
callee = { number = "to", name = "toName" }
agent = { id = "agent" }
[join]
column = "file"
${channels}`;

let rig: Rig;
let caseId: string;

/** Returns a WAVE file with a tone on each channel. */
async function tones(path: string, ...hertz: number[]): Promise<void> {
  const inputs = hertz.flatMap((hz) => ['-f', 'lavfi', '-i', `sine=frequency=${hz}:sample_rate=8000:duration=2`]);
  const merge = hertz.length === 1 ? [] : ['-filter_complex', `amerge=inputs=${hertz.length}`];
  expect((await rig.exec('ffmpeg', ['-v', 'error', ...inputs, ...merge, '-c:a', 'pcm_mulaw', path])).code).toBe(0);
}

async function site(name: string, channels: string, rows: readonly (readonly string[])[]): Promise<void> {
  mkdirSync(rig.path(name), { recursive: true });
  writeFileSync(rig.path(`${name}.toml`), mapping(channels));
  const lines = [['id', 'start', 'from', 'fromName', 'to', 'toName', 'agent', 'file'], ...rows].map((row) => row.join(';'));
  writeFileSync(rig.path(name, 'calls.csv'), `${lines.join('\n')}\n`);
  const { code, stderr } = await rig.run(['import', name, '--mapping', `${name}.toml`, '--into', 'archive', '--site', name]);
  expect([0, 3], stderr).toContain(code);
}

const at = (minute: number): string => new Date(Date.UTC(2025, 9, 20, 8, minute)).toISOString();

beforeAll(async () => {
  rig = createRig();
  for (const name of ['stereo', 'mono']) mkdirSync(rig.path(name));
  await tones(rig.path('stereo/s0.wav'), 440, 1_200);
  await tones(rig.path('stereo/s1.wav'), 440, 1_200);
  await tones(rig.path('mono/m0.wav'), 700);
  const [first, second, third] = others;
  await site('stereo', '[channels]\nleft = "caller"\nright = "callee"', [
    ['s0', at(0), own.number, own.name, first?.number ?? '', first?.name ?? '', '', 's0.wav'],
    ['s1', at(10), second?.number ?? '', second?.name ?? '', '070-174 06 05', own.name, '', 's1.wav'],
    // An uncertain number of hers: seven digits.
    ['s2', at(20), '1740605', '', third?.number ?? '', third?.name ?? '', '', ''],
    ['s3', at(30), '1740605', '', third?.number ?? '', third?.name ?? '', '', ''],
    ...others.slice(3, 40).map(({ name, number, id }, n) => [`r${n}`, at(40 + n), own.number, own.name, number, name, id, '']),
  ]);
  // Known to the archive, and in none of her calls.
  await site('mono', '', [
    ['m0', at(100), own.number, own.name, third?.number ?? '', third?.name ?? '', '', 'm0.wav'],
    ...others.slice(40).map(({ name, number, id }, n) => [`o${n}`, at(40 + n), number, name, '+46850001000', '', id, '']),
    ...others.slice(48).map(({ name, extension }, n) => [`x${n}`, at(200 + n), extension ?? '', name, '+46850001000', '', '', '']),
  ]);
  const asked = await rig.json([
    'subject',
    'archive',
    own.number,
    own.name,
    '--country',
    '+46',
    '--uncertain',
    '--case',
    `Наталья Берг, ${others
      .slice(40)
      .map(({ name }) => name)
      .join(', ')}`,
  ]);
  expect(asked.code).toBe(0);
  caseId = String(asked.summary.caseId);
  // The queries that filled the case name others, too.
  expect((await rig.run(['case', 'add', 'archive', caseId, '--party', others[50]?.name ?? '', '--from', '2001', '--to', '2002'])).code).toBe(0);
  const spelled = others.flatMap(({ name, number, id, account, extension }) => {
    const wide = number.slice(3).replace(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit)));
    const hyphens = name.replace(/(\p{L}{3})(\p{L})/gu, '$1\u00ad$2');
    return [
      `Hello ${name}, ${name.toUpperCase()} and ${hyphens}; ${name}s colleague, ${name.normalize('NFD')}`,
      `${name.replace(/ü/g, 'ue').replace(/ö/g, 'oe').replace(/ø/g, 'oe').replace(/ß/g, 'ss').replace("'", '\u2019')} rang`,
      `${name.replace(/а(?= |$)/g, 'ой').replace(/ου$/, 'ος')}`,
      `0044${number.slice(3)} +44 ${wide} ${number.slice(0, 3)}_${number.slice(3, 7)}_${number.slice(7)} ${number.slice(0, 3)}\u2009${number.slice(3, 7)}\u2009${number.slice(7)}`,
      `id ${id}, <${foldedWords(name).replaceAll(' ', '.')}@bank.example>, ${account}@bank.example`,
      `https://crm.example/people?q=${encodeURIComponent(name)}&n=${encodeURIComponent(number)} ${extension ?? ''}`,
      `${Buffer.from(name).toString('base64')} ${Buffer.from(number).toString('base64')} ${Buffer.from(name).toString('hex')}`,
      `${[...name].map((sign) => `&#${sign.codePointAt(0)};`).join('')} ${name.replace('ö', '&ouml;').replace('ß', '&szlig;')}`,
    ];
  });
  spelled.push('Thorunn, Celikdag, Żółćkowskiego, Zolckowska');
  const text = `${own.name} asked. Наталье Берг, ${own.number}, 070-174 06 05.\n${spelled.join('\n')}\n`;
  const list = others.map(({ name, number, account }) => `${name} ${number} ${account}`).join('\n');
  writeFileSync(rig.path('list.txt'), list);
  await rig.exec('zip', ['-q', 'list.zip', 'list.txt']);
  const attached = [
    [`${others[44]?.name}.txt.gz`, gzipSync(list)],
    [`${others[45]?.name}.zip`, readFileSync(rig.path('list.zip'))],
    [`${others[46]?.name}.txt`, Buffer.from(list, 'utf16le')],
  ] as const;
  const mail = [
    'From: =?utf-8?B?SsO8cmdlbiBHcm/Dnw==?= <juergen.gross@bank.example>',
    `Subject: =?utf-8?B?${Buffer.from(`Ask ${others[41]?.name}`).toString('base64')}?=`,
    'Date: Mon, 20 Oct 2025 08:05:00 +0000',
    'Content-Type: multipart/mixed; boundary=part',
    '',
    '--part',
    'Content-Type: text/plain; charset=utf-8',
    '',
    text,
    '--part',
    'Content-Type: text/html; charset=utf-8',
    '',
    `<p>${spelled.slice(0, 8).join('<br>')}</p>`,
    ...attached.flatMap(([name, bytes]) => [
      '--part',
      'Content-Type: application/octet-stream',
      'Content-Transfer-Encoding: base64',
      `Content-Disposition: attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
      '',
      bytes.toString('base64'),
    ]),
    '--part--',
  ];
  writeFileSync(rig.path('mail.eml'), mail.join('\r\n'));
  writeFileSync(
    rig.path('chat.csv'),
    `time,from,to,text\n2025-10-20T08:06:00Z,${others[42]?.name},${own.name},"ring ${others[43]?.name}, ${others[43]?.number}"\n`,
  );
  const named = `Fwd ${others[47]?.name}.eml`;
  writeFileSync(rig.path(named), readFileSync(rig.path('mail.eml')).toString().replace('Subject: ', 'X-Twice: yes\r\nSubject: '));
  expect((await rig.run(['case', 'messages', 'archive', caseId, 'mail.eml', 'chat.csv', named])).code).toBe(0);
  // Texts that reviewers wrote.
  const s0 = await recordingOf('s0');
  for (const args of [
    ['note', 'add', 'archive', s0, `${others[48]?.name} rang ${others[48]?.number}`],
    ['tag', 'add', 'archive', s0, `${others[49]?.name}`],
    ['case', 'remove', 'archive', caseId, await recordingOf('r30'), '--reason', `of ${others[50]?.name}, ${others[50]?.extension}`],
  ])
    expect((await rig.run(args)).code, args[0]).toBe(0);
});
afterAll(async () => {
  await rig?.[Symbol.asyncDispose]();
});

function filesBelow(folder: string): string[] {
  return readdirSync(rig.path(folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Returns all texts that a file can contain: its bytes as UTF-8 and as UTF-16 of both orders, packed content, and decoded base64, hexadecimal, percent-encoded text and entities. */
function saidIn(bytes: Buffer): string[] {
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return saidIn(gunzipSync(bytes));
  const even = bytes.subarray(0, bytes.length - (bytes.length % 2));
  const utf8 = bytes.toString('utf8');
  const plain = utf8.replace(/"[A-Za-z0-9+/]{40,}={0,2}"/g, '""');
  const inside = [
    ...[...utf8.matchAll(/[A-Za-z0-9+/]{8,}={0,2}/g)].map(([run]) => Buffer.from(run, 'base64').toString('utf8')),
    ...[...plain.matchAll(/(?:[0-9a-f]{2}){5,}/gi)].map(([run]) => Buffer.from(run, 'hex').toString('utf8')),
    ...[...plain.matchAll(/[^\s"'<>]*%[0-9a-f]{2}[^\s"'<>]*/gi)].map(([run]) => unescaped(run)),
    ...[...plain.matchAll(/[^\s<>]*&#?\w{1,8};[^<>\n]*/g)].map(([run]) => withoutEntities(run)),
  ];
  return [plain, ...inside, even.toString('utf16le'), Buffer.from(even).swap16().toString('utf16le')];
}

function unescaped(text: string): string {
  const bytes = text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString('utf8');
}

function withoutEntities(text: string): string {
  const named: Readonly<Record<string, string>> = { ouml: 'ö', szlig: 'ß', uuml: 'ü', amp: '&', quot: '"', apos: "'", lt: '<', gt: '>' };
  const once = (from: string): string =>
    from.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex?: string, decimal?: string, name?: string) => {
      if (name !== undefined) return named[name] ?? whole;
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    });
  // Twice, because a page escapes the ampersand of an entity that was in a mail.
  return once(once(text));
}

/** Splits texts into words and digits without separators, each once, so that searching for 200 takes a moment. */
function wordsOf(texts: readonly string[]): string {
  const words = new Set<string>();
  for (const text of texts) {
    const folded = foldedText(text);
    for (const [word] of folded.matchAll(/[\p{L}\p{N}]+/gu)) words.add(word);
    for (const [word] of folded.matchAll(/\p{L}+(?:'\p{L}+)+/gu)) words.add(word.replaceAll("'", ''));
    for (const [run] of folded.matchAll(/\d(?:[^\p{L}\p{N}]{0,3}\d){5,}/gu)) words.add(run.replace(/[^0-9]/g, ''));
  }
  return [...words].join('\n');
}

/** Returns traces of others in texts, in any spelling. */
function tracesIn(...texts: readonly string[]): string[] {
  const words = wordsOf(texts);
  return traces.filter((trace) => words.includes(trace));
}

/** Returns the sum of squares of each channel, as FFmpeg decodes it. */
async function energies(file: string): Promise<number[]> {
  const probe = await rig.exec('ffprobe', ['-v', 'error', '-show_entries', 'stream=channels', '-of', 'csv=p=0', file]);
  const channels = Number(probe.stdout.trim());
  const out = `${file}.raw`;
  expect((await rig.exec('ffmpeg', ['-v', 'error', '-i', file, '-f', 's16le', '-c:a', 'pcm_s16le', out])).code).toBe(0);
  const samples = readFileSync(out);
  const sums = Array.from({ length: channels }, () => 0);
  for (let place = 0; place + 1 < samples.length; place += 2)
    sums[(place / 2) % channels] = (sums[(place / 2) % channels] ?? 0) + samples.readInt16LE(place) ** 2;
  return sums;
}

async function recordingOf(key: string): Promise<string> {
  const { lines } = await rig.json(['list', 'archive', '--text', `"${key}"`]);
  const [only] = lines.flatMap(({ value }) =>
    typeof value === 'object' && value !== null && 'recordingId' in value ? [String(value.recordingId)] : [],
  );
  return only ?? '';
}

describe('a masked export', () => {
  test('contains nothing of another person in any file, and all data of the requester', async () => {
    // All of them are in the mail; most are only in the archive.
    expect(traces.length).toBeGreaterThanOrEqual(200);
    expect(tracesIn(readFileSync(rig.path('mail.eml'), 'utf8'))).toEqual(traces);
    // Each other spelling is also checked by itself.
    for (const bytes of [
      Buffer.from(others.map(({ name }) => encodeURIComponent(name)).join(' ')),
      Buffer.from(others.map(({ name }) => Buffer.from(name).toString('hex')).join(' ')),
      Buffer.from(others.map(({ name }) => Buffer.from(name).toString('base64')).join(' ')),
      Buffer.from(others.map(({ name }) => [...name].map((sign) => `&amp;#${sign.codePointAt(0)};`).join('')).join(' ')),
      Buffer.from(others.map(({ name }) => name).join(' '), 'utf16le'),
      gzipSync(others.map(({ name }) => name).join(' ')),
    ])
      expect(tracesIn(...saidIn(bytes))).toEqual(tracesIn(others.map(({ name }) => name).join(' ')));
    const { code, stdout, stderr } = await rig.run(['case', 'export', 'archive', caseId, '--out', 'out.zip', '--zip', '--mask']);
    expect([code, stdout], stderr).toEqual([0, expect.stringContaining('Others are HEARD in 1 of')]);
    expect((await rig.exec('unzip', ['-q', 'out.zip', '-d', 'out'])).code).toBe(0);
    const found = [...filesBelow('out'), rig.path('out.zip')].flatMap((file) => {
      return tracesIn(file.slice(rig.folder.length), ...saidIn(readFileSync(file))).map((trace) => `${file.slice(rig.folder.length)}: ${trace}`);
    });
    expect(found).toEqual([]);
    // Not because everything is masked.
    const all = filesBelow('out')
      .map((file) => readFileSync(file, 'utf8'))
      .join('\n');
    for (const text of [own.name, own.number, 'Наталье Берг', '070-174 06 05']) expect(all).toContain(text);
  });

  test('mutes the channel of others if the recorder states the channel of each party, and reports if it does not', async () => {
    const sounds = filesBelow('out').filter((file) => /\.(?:wav|opus)$/.test(file));
    const heard = new Map<string, number[]>();
    for (const file of sounds) heard.set(file, await energies(file));
    const [s0, s1, m0] = [await recordingOf('s0'), await recordingOf('s1'), await recordingOf('m0')];
    const of = (id: string): number[] => [...heard].find(([file]) => file.includes(id))?.[1] ?? [];
    expect([sounds.length, of(s0).length, of(s1).length, of(m0).length]).toEqual([3, 2, 2, 1]);
    expect([of(s0)[1], of(s1)[0]]).toEqual([0, 0]);
    for (const energy of [of(s0)[0], of(s1)[1], of(m0)[0]]) expect(energy).toBeGreaterThan(1e9);
    // The muted channel also has the length of the call.
    const sox = await rig.exec('sox', ['--i', '-D', sounds.find((file) => file.includes(s0)) ?? '']);
    expect(Number(sox.stdout)).toBeCloseTo(2, 2);
    const cover = readFileSync(filesBelow('out').find((file) => file.endsWith('cover.txt')) ?? '', 'utf8');
    expect(cover).toContain('the channels of other people are muted in 2 recordings');
    expect(cover).toContain('OTHERS ARE AUDIBLE in 1 recording:');
  });

  test('states no time and no id of a call of others', () => {
    const outside = readFileSync(filesBelow('out').find((file) => file.endsWith('outside.csv')) ?? '', 'utf8');
    expect(outside.trim().split('\n').length).toBe(1);
  });
});

describe('a decision', () => {
  test('is required if a match is uncertain, is stored with who and why, and is shown', async () => {
    const [s2, s3] = [await recordingOf('s2'), await recordingOf('s3')];
    const before = await rig.run(['case', 'export', 'archive', caseId, '--out', 'before', '--mask']);
    expect(before.stderr).toContain('C162');
    expect(readFileSync(rig.path(`before/data/recordings/${s2}/recording-masked.json`), 'utf8')).toMatch(/"name": "perhaps\d+"/);
    expect((await rig.run(['case', 'decide', 'archive', caseId, s2, '--reason', 'x'])).code).toBe(2);
    expect((await rig.run(['case', 'decide', 'archive', caseId, s2, '--is', '--role', 'supervisor', '--reason', 'x'])).stderr).toContain('C160');
    const is = await rig.json(['case', 'decide', 'archive', caseId, s2, '--is', '--reason', `her voice, not that of ${others[45]?.name}`]);
    expect([is.code, is.summary.parties]).toEqual([0, ['parties[0]']]);
    expect((await rig.run(['case', 'decide', 'archive', caseId, s3.slice(0, 13), '--is-not', '--reason', 'a neighbour'])).code).toBe(0);
    const shown = (await rig.run(['case', 'show', 'archive', caseId])).stdout;
    for (const text of ['2 decisions', 'is not the person', 'a neighbour', 'parties[0]']) expect(shown).toContain(text);
    expect((await rig.run(['case', 'timeline', 'archive', caseId])).stdout).toContain('decided: this is the person (parties[0])');
    expect((await rig.run(['verify', 'archive', '--only-log'])).stderr).not.toContain('C125');
  });

  test('takes precedence in masking: confirmed persons are readable, and recordings of others are left out', async () => {
    const [s2, s3] = [await recordingOf('s2'), await recordingOf('s3')];
    const { code, stderr } = await rig.run(['case', 'export', 'archive', caseId, '--out', 'after', '--mask']);
    expect([code, stderr.includes('C162'), stderr.includes('C163')]).toEqual([0, false, true]);
    expect(readFileSync(rig.path(`after/data/recordings/${s2}/recording-masked.json`), 'utf8')).toContain('1740605');
    const files = filesBelow('after');
    expect(files.filter((file) => file.includes(s3) || readFileSync(file, 'latin1').includes(s3))).toEqual([]);
    const page = readFileSync(rig.path('after/index.html'), 'utf8');
    expect(page).toContain('decided: this is the person (parties[0])');
    expect(tracesIn(...files.flatMap((file) => saidIn(readFileSync(file))))).toEqual([]);
    // Nothing else was handed over.
    writeFileSync(rig.path('archive.pub'), (await rig.run(['log', 'public-key', 'archive'])).stdout);
    expect((await rig.run(['case', 'check', 'after', '--key', 'archive.pub'])).code).toBe(0);
    // The decision also applies to a later search for the person.
    const again = await rig.json(['case', 'show', 'archive', caseId]);
    expect(JSON.stringify(again.lines)).toContain('"decision":"is-not"');
  });
});
