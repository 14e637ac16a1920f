import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makeAuthority } from '../log/authority.ts';
import { createDecade, type DecadeWorld, dayS, type Held, type Lived, type Place } from './decade-world.ts';
import { root } from './rig.ts';

// Simulates ten years of an archive with two replicas, by the command line under a clock that the test sets. What was read and decoded is observed by strace, what is valid by
// sha256sum, and what was done is known to the test: the statement of each year is compared with these. The short form runs every half year and is part of the tests;
// LONGPLAY_TEN_YEARS=7 runs every seventh day and writes docs/explanation/ten-years.md.
const asked = Number(process.env.LONGPLAY_TEN_YEARS ?? 0);
const long = asked > 0;
const stepDays = long ? asked : 182;
const everyDays = long ? 90 : 365;
/** Interval of checking the replicas, and of checking the time stamps. */
const replicaDays = long ? 122 : 364;
const stampDays = long ? 183 : 182;
const playEveryDays = long ? 365 : 730;
/** The short form ends after three years: later events have tests of their own, and happen in the long form. */
const years = long ? 10 : 3;
const lastDay = long ? 3_653 : 1_096;
const yearDays = 365.25;
const decadeBack = -3_653;
const periods: Readonly<Record<Place, number>> = { primary: everyDays, vault: 365, tape: 730 };

interface Year {
  runs: number;
  read: number;
  decoded: number;
  oldestUnread: number;
  oldestUndecoded: number;
  harmed: number;
  found: number;
  repaired: number;
  stamps: number;
  renewed: number;
  readonly events: string[];
}

function newYear(): Year {
  return { runs: 0, read: 0, decoded: 0, oldestUnread: 0, oldestUndecoded: 0, harmed: 0, found: 0, repaired: 0, stamps: 0, renewed: 0, events: [] };
}

/** What the statement must say of a place whose clock was right since its bags were read. */
function truthOf(bags: ReadonlyMap<string, Held>, day: number, periodDays: number): Record<string, number> {
  const all = [...bags.values()];
  const damaged = all.filter(({ found }) => found).length;
  const well = all.filter(({ found, read }) => !found && read !== null && day - read <= periodDays).length;
  const ages = all.map(({ read, came }) => day - (read ?? came));
  return { bags: all.length, damaged, well, late: all.length - damaged - well, oldestAgeMs: Math.max(...ages) * dayS * 1_000 };
}

