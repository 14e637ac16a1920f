import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openLog } from '../../../src/log/log.ts';
import { continueLog, endOf } from '../../../src/log/read/continue-log.ts';
import { inspectLog } from '../../../src/log/read/inspect-log.ts';
import { watchLandings } from '../../../src/verify/bags/landing-watch.ts';
import { checkLog } from '../../../src/verify/checks/log.ts';
import { calm, temporaryFolder } from '../../archive/rig.ts';
import { newArchive, now } from '../../log/rig.ts';

const landing = (bag: string, digit: string) => ({ type: 'bag-landed' as const, detail: { bag, tagManifestSha256: digit.repeat(64) } });

test('every caller gets the entries logged by then, even while another is reading', async () => {
  using folder = temporaryFolder();
  const { archive, keys } = await newArchive(folder.path);
  const log = await openLog(archive, { now, keys });
  const watch = watchLandings(archive, keys, await checkLog(archive, keys, () => undefined, calm));
  for (const digit of ['1', '2', '3']) {
    await log.appendAll([landing('2019/a', digit)]);
    const answers = await Promise.all([watch.reread(calm), watch.reread(calm), watch.reread(calm)]);
    const digests = answers.map((landed) => landed.get('2019/a')?.current.get('tagmanifest-sha256.txt')?.digest);
    expect(digests).toEqual(digests.map(() => digit.repeat(64)));
  }
  expect(watch.of('2019/a').earlier).toHaveLength(2);
  await log.close();
});

test('a caller that asks during a read that began before the last entry does not get its result', async () => {
  using folder = temporaryFolder();
  const { archive, keys } = await newArchive(folder.path);
  const log = await openLog(archive, { now, keys });
  const watch = watchLandings(archive, keys, await checkLog(archive, keys, () => undefined, calm));
  await log.appendAll([landing('2019/a', '1')]);
  const early = watch.reread(calm);
  await log.appendAll([landing('2019/b', '1')]);
  expect((await watch.reread(calm)).has('2019/b')).toBe(true);
  await early;
  await log.close();
});

test('entries are read once: a log whose beginning was deleted meanwhile is continued', async () => {
  using folder = temporaryFolder();
  const { archive, keys, log: logDir } = await newArchive(folder.path);
  const log = await openLog(archive, { now, keys });
  await log.appendAll(Array.from({ length: 600 }, (_, at) => landing(`2019/${at}`, 'a')));
  const watch = watchLandings(archive, keys, await checkLog(archive, keys, () => undefined, calm));
  rmSync(join(logDir, 'tile/entries/000'));
  await log.appendAll([landing('2019/7', 'b')]);
  await log.close();
  const landed = await watch.reread(calm);
  expect([landed.size, landed.get('2019/7')?.current.get('tagmanifest-sha256.txt')?.digest]).toEqual([600, 'b'.repeat(64)]);
});

test('unsigned entries are not accepted: the log does not continue from its last state', async () => {
  using folder = temporaryFolder();
  const { archive, keys, log: logDir } = await newArchive(folder.path);
  const log = await openLog(archive, { now, keys });
  const end = async () => {
    const at = endOf(await inspectLog(archive, keys, calm));
    if (at === null) throw new Error('the log has no end');
    return at;
  };
  const [one, two, three] = [await end(), await end(), await end()];
  await log.appendAll([landing('2019/a', '1')]);
  await log.close();
  const whole = await continueLog(archive, one, calm);
  expect(whole?.entries.map(({ detail }) => detail.bag)).toEqual(['2019/a']);
  const checkpoint = join(logDir, 'checkpoint');
  const signed = readFileSync(checkpoint, 'utf8');
  writeFileSync(
    checkpoint,
    signed.replace(/(— \S+ .{20})(.)/, (_, start: string, next: string) => `${start}${next === 'A' ? 'B' : 'A'}`),
  );
  expect(await continueLog(archive, two, calm)).toBeNull();
  writeFileSync(checkpoint, signed);
  const bundle = join(logDir, `tile/entries/000.p/${signed.split('\n')[1]}`);
  writeFileSync(bundle, readFileSync(bundle, 'latin1').replace('1'.repeat(64), '2'.repeat(64)), 'latin1');
  expect(await continueLog(archive, three, calm)).toBeNull();
});
