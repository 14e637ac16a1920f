import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page, Response } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { makingOf } from '../../src/archive/bag/info.ts';
import { secretBytes } from '../../src/sealing/age/x25519.ts';
import { eraseSecrets } from '../../src/sealing/keyring/erase.ts';
import { openSession } from '../../src/sealing/keyring/session.ts';
import { root } from '../cli/rig.ts';
import { asterisk, createSealedRig, recordingFolders, type SealedRig } from '../cli/sealed/sealed-rig.ts';
import { patience } from '../patience.ts';
import { entriesOf, password, type Server, startServer, writeUsersWithRights } from '../serve/rig.ts';
import { axeViolations, hasChromium, openPage, startChromium, type WatchedPage } from './chromium.ts';
import { type Firefox, hasFirefox, openFirefoxPage, soundClock, startFirefox } from './firefox.ts';

/** A recording of the archive, and the contents of its sealed files. */
interface Sealed {
  readonly id: string;
  readonly folder: string;
  readonly secrets: Readonly<Record<string, string>>;
  /** Length in seconds. */
  readonly seconds: number;
}

let rig: SealedRig;
let server: Server;
let calls: readonly Sealed[];

/** Opens a file of a recording with age. */
function plain({ folder, secrets }: Pick<Sealed, 'folder' | 'secrets'>, name: string): Buffer {
  const secret = secrets[name] ?? '';
  return execFileSync('age', ['-d', '-i', '-', join(folder, `${name}.age`)], { input: `${secret}\n`, stdio: ['pipe', 'pipe', 'ignore'] });
}

const until = async <Value>(what: () => Promise<Value>, fits: (value: Value) => void): Promise<void> => {
  await vi.waitFor(async () => fits(await what()), { timeout: patience, interval: 50 });
};