test(`${years} years: periods are kept, each disaster is found and repaired, and each year the statement is true`, {
  timeout: 7_200_000,
}, async () => {
  await using world = await createDecade();
  const rows: Year[] = [];
  let year = newYear();
  let clockStep = 0;
  let keys = 1;
  // Bags that a repair restored; those that a sync copied again do not count.
  let mended = 0;
  const bagsOf = (place: Place): Map<string, Held> => world.places.get(place) ?? new Map<string, Held>();
  const nth = (at: number): string => [...bagsOf('primary').keys()][at] ?? '';
  const expectCode = (lived: Lived, allowed: readonly number[], what: string): void => {
    const told = lived.lines.filter(({ type }) => type === 'verdict' || type === 'finding' || type === 'error');
    expect(allowed, `day ${world.day}: ${what} ended with ${lived.code}: ${JSON.stringify(told).slice(0, 3_000)}`).toContain(lived.code);
  };

  // The beginning.
  await world.importCalls('calls', ['--mapping', 'mapping.toml', '--declare', '*.vox=alaw,8000,1']);
  const addReplica = async (name: 'vault' | 'tape', more: readonly string[]): Promise<void> => {
    expectCode(await world.live(['replica', 'add', 'archive', name, world.rig.path(name), ...more]), [0], 'replica add');
    for (const bag of bagsOf('primary').keys()) bagsOf(name).set(bag, { came: world.day, read: null, decoded: null, harm: null, found: false });
  };
  await addReplica('vault', ['--every', `${periods.vault}d`]);
  await addReplica('tape', ['--every', `${periods.tape}d`, '--medium', 'tape']);
  const had = new Map<Place, Set<string>>([
    ['vault', new Set()],
    ['tape', new Set()],
  ]);
  const sync = async (name: 'vault' | 'tape'): Promise<void> => {
    if (world.isAway(name)) return;
    const harmed = [...bagsOf('primary').values(), ...bagsOf(name).values()].some(({ harm }) => harm !== null);
    expectCode(await world.live(['replica', 'sync', 'archive', name]), harmed ? [0, 4] : [0], `sync ${name}`);
    const whole = harmed ? await world.whole(name) : [];
    for (const [bag, truth] of bagsOf(name)) {
      // Lost bags are copied to it again, as if it never had them.
      if (truth.harm === 'lost' && whole.includes(bag)) {
        isMended(truth);
        truth.read = null;
        truth.came = world.day;
      }
      if (had.get(name)?.has(bag) === true) continue;
      truth.came = world.day;
      had.get(name)?.add(bag);
    }
  };
  const verify = async (): Promise<void> => {
    for (const { came, read, decoded } of bagsOf('primary').values()) {
      year.oldestUnread = Math.max(year.oldestUnread, world.day - (read ?? came));
      year.oldestUndecoded = Math.max(year.oldestUndecoded, world.day - (decoded ?? came));
    }
    const known = [...bagsOf('primary').values()].filter(({ found }) => found).length;
    const budget = `${Math.round(world.bytes() * (long ? 0.5 : 1.5))}B`;
    const periodsAsked = ['--every', `${everyDays}d`, '--play-every', `${playEveryDays}d`, '--originals', '--budget', budget, '-j', '1'];
    const lived = await world.observe('primary', ['verify', 'archive', ...periodsAsked]);
    year.runs++;
    year.read += lived.read;
    year.decoded += lived.decoded;
    const found = [...bagsOf('primary').values()].filter((truth) => truth.found).length;
    year.found += Math.max(0, found - known);
    expectCode(lived, found > 0 ? [4] : clockHasLied('primary') ? [0, 5] : [0], 'verify');
  };
  /** Reads the bags due of the connected replicas, or all of one. */
  const verifyReplicas = async (all: 'vault' | 'tape' | null = null): Promise<void> => {
    if (all !== null && world.isAway(all)) return;
    const foundThere = (): number => [...bagsOf('vault').values(), ...bagsOf('tape').values()].filter(({ found }) => found).length;
    const known = foundThere();
    const lived = await world.observe(all, ['replica', 'verify', 'archive', ...(all === null ? [] : [all]), '-j', '1']);
    year.found += Math.max(0, foundThere() - known);
    const away = world.isAway('vault') || world.isAway('tape');
    expectCode(lived, foundThere() > 0 ? [4] : away ? [0, 5] : [0], 'replica verify');
  };
  /** The clock was set since some bag was read there: the ages that the log allows are longer than the true ones until all are read again. */
  const clockHasLied = (place: Place): boolean => [...bagsOf(place).values()].some(({ read }) => clockStep > 0 && (read ?? 0) <= clockStep);
  const strike = (place: Place, bag: string, kind: 'flipped' | 'lost'): void => {
    world.harm(place, bag, kind);
    year.harmed++;
    year.events.push(kind === 'lost' ? `a bag lost on ${place}` : `a bit flipped on ${place}`);
  };
  const isMended = (truth: Held): void => {
    truth.harm = null;
    year.repaired++;
  };
  /** Repairs the connected replicas; sha256sum has the last word. @returns the places where something was repaired */
  const repairAll = async (): Promise<ReadonlySet<Place>> => {
    const harmed = (['primary', 'vault', 'tape'] as const).flatMap((place) =>
      world.isAway(place) ? [] : [...bagsOf(place)].flatMap(([bag, truth]) => (truth.harm === null ? [] : [{ place, bag, truth }])),
    );
    expectCode(await world.live(['replica', 'repair', 'archive', '-j', '1']), [0, 5], 'repair');
    for (const { place, bag, truth } of harmed) {
      expect(await world.whole(place), `day ${world.day}: ${place} after its repair`).toContain(bag);
      // A repair reads all that it compares.
      if (!truth.found) year.found++;
      truth.found = true;
      isMended(truth);
      mended++;
    }
    return new Set(harmed.map(({ place }) => place));
  };
  const repair = async (): Promise<void> => {
    const known = [...world.places.values()].some((bags) => [...bags.values()].some(({ harm, found }) => harm !== null && found));
    if (!known || (world.isAway('vault') && world.isAway('tape'))) return;
    const places = await repairAll();
    await verify();
    for (const name of ['vault', 'tape'] as const) if (places.has(name)) await verifyReplicas(name);
  };

  const first = makeAuthority({ from: '2026-01-01', rootDays: 9_000 });
  const authorities = [
    { fromYear: 0, authority: first },
    ...[2, 4, 6, 8].map((at) => ({ fromYear: at, authority: makeAuthority({ from: `${2_026 + at}-01-01`, below: first, name: `Authority ${at}` }) })),
  ];
  const stamp = async (): Promise<void> => {
    const { authority } = authorities.findLast(({ fromYear }) => fromYear * yearDays <= world.day) ?? { authority: first };
    const at = new Date(Date.UTC(2026, 0, 1) + world.day * dayS * 1_000).toISOString().slice(0, 19).replace('T', ' ');
    const { program, args } = authority.program(at);
    const lived = await world.live(['log', 'stamp', 'archive', '--roots', authority.rootFile, '--tsa', program, ...args]);
    expectCode(lived, [0], 'log stamp');
    year.stamps++;
    year.renewed += Number(lived.summary.renewed);
  };
  /** Replicas that were disconnected when digests were renewed: a sync overwrites nothing, so a repair updates them when they are back. */
  const behind = new Set<'vault' | 'tape'>();
  const bringUpToDate = async (): Promise<void> => {
    for (const name of behind) {
      if (world.isAway(name)) continue;
      behind.delete(name);
      await repairAll();
      await verifyReplicas(name);
    }
  };
  const rehash = async (): Promise<void> => {
    expectCode(await world.live(['rehash', 'archive', '--add', 'sha3-512']), [0], 'rehash');
    year.events.push('sha3-512 added');
    for (const name of ['vault', 'tape'] as const) if (world.isAway(name)) behind.add(name);
    await verify();
    await repairAll();
    for (const name of ['vault', 'tape'] as const) await verifyReplicas(name);
  };
  const rotate = async (): Promise<void> => {
    expectCode(await world.live(['log', 'key', 'archive', '--yes']), [0], 'log key');
    keys++;
    year.events.push('a new key');
  };
  const setClock = (days: number): void => {
    world.clockOffset = days;
    clockStep = world.day;
    year.events.push(days === 0 ? 'the clock right again' : `the clock set ${days < 0 ? 'back' : 'forward'} ten years`);
  };

  // Events that happen once, on the first run day at or after their own.
  const events: { readonly day: number; readonly happen: () => Promise<void> | void }[] = [
    { day: 520, happen: () => strike('primary', nth(1), 'flipped') },
    { day: 760, happen: () => world.putAway('vault', true) },
    { day: 1_000, happen: () => world.putAway('vault', false) },
    { day: 1_030, happen: rotate },
    {
      day: 1_220,
      happen: async () => {
        const came = await world.importCalls(join(root, 'samples/asterisk-normal'), ['--zone', 'Europe/Stockholm']);
        // The statement counts a replica as lacking them since it was added.
        for (const name of ['vault', 'tape'] as const)
          for (const bag of came) bagsOf(name).set(bag, { came: 0, read: null, decoded: null, harm: null, found: false });
        year.events.push(`${came.length} bags imported`);
      },
    },
    {
      day: 1_530,
      happen: () => {
        strike('primary', nth(0), 'lost');
        strike('vault', nth(2), 'flipped');
      },
    },
    { day: 1_890, happen: rehash },
    { day: 2_000, happen: rotate },
    { day: 2_250, happen: () => setClock(decadeBack) },
    { day: 2_380, happen: () => setClock(0) },
    { day: 2_690, happen: () => setClock(-decadeBack) },
    { day: 2_820, happen: () => setClock(0) },
    { day: 3_000, happen: rotate },
    {
      day: 3_200,
      happen: async () => {
        strike('primary', nth(3), 'flipped');
        strike('vault', nth(1), 'lost');
        await verifyReplicas('vault');
      },
    },
  ];
  let nextReplicas = 0;
  let nextStamp = 20;
  for (world.day = 1; world.day <= lastDay; world.day += stepDays) {
    for (let next = events[0]; next !== undefined && next.day <= world.day; next = events[0]) {
      events.shift();
      await next.happen();
    }
    await verify();
    if (world.day >= nextReplicas && world.clockOffset === 0) {
      // The tape is connected every other time.
      world.putAway('tape', Math.round(nextReplicas / replicaDays) % 2 === 1);
      nextReplicas += replicaDays;
      await bringUpToDate();
      for (const name of ['vault', 'tape'] as const) await sync(name);
      await verifyReplicas();
    }
    if (world.day >= nextStamp && world.clockOffset === 0) {
      nextStamp += stampDays;
      await stamp();
    }
    if (world.clockOffset === 0) await repair();
    const ends = (rows.length + 1) * yearDays;
    if (world.day + stepDays <= ends && world.day + stepDays <= lastDay) continue;
    await endYear(world, rows.length + 1);
    rows.push(year);
    year = newYear();
  }
  expect(rows).toHaveLength(years);
  for (const [at, row] of rows.entries()) {
    // By true time, whatever the clock showed.
    expect(row.oldestUnread, `year ${at + 1}`).toBeLessThanOrEqual(everyDays);
    expect(row.oldestUndecoded, `year ${at + 1}`).toBeLessThanOrEqual(playEveryDays);
    expect(row.read, `year ${at + 1}`).toBeGreaterThan(0);
  }
  const sum = (member: 'harmed' | 'found' | 'repaired' | 'renewed'): number => rows.reduce((all, row) => all + row[member], 0);
  const harms = long ? 5 : 1;
  expect([sum('harmed'), sum('found'), sum('repaired')]).toEqual([harms, harms, harms]);
  expect(sum('renewed')).toBeGreaterThan(0);
  if (long) writeFileSync(join(root, 'docs/explanation/ten-years.md'), resultText(rows));

  async function endYear({ places, day }: DecadeWorld, number: number): Promise<void> {
    const what = `year ${number}, day ${day}`;
    const said = await world.statement();
    const { account } = said;
    expect([account.holdings.bags, account.holdings.uncounted], what).toEqual([bagsOf('primary').size, 0]);
    expect(said.log.findings, what).toEqual([]);
    for (const [place, bags] of places) {
      const told = account.places.find(({ replica }) => replica === (place === 'primary' ? null : place));
      const truth = truthOf(bags, day, periods[place]);
      expect(told, `${what}: ${place}`).toMatchObject({ bags: truth.bags, damaged: truth.damaged });
      if (!clockHasLied(place)) expect(told, `${what}: ${place}`).toMatchObject(truth);
      // A wrong clock may make the statement report less than is true, never more.
      expect(told?.well, `${what}: ${place}`).toBeLessThanOrEqual(truth.well ?? 0);
      expect(told?.oldestAgeMs, `${what}: ${place}`).toBeGreaterThanOrEqual(truth.oldestAgeMs ?? 0);
      if (world.isAway(place)) continue;
      const whole = await world.whole(place);
      const sound = [...bags].flatMap(([bag, { harm, came }]) =>
        harm === null && (place === 'primary' || had.get(place)?.has(bag)) && came <= day ? [bag] : [],
      );
      expect(whole, `${what}: ${place} by sha256sum`).toEqual(sound);
    }
    const standing = [...places].flatMap(([place, bags]) => [...bags].flatMap(([bag, { found }]) => (found ? [`${place} ${bag}`] : [])));
    expect(account.faults.map(({ replica, bag }) => `${replica ?? 'primary'} ${bag}`).sort(), what).toEqual(standing.sort());
    // Bags of tables have nothing to decode.
    const decoded = [...bagsOf('primary')].filter(([bag, known]) => known.decoded !== null && !bag.startsWith('tables/'));
    expect(account.playability.bags, what).toBe(decoded.length);
    expect(account.playability.failed, what).toBe(0);
    expect(account.keys, what).toHaveLength(keys);
    expect(account.repairs.entries, what).toBeGreaterThanOrEqual(mended);
  }
});

