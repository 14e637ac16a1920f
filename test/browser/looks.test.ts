import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { password, passwordLine, type Server, startServer, writeUsersFile } from '../serve/rig.ts';
import { hasChromium, type Look, openPage, startChromium, type WatchedPage } from './chromium.ts';
import { hasFirefox, openFirefoxPage, startFirefox } from './firefox.ts';
import { createLargeArchive, type LargeArchive } from './large-archive.ts';
import { faultsOf } from './page-checks.ts';
import { type PageState, servedStates, viewerStates } from './page-states.ts';
import { picture } from './picture.ts';

// Looks at every page, in every width, scheme and language. Run by hand: `LONGPLAY_LOOKS=all LONGPLAY_LOOKS_CALLS=12000 LONGPLAY_LOOKS_PICTURES=FOLDER npx vitest run
// test/browser/looks.test.ts`. This takes some 20 minutes and leaves a picture of each page in FOLDER. `LONGPLAY_LOOKS=one` looks once, in three minutes.

const isLong = process.env.LONGPLAY_LOOKS === 'all';
const madeUp = Number(process.env.LONGPLAY_LOOKS_CALLS ?? 200);
const pictures = process.env.LONGPLAY_LOOKS_PICTURES;

interface WholeLook extends Required<Pick<Look, 'scheme' | 'locale' | 'width' | 'height'>> {
  /** Languages of the page's texts. */
  readonly tag: 'en' | 'sv';
}

const looks: readonly WholeLook[] = isLong
  ? [360, 768, 1_280, 2_560].flatMap((width) =>
      (['light', 'dark'] as const).flatMap((scheme) => (['en', 'sv'] as const).map((tag) => lookOf(width, scheme, tag))),
    )
  : process.env.LONGPLAY_LOOKS === 'one'
    ? [lookOf(360, 'dark', 'sv'), ...(process.env.LONGPLAY_SCREENSHOTS === '1' ? [lookOf(1_280, 'light', 'en')] : [])]
    : [];

function lookOf(width: number, scheme: 'light' | 'dark', tag: 'en' | 'sv'): WholeLook {
  return { width, height: width < 700 ? 760 : width < 2_000 ? 900 : 1_440, scheme, tag, locale: tag === 'sv' ? 'sv-SE' : 'en' };
}

/** Settings of a look at a page; they name the pictures. */
function nameOf({ name }: PageState, place: string, { width, scheme, tag }: WholeLook): string {
  return `${place}-${name}-${width}-${scheme}-${tag}`;
}