describe.skipIf(!existsSync('/usr/bin/age'))('a sealed archive, served', () => {
  beforeAll(async () => {
    rig = await createSealedRig();
    const how = ['--into', 'archive', '--zone', 'Europe/Stockholm', '--sealed', '--no-keep-tables'];
    const { code, stderr } = await rig.sealed('import', asterisk.folder, ...how);
    expect(code, stderr).toBe(0);
    calls = await Promise.all(
      recordingFolders(rig.path('archive')).map(async (folder) => {
        const secrets = await rig.secretsOf(folder);
        const { media } = JSON.parse(plain({ folder, secrets }, 'recording.json').toString('utf8')) as {
          media: { access: { samples: number; sampleRateHz: number } | null }[];
        };
        const access = media[0]?.access ?? null;
        return { id: folder.split('/').at(-1) ?? '', folder, secrets, seconds: access === null ? 0 : access.samples / access.sampleRateHz };
      }),
    );
    calls = [...calls].sort((a, b) => b.seconds - a.seconds);
    server = await startServer(rig, ['--users', writeUsersWithRights(rig, { anna: ['listen', 'export'], bo: ['export'] })], {
      LONGPLAY_KEYRING: rig.keyring,
    });
  });
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]();
    await rig?.[Symbol.asyncDispose]();
  });

  const longest = (): Sealed => {
    const [call] = calls;
    if (call === undefined) throw new Error('no sample with a copy');
    return call;
  };

  /** Erases the secrets of a recording in each copy of the keyring, as an erasure does before it updates the catalog. */
  async function eraseFromKeyring({ folder, id }: Sealed): Promise<void> {
    const access = { passphrase: async () => null, identities: async () => null };
    const session = openSession({ folder: rig.keyring, access, signal: new AbortController().signal });
    await eraseSecrets(session, [{ page: makingOf(join(folder, '../..')) ?? '', cell: id, names: null }], new Date().toISOString());
    for (const domain of session.domains) domain.close();
  }

  /** Every encoding in which a secret could appear in an answer. */
  function spellings(): Buffer[] {
    return calls.flatMap(({ secrets }) =>
      Object.values(secrets).flatMap((secret) => {
        const bytes = Buffer.from(secretBytes(secret));
        return [
          Buffer.from(secret),
          Buffer.from(secret.toLowerCase()),
          Buffer.from(bytes.toString('hex')),
          Buffer.from(bytes.toString('base64')),
          bytes,
        ];
      }),
    );
  }

  describe.skipIf(!hasChromium)('to Chromium', () => {
    let browser: Browser;
    beforeAll(async () => {
      browser = await startChromium();
    });
    afterAll(async () => await browser?.close());

    async function signedIn(user: string): Promise<WatchedPage & { readonly bodies: Buffer[] }> {
      const watched = await openPage(browser, `${server.origin}/`, {});
      const bodies: Buffer[] = [];
      watched.page.on('response', (response: Response) => {
        // The body of a redirect, or of an interrupted sound, is not available.
        void response.body().then(
          (body) => bodies.push(body),
          () => undefined,
        );
      });
      await watched.page.fill('#user', user);
      await watched.page.fill('#password', password);
      await watched.page.click('button[type=submit]');
      await watched.page.waitForSelector('.rows .row time');
      return { ...watched, bodies };
    }

    /** Records the sounds of a page from its next call on. */
    const soundOf = (page: Page): Promise<{ readonly time: number; readonly duration: number; readonly paused: boolean }> =>
      page.evaluate(() => {
        const [audio] = (globalThis as unknown as { sounds: HTMLAudioElement[] }).sounds;
        if (audio === undefined) throw new Error('nothing was played');
        return { time: audio.currentTime, duration: audio.duration, paused: audio.paused };
      });

    test('has its calls found, played, sought in, saved and exported with the content that age opens, and no answer contains a key', async () => {
      const { page, troubles, bodies, context } = await signedIn('anna');
      await page.evaluate(() => {
        const made = Object.assign(globalThis as unknown as { sounds: HTMLAudioElement[] }, { sounds: [] as HTMLAudioElement[] });
        const play = HTMLMediaElement.prototype.play;
        HTMLMediaElement.prototype.play = function (this: HTMLAudioElement): Promise<void> {
          if (!made.sounds.includes(this)) made.sounds.push(this);
          return play.call(this);
        };
      });
      await page.fill('#words', '46701740605');
      await until(
        () => page.locator('.count').innerText(),
        (text) => expect(text).toMatch(/^1 call\b/),
      );
      await page.fill('#words', '');
      const call = longest();
      await page.evaluate((id) => {
        location.hash = `call=${id}`;
      }, call.id);
      await page.locator('.player .waves').waitFor();
      expect(await axeViolations(page)).toEqual([]);
      await page.keyboard.press('k');
      await until(
        () => soundOf(page),
        ({ time }) => expect(time).toBeGreaterThan(0.2),
      );
      expect(Math.abs((await soundOf(page)).duration - call.seconds)).toBeLessThan(0.03);
      const box = await page.locator('.waves').boundingBox();
      if (box === null) throw new Error('no waveform');
      await page.mouse.click(box.x + box.width * 0.75, box.y + 20);
      await until(
        () => soundOf(page),
        ({ time }) => expect(time).toBeGreaterThan(call.seconds * 0.74),
      );
      const name = 'access-1.opus';
      const [saved] = await Promise.all([page.waitForEvent('download'), page.locator(`a[href*="${call.id}/${name}"][href*="take"]`).first().click()]);
      expect(readFileSync(await saved.path())).toEqual(plain(call, name));
      await page.keyboard.press('Escape');
      const [zip] = await Promise.all([page.waitForEvent('download'), page.click('.counts a.take')]);
      await zip.saveAs(rig.path('export.zip'));
      execFileSync('unzip', ['-q', 'export.zip', '-d', 'exported'], { cwd: rig.folder });
      execFileSync('sha256sum', ['--strict', '--quiet', '-c', 'manifest-sha256.txt'], { cwd: rig.path('exported') });
      expect(troubles).toEqual([]);
      const all = Buffer.concat([...bodies, readFileSync(rig.path('export.zip'))]);
      expect(bodies.length).toBeGreaterThan(5);
      expect(spellings().filter((spelling) => all.includes(spelling))).toEqual([]);
      expect([all.includes('AGE-SECRET-KEY'), all.includes(rig.keyring)]).toEqual([false, false]);
      await context.close();
    });

    test('has cases opened, filled with calls and a mail, reduced by a call, shown and handed over; no answer contains a key', async () => {
      const { page, troubles, bodies, context } = await signedIn('anna');
      const said = (): Promise<string | null> => page.locator('.cases .said').textContent();
      const saying = (text: string | RegExp): Promise<void> => until(said, (found) => expect(found).toMatch(text));
      await page.locator('.cases > summary').press('Enter');
      await page.fill('#case-title', 'Deal 4711 <b>');
      await page.press('#case-title', 'Enter');
      await saying('The case “Deal 4711 <b>” is open.');
      for (const tick of (await page.locator('.rows .tick').all()).slice(0, 3)) await tick.click();
      await page.locator('.cases .caseactions button').first().click();
      await saying('3 calls added to “Deal 4711 <b>”.');
      await page.locator('.caserows li .remove').first().press('Enter');
      await page.keyboard.type('of another deal');
      await page.keyboard.press('Enter');
      await saying('Removed from the case. It stays in the archive.');
      const left = await page.locator('.caserows li').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-key') ?? ''));
      await page.locator('.casefill > summary').press('Enter');
      await page.setInputFiles('#case-files', join(root, 'samples/cases/deal-4711/mail/1-confirm.eml'));
      await page.getByText('Add messages', { exact: true }).click();
      await saying(/^1 messages? added to “Deal 4711 <b>”\.$/);
      await page.getByRole('link', { name: 'Cases', exact: true }).click();
      await page.locator('.casetable tbody tr').getByRole('link').press('Enter');
      await page.locator('.casehead').waitFor();
      for (const tab of await page.getByRole('tab').all()) {
        await tab.click();
        expect(await axeViolations(page)).toEqual([]);
      }
      expect((await page.locator('.casepanel tbody tr td:nth-child(3)').allInnerTexts()).at(-1)).toBe('opened');
      const [zip] = await Promise.all([page.waitForEvent('download'), page.locator('.casespage a[href*="export.zip"]').first().click()]);
      await zip.saveAs(rig.path('case.zip'));
      execFileSync('unzip', ['-q', 'case.zip', '-d', 'handed'], { cwd: rig.folder });
      const [bag = ''] = readdirSync(rig.path('handed'));
      execFileSync('sha256sum', ['--strict', '--quiet', '-c', 'tagmanifest-sha256.txt', 'manifest-sha256.txt'], { cwd: rig.path('handed', bag) });
      const handed = readdirSync(rig.path('handed', bag, 'data/recordings'));
      expect(handed.sort()).toEqual([...new Set(left)].sort());
      for (const call of calls.filter(({ id, seconds }) => handed.includes(id) && seconds > 0))
        expect(readFileSync(rig.path('handed', bag, 'data/recordings', call.id, 'access-1.opus'))).toEqual(plain(call, 'access-1.opus'));
      expect(troubles).toEqual([]);
      const all = Buffer.concat(bodies);
      expect(spellings().filter((spelling) => all.includes(spelling))).toEqual([]);
      expect([all.includes('AGE-SECRET-KEY'), all.includes(rig.keyring)]).toEqual([false, false]);
      await context.close();
    });

    test('shows that a call was erased once its secrets are destroyed, and shows the others', async () => {
      const gone = calls.filter(({ seconds }) => seconds > 0).at(-1) ?? longest();
      const { page, context } = await signedIn('anna');
      await eraseFromKeyring(gone);
      const cookies = (await context.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
      for (const path of [`/api/recordings/${gone.id}`, `/files/${gone.id}/recording.json`, `/files/${gone.id}/access-1.opus`])
        expect([path, (await server.ask(path, { cookie: cookies })).status]).toEqual([path, 410]);
      await page.evaluate((id) => {
        location.hash = `call=${id}`;
      }, gone.id);
      await page.getByText('This recording was erased. Nobody can read it any more.').first().waitFor();
      await page.evaluate((id) => {
        location.hash = `call=${id}`;
      }, longest().id);
      await page.locator('.player .waves').waitFor();
      await context.close();
    });

    test('gives no sound to users without permission to listen, and the log has no listening of them', async () => {
      const { cookie } = await server.signIn('bo');
      expect((await server.ask(`/files/${longest().id}/access-1.opus`, { cookie })).status).toBe(403);
      const env = { LONGPLAY_KEYRING: rig.keyring };
      const entries = await entriesOf({ ...rig, json: (args) => rig.json(args, env) });
      const heard = (user: string): number => entries.filter(({ type, detail }) => type === 'recording-listened' && detail.user === user).length;
      expect([heard('anna') > 0, heard('bo')]).toEqual([true, 0]);
    });
  });

  describe.skipIf(!hasFirefox)('to Firefox ESR', () => {
    let firefox: Firefox;
    beforeAll(async () => {
      firefox = await startFirefox();
    });
    afterAll(async () => await firefox?.[Symbol.asyncDispose]());

    test('plays a call and seeks in it', async () => {
      const { page, troubles } = await openFirefoxPage(firefox.browser, server.origin);
      await page.type('#user', 'anna');
      await page.type('#password', password);
      await Promise.all([page.waitForNavigation(), page.click('button[type=submit]')]);
      await page.waitForSelector('.rows .row time');
      const call = longest();
      await page.evaluate((id) => {
        location.hash = `call=${id}`;
      }, call.id);
      await page.waitForSelector('.player .waves');
      await page.keyboard.press('k');
      const clock = () => soundClock(page);
      await until(clock, ({ time, error }) => {
        expect(error).toBeNull();
        expect(time).toBeGreaterThan(0.1);
      });
      expect(Math.abs((await clock()).duration - call.seconds)).toBeLessThan(0.03);
      await page.keyboard.press('k');
      await until(clock, ({ paused }) => expect(paused).toBe(true));
      const box = await (await page.$('.waves'))?.boundingBox();
      if (box === null || box === undefined) throw new Error('the waveform is not in sight');
      await page.mouse.click(box.x + box.width * 0.75, box.y + box.height / 2);
      await until(clock, ({ time }) => expect(Math.abs(time - call.seconds * 0.75)).toBeLessThan(0.1));
      await page.keyboard.press('k');
      await until(clock, ({ time }) => expect(time).toBeGreaterThan(call.seconds * 0.78));
      expect(await troubles()).toEqual([]);
      await page.close();
    });
  });
});
