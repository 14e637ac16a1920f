import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRig, type Rig } from './rig.ts';

// Calls of two namesakes, of an agent who changes to another extension, which a colleague takes the next day, and of a London logger.
const rows: readonly (readonly string[])[] = [
  ['n1', '2025-10-20T08:00:00Z', '+46701740605', 'Åsa Öberg', '+46850001000', '', ''],
  ['n2', '2025-10-20T09:00:00Z', '+46701740999', 'Åsa Öberg', '+46850001000', '', ''],
  ['n3', '2025-10-20T10:00:00Z', '', 'Åsa Öberg', '+46850001000', '', ''],
  ['n4', '2025-10-20T11:00:00Z', '070-174 06 05', '', '+46850001000', '', ''],
  ['e1', '2025-10-25T09:00:00Z', '+447700900001', '', '1001', 'Dealer One', 'agent-7'],
  ['e2', '2025-10-25T10:00:00Z', '+447700900001', '', '1001', '', ''],
  ['e3', '2025-10-26T09:00:00Z', '+447700900001', '', '1001', 'Karin Lind', 'agent-8'],
  ['e4', '2025-10-26T10:00:00Z', '+447700900001', '', '1005', 'Dealer One', 'agent-7'],
  ['e5', '2025-10-26T11:00:00Z', '+447700900001', '', '1001', '', ''],
];
const london: readonly (readonly string[])[] = [['l1', '2025-10-20T08:00:00Z', '0770090 0123', '', '0207 946 0000', '', '']];
const mapping = `[source]
zone = "UTC"
[table]
files = "calls.csv"
[columns]
key = "id"
start = "start"
caller = { number = "from", name = "fromName" }
callee = { number = "to" , name = "toName" }
agent = { id = "agent" }
[join]
column = "id"
`;

let rig: Rig;

beforeAll(async () => {
  rig = createRig();
  writeFileSync(rig.path('mapping.toml'), mapping);
  for (const [site, table] of [
    ['stockholm', rows],
    ['london', london],
  ] as const) {
    mkdirSync(rig.path(site));
    const lines = [['id', 'start', 'from', 'fromName', 'to', 'toName', 'agent'], ...table].map((row) => row.join(';'));
    writeFileSync(rig.path(site, 'calls.csv'), `${lines.join('\n')}\n`);
    const { code, stderr } = await rig.run(['import', site, '--mapping', 'mapping.toml', '--into', 'archive', '--site', site]);
    expect([0, 3], stderr).toContain(code);
  }
});
afterAll(async () => {
  await rig?.[Symbol.asyncDispose]();
});

interface Answer {
  readonly certain: string[];
  readonly uncertain: string[];
  readonly why: Readonly<Record<string, string>>;
  readonly summary: Record<string, unknown>;
}

/** Keys of the recordings that a search finds. */
async function asked(...args: string[]): Promise<Answer> {
  const { lines, summary, code } = await rig.json(['subject', 'archive', ...args]);
  expect(code).toBe(0);
  const answer: Answer = { certain: [], uncertain: [], why: {}, summary };
  for (const { of, value } of lines) {
    if (of !== 'subject') continue;
    const found = value as { recordingId: string; bag: string; sureness: 'certain' | 'uncertain'; hits: { why: string }[] }; // as it prints them
    const key = keyOf(found.bag, found.recordingId);
    answer[found.sureness].push(key);
    (answer.why as Record<string, string>)[key] = found.hits[0]?.why ?? '';
  }
  return answer;
}

function keyOf(bag: string, recordingId: string): string {
  const text = readFileSync(rig.path('archive/bags', bag, 'data', recordingId, 'recording.json'), 'utf8');
  return (JSON.parse(text) as { recording: { key: string } }).recording.key;
}