function resultText(rows: readonly Year[]): string {
  const line = (row: Year, at: number): string =>
    `| ${2_026 + at} | ${row.runs} | ${row.read} | ${row.decoded} | ${row.oldestUnread} d | ${row.oldestUndecoded} d | ${row.harmed} | ${row.found} | ${row.repaired} | ${row.stamps} | ${row.renewed} | ${row.events.join(', ')} |`;
  return `# Ten simulated years

This page is written by \`test/cli/ten-years.test.ts\` in its long form (\`LONGPLAY_TEN_YEARS=${stepDays}\`), which simulates ten years of a small archive with the real command line: every ${stepDays} days a run of
\`verify --every ${everyDays}d --play-every ${playEveryDays}d --originals\` with a budget; a replica that is synced every four months, must be read within ${periods.vault} days, and was absent for eight months; a tape that is
available only every other time that it is needed; a stamp of an \`openssl ts\` authority every half year, with certificates that expire after three years; three changes of the key; a further digest; a clock that was ten years
slow, and one that was ten years fast.

The test keeps its own account: it takes the bags that were read and decoded from the system calls of the runs (strace), intact files from \`sha256sum\`, and damage from its own actions. After each
year the signed statement is compared with that account. The statement was correct for every bag; after a period with a wrong clock it claimed less than was true until all bags had been read again, and never more.

| year | runs | bags read | bags decoded | longest unread | longest not decoded | damage done | damage found | damage repaired | stamps | renewals | what happened |
|---|---|---|---|---|---|---|---|---|---|---|---|
${rows.map(line).join('\n')}

"Longest unread" and "longest not decoded" are maxima of the year in true time, whatever the clock showed. \`npm test\` simulates the first three years with a run every 182 days.
`;
}