describe.skipIf(!hasChromium || looks.length === 0)('every page', () => {
  let archive: LargeArchive;
  let server: Server;
  let browser: Browser;
  let viewer: string;
  const users = { all: 'anna', second: 'gun', few: 'fred', keeper: 'eva' };

  beforeAll(async () => {
    archive = await createLargeArchive(madeUp);
    viewer = pathToFileURL(archive.rig.path('archive/viewer/index.html')).href;
    server = await startServer(archive.rig, ['--users', usersFile()], { LONGPLAY_OPENID_SECRET: 'secret' });
    await askForExport();
    browser = await startChromium();
    if (pictures !== undefined) mkdirSync(pictures, { recursive: true });
  });
  afterAll(async () => {
    await browser?.close();
    await server?.[Symbol.asyncDispose]();
    await archive?.rig[Symbol.asyncDispose]();
  });

  function usersFile(): string {
    const user = (name: string, role: string): string => `[users.${name}]\npassword = "${passwordLine()}"\nrole = "${role}"`;
    const lines = [
      // The address has no server; the page offers the link all the same.
      '[openid]\nname = "Bank & Söner"\nissuer = "https://login.example"\nclient-id = "longplay"',
      ...[user('anna', 'all'), user('gun', 'all'), user('fred', 'few'), user('eva', 'keepers')],
      '[roles.all]\nrights = ["listen", "export", "annotate"]\n[roles.all.per-day]\nrecordings = 2000\nhours = 200.5',
      '[roles.few]\nrights = ["listen", "export"]\n[roles.few.per-day]\nrecordings = 1',
      '[roles.keepers]\nrights = ["administer"]',
      '[export]\ntwo-persons = 1',
    ];
    return writeUsersFile(archive.rig, 'users.toml', lines.join('\n'));
  }

  /** Requests of one person that another person must decide on. */
  async function askForExport(): Promise<void> {
    const { cookie } = await server.signIn(users.all);
    const { token } = JSON.parse((await server.ask('/api/session', { cookie })).text) as { readonly token: string };
    const asked = await server.ask(`/api/export/requests?importer=${archive.others}`, {
      method: 'POST',
      cookie,
      headers: { origin: server.origin, 'x-longplay-token': token, 'content-type': 'application/json' },
      body: JSON.stringify({ reason: 'Order of the court, 17' }),
    });
    expect(asked.status, asked.text).toBe(201);
  }

  async function signedIn(user: string, look: WholeLook): Promise<WatchedPage> {
    const watched = await openPage(browser, `${server.origin}/sign-in`, look);
    const [name = '', value = ''] = (await server.signIn(user)).cookie.split(/=(.*)/s);
    await watched.context.addCookies([{ name, value, url: server.origin, httpOnly: true, sameSite: 'Strict' }]);
    return watched;
  }

  /** Opens states one after the other in one page, each from a fresh start. @returns the problems, by the name of the picture */
  async function lookAt({ page, troubles }: WatchedPage, place: string, states: readonly PageState[], look: WholeLook): Promise<string[]> {
    const found: string[] = [];
    const base = place === 'viewer' ? viewer : `${server.origin}/`;
    for (const state of states) {
      const name = nameOf(state, place, look);
      troubles.length = 0;
      const [path = '', hash] = state.path.split('#');
      // Another query reloads the page.
      await page.goto(`${base}${path}?${name}${hash === undefined ? '' : `#${hash}`}`);
      await state.act?.(page);
      await page.waitForSelector(state.shows, { state: 'attached' });
      if (pictures !== undefined) await page.screenshot({ path: join(pictures, `${name}.png`) });
      if (place === 'serve' && state.name === 'list-ticked' && look.width === 1_280 && look.scheme === 'light' && look.tag === 'en')
        await picture('serve-list', page);
      // Before axe-core runs, which reads styles in a way that the page's policy forbids.
      found.push(
        ...troubles.filter((trouble) => state.isRefused !== true || !/status of 4\d\d/.test(trouble)).map((trouble) => `${name}: ${trouble}`),
      );
      found.push(...(await faultsOf(page, look.tag)).map((fault) => `${name}: ${fault}`));
    }
    return found;
  }

  test.each(looks)('of the viewer is complete, in one language, and without violations or errors: $width, $scheme, $tag', async (look) => {
    const watched = await openPage(browser, viewer, look);
    expect(await lookAt(watched, 'viewer', viewerStates(archive), look)).toEqual([]);
    await watched.context.close();
  });

  test.each(looks)('of the server is complete, in one language, and without violations or errors: $width, $scheme, $tag', async (look) => {
    const found: string[] = [];
    // States that the viewer also has are looked at there.
    const known = new Set(isLong ? [] : viewerStates(archive).map(({ name }) => name));
    const states = servedStates(archive, users).filter(({ name }) => !known.has(name) || name === 'list' || name === 'call');
    for (const user of new Set(states.map((state) => state.user))) {
      const watched = user === null ? await openPage(browser, `${server.origin}/sign-in`, look) : await signedIn(user, look);
      found.push(
        ...(await lookAt(
          watched,
          'serve',
          states.filter((state) => state.user === user),
          look,
        )),
      );
      await watched.context.close();
    }
    expect(found).toEqual([]);
  });

  test.skipIf(!isLong)('prints how long a browser waits for the list, a search and a filter', async () => {
    for (const [place, address] of [
      ['viewer', viewer],
      ['serve', `${server.origin}/`],
    ] as const) {
      const { page, context } = await signedIn(users.all, lookOf(1_280, 'light', 'en'));
      const took = async (what: string, hash: string, isNew: boolean): Promise<void> => {
        const began = performance.now();
        if (isNew) await page.goto(address);
        else
          await page.evaluate((next) => {
            // The present text is removed first, because two results may have the same text.
            document.querySelector('.rows')?.replaceChildren();
            document.querySelector('#results')?.setAttribute('aria-busy', 'true');
            for (const count of document.querySelectorAll('.count')) count.textContent = '';
            location.hash = next;
          }, hash);
        await page.waitForSelector('.rows .row:not(:has(.wait)), #results[aria-busy=false]:not(:has(.rows .row))', { state: 'attached' });
        const rows = performance.now() - began;
        await page.waitForSelector('main:has(.count:not(:empty)) #results[aria-busy=false]');
        const counted = performance.now() - began;
        process.stdout.write(
          `${place}, ${madeUp} calls, ${what}: rows ${Math.round(rows)} ms, counted ${Math.round(counted)} ms, ${await page.innerText('.count')}\n`,
        );
      };
      await took('first list', '', true);
      await took('list again', '', true);
      await took('a name', '#text=%C3%A5sa', false);
      await took('another name', '#text=lind', false);
      await took('a number', '#text=070-174+06+50', false);
      await took('nothing', '#text=zzzz', false);
      await took('a status', '#status=unreadable-audio', false);
      await took('a codec and a direction', '#codec=gsm&direction=inbound', false);
      await took('nights of a weekday', '#weekday=mon&timeOfDay=22:00-06:00', false);
      await took('lengths', '#minLength=1m&maxLength=2m', false);
      await took('a year', '#from=2019&to=2020', false);
      await took('the newest first', '#order=-start', false);
      await expect.poll(() => page.locator('.rows .row').count()).toBeGreaterThan(0);
      await context.close();
    }
  });

  test.skipIf(!hasFirefox).each(looks)('of the server has no problem in Firefox: $width, $scheme, $tag', async (look) => {
    await using firefox = await startFirefox(look.tag, { 'layout.css.prefers-color-scheme.content-override': look.scheme === 'dark' ? 0 : 1 });
    const found: string[] = [];
    const states = servedStates(archive, users);
    for (const user of new Set(states.map((state) => state.user))) {
      const { page, troubles } = await openFirefoxPage(firefox.browser, `${server.origin}/sign-in`);
      await page.setViewport({ width: look.width, height: look.height });
      if (user !== null) {
        await page.type('#user', user);
        await page.type('#password', password);
        await Promise.all([page.waitForNavigation(), page.click('button[type=submit]')]);
      }
      for (const state of states.filter((one) => one.user === user)) {
        const name = nameOf(state, 'firefox', look);
        const [path = '', hash] = state.path.split('#');
        await page.goto(`${server.origin}/${path}?${name}${hash === undefined ? '' : `#${hash}`}`);
        await state.act?.(page);
        await page.waitForSelector(state.shows);
        if (pictures !== undefined) writeFileSync(join(pictures, `${name}.png`), await page.screenshot());
        found.push(...(await faultsOf(page, look.tag)).map((fault) => `${name}: ${fault}`));
      }
      found.push(...(await troubles()));
      await page.close();
    }
    expect(found).toEqual([]);
  });
});