describe('two namesakes', () => {
  test('are distinguished by another number beside the name, and a name alone matches possibly', async () => {
    const { certain, uncertain, why, summary } = await asked('+46701740605', 'Åsa Öberg', '--country', '+46');
    expect([certain.sort(), uncertain.sort()]).toEqual([
      ['n1', 'n4'],
      ['n2', 'n3'],
    ]);
    expect(why.n2).toContain('the number of the same party matches none of the given values');
    expect(JSON.stringify(summary)).toContain('others in the archive have this name as well');
    const other = await asked('+46701740999', 'Åsa Öberg', '--country', '+46');
    expect([other.certain, other.uncertain.sort()]).toEqual([['n2'], ['n1', 'n3']]);
    expect((await asked('Åsa Öberg')).certain).toEqual([]);
    // Both numbers are hers: the name has one owner.
    const both = await asked('+46701740605', '+46701740999', 'Åsa Öberg', '--country', '+46');
    expect([both.certain.sort(), both.uncertain]).toEqual([['n1', 'n2', 'n3', 'n4'], []]);
  });

  test('do not appear in what is exported for the other', async () => {
    const args = ['+46701740605', 'Åsa Öberg', '--country', '+46', '--case', 'R1', '--out', 'out1', '--mask'];
    expect((await rig.run(['subject', 'archive', ...args])).code).toBe(0);
    const files = readdirSync(rig.path('out1'), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files.length).toBeGreaterThan(5);
    const found = files.filter((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1').replace(/[\s-]/g, '').includes('1740999'));
    expect(found.map(({ name }) => name)).toEqual([]);
  });
});

describe('an agent who changed the extension', () => {
  test('has certain calls by the id or name, possible ones by the extension alone, and a colleague never matches', async () => {
    const { certain, uncertain, why } = await asked('Dealer One', 'agent-7', '1001', '1005');
    expect([certain.sort(), uncertain.sort()]).toEqual([
      ['e1', 'e4'],
      ['e2', 'e3', 'e5'],
    ]);
    expect(why.e3).toContain('the name of the same party matches none of the given values');
    expect((await asked('agent-7')).uncertain).toEqual([]);
  });
});

test('a number of another country than the assumed one is not hidden by the assumption', async () => {
  const { certain, uncertain, why } = await asked('+447700900123', '--country', '+46');
  expect([certain, uncertain, why.l1]).toEqual([[], ['l1'], expect.stringContaining('read as a number of +46, the assumed country')]);
  expect((await asked('+447700900123', '--country', '+44')).certain).toEqual(['l1']);
});

describe('a register of persons', () => {
  const register = `zone = "Europe/Stockholm"
[sites.london]
country = "+44"
[people.dealer-one]
names = ["Dealer One"]
ids = ["agent-7"]
extensions = [{ number = "1001", from = "2025-09-01", to = "2025-10-26T01:00Z" }, { number = "1005", from = "2025-10-26T01:00Z" }]
[people.karin]
names = ["Karin Lind"]
ids = ["agent-8"]
extensions = [{ number = "1001", from = "2025-10-26T01:00Z" }]
[people.pat]
names = ["Pat Doe"]
numbers = ["+447700900123"]
extensions = ["1001"]
[people.twin]
names = ["Karin Lind"]
ids = ["agent-9"]
`;

  test('knows who had an extension at the time of a call, and reports missing details of an entry', async () => {
    writeFileSync(rig.path('people.toml'), register.replace('extensions = ["1001"]\n', ''));
    const dealer = await asked('dealer-one', '--people', 'people.toml');
    expect([dealer.certain.sort(), dealer.uncertain]).toEqual([['e1', 'e2', 'e4'], []]);
    expect(dealer.why.e2).toBe('the same short number, which was theirs at the time of the call (dealer-one, extensions 1)');
    expect(dealer.summary).toMatchObject({ register: { key: 'dealer-one', lacks: [] } });
    const karin = await asked('karin', '--people', 'people.toml');
    expect([karin.certain.sort(), karin.uncertain]).toEqual([['e3', 'e5'], []]);
    // If two have the name it is not stated who is meant.
    const { code, stderr } = await rig.run(['subject', 'archive', 'Karin Lind', '--people', 'people.toml']);
    expect([code, stderr]).toEqual([2, expect.stringContaining('karin, twin')]);
    // An extension that another entry has without a period is never certain.
    writeFileSync(rig.path('people.toml'), register);
    const doubtful = await asked('dealer-one', '--people', 'people.toml');
    expect([doubtful.certain.sort(), doubtful.uncertain]).toEqual([['e1', 'e4'], ['e2']]);
    expect(JSON.stringify(doubtful.summary)).toContain(
      'extensions 1 belonged to two persons 2025-08-31T22:00Z to 2025-10-26T01:00Z (the other: pat)',
    );
    // What a case leaves out is listed for review.
    const caseId = String((await rig.json(['case', 'new', 'archive', '--title', 'Deal'])).summary.id);
    const added = await rig.run(['case', 'add', 'archive', caseId, '--party', 'dealer-one', '--people', 'people.toml']);
    const [left = ''] = (await rig.json(['case', 'add', 'archive', caseId, '--party', 'dealer-one', '--people', 'people.toml'])).summary
      .uncertainIds as string[];
    expect(added.stdout).toContain(`  ${left.slice(0, 13)}\n`);
    expect((await rig.json(['show', 'archive', left])).code).toBe(0);
  });

  test('has the country of a site, whatever --country says, and is stored in the case', async () => {
    const args = ['pat', '--people', 'people.toml', '--country', '+46'];
    const { certain, summary } = await asked(...args, '--case', 'About Pat');
    expect(certain).toEqual(['l1']);
    // The case keeps what the register said, for the mask and for what is added later.
    const id = String(summary.caseId);
    const kept = JSON.parse(readFileSync(rig.path('archive/cases', id, 'case.json'), 'utf8')) as {
      register: { countries: object; values: object[] };
    };
    expect(kept.register.countries).toEqual({ london: '44' });
    writeFileSync(rig.path('people.toml'), '[people.gone]\nnames = ["Nobody Else"]\n');
    expect((await rig.run(['case', 'export', 'archive', id, '--out', 'pat', '--mask'])).code).toBe(0);
    const recording = readdirSync(rig.path('pat/data/recordings'))[0] ?? '';
    const masked = readFileSync(rig.path('pat/data/recordings', recording, 'recording-masked.json'), 'utf8');
    expect([masked.includes('0770090 0123'), masked.includes('0207 946')]).toEqual([true, false]);
    const added = await rig.json(['case', 'add', 'archive', id, '--party', 'Nobody Else', '--people', 'people.toml']);
    expect([added.code, added.summary.added]).toEqual([0, 0]);
  });

  test.each([
    ['[people.x]\nnames = ["A B"]\nnumber = ["+46701740605"]\n', "there is no 'number' in [people.x]; did you mean 'numbers'?"],
    ['[people.x]\nnumbers = ["0701740605"]\n', 'an invalid number'],
    ['[people.x]\nextensions = ["+46701740605"]\n', 'an invalid extension'],
    ['[people.x]\nextensions = [{ number = "1", from = "2025-02-30" }]\n', 'an invalid time in its part 1'],
    ['[people.x]\nextensions = [{ number = "1", from = "2025-02-03", to = "2025-02-03" }]\n', 'ends before it begins'],
    ['[people."../x"]\nnames = ["A B"]\n', 'has an invalid key'],
    ['[people.x]\nnames = ["12"]\n', 'an invalid name'],
    ['[sites.x]\ncountry = "SE"\n', 'is not a calling code'],
    ['', 'names no person, no site and no lines'],
    ['[people', 'is not TOML'],
  ])('is refused if it is contradictory: %j', async (text, message) => {
    writeFileSync(rig.path('wrong.toml'), text);
    const { code, stderr } = await rig.run(['subject', 'archive', 'x', '--people', 'wrong.toml']);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });
});
