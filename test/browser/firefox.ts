import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import puppeteer, { type Browser, type Page } from 'puppeteer-core';
import { patience } from '../patience.ts';

/** Debian's Firefox and a sound server: without a sound device Firefox ends every sound at once. */
const program = '/usr/bin/firefox-esr';
const soundProgram = '/usr/bin/pulseaudio';
/** False if one of them is missing; its tests are then skipped. */
export const hasFirefox = existsSync(program) && existsSync(soundProgram);

/** A headless browser that plays to a null device in real time. */
export interface Firefox extends AsyncDisposable {
  readonly browser: Browser;
}

/** Starts the browser in a language. @param preferences further preferences */
export async function startFirefox(language = 'en', preferences: Readonly<Record<string, unknown>> = {}): Promise<Firefox> {
  const home = mkdtempSync(join(tmpdir(), 'longplay-firefox-'));
  const socket = join(home, 'sound');
  const sound = startSound(home, socket);
  const end = async (): Promise<void> => {
    if (sound.exitCode === null && sound.kill()) await once(sound, 'exit');
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    for (let tries = 0; !existsSync(socket); tries++) {
      if (tries > 100 || sound.exitCode !== null) throw new Error('the sound server of the tests did not start');
      await pause(50);
    }
    const browser = await puppeteer.launch({
      browser: 'firefox',
      executablePath: program,
      headless: true,
      env: { ...process.env, HOME: home, XDG_RUNTIME_DIR: home, PULSE_SERVER: `unix:${socket}`, PULSE_LATENCY_MSEC: '60' },
      extraPrefsFirefox: { 'intl.accept_languages': language, 'media.autoplay.default': 0, ...preferences },
    });
    return {
      browser,
      [Symbol.asyncDispose]: async () => {
        await browser.close();
        await end();
      },
    };
  } catch (error) {
    await end();
    throw error;
  }
}

/** A sound server of our own with a null device. */
function startSound(home: string, socket: string): ChildProcess {
  const modules = ['module-null-sink', `module-native-protocol-unix socket=${socket} auth-anonymous=1`];
  return spawn(soundProgram, ['-n', '--daemonize=no', '--exit-idle-time=-1', '--use-pid-file=no', ...modules.flatMap((module) => ['-L', module])], {
    stdio: 'ignore',
    env: { ...process.env, HOME: home, XDG_RUNTIME_DIR: home },
  });
}

/** A page with its errors recorded. */
export interface WatchedFirefoxPage {
  readonly page: Page;
  /** Errors, violations of the content security policy, and requests to other places than the page's own. */
  troubles(): Promise<string[]>;
}

/** Data that the page stores. */
interface Remembered {
  readonly violations: string[];
  readonly sounds: HTMLAudioElement[];
}

/** Opens an address. */
export async function openFirefoxPage(browser: Browser, address: string): Promise<WatchedFirefoxPage> {
  const page = await browser.newPage();
  page.setDefaultTimeout(patience);
  await page.setViewport({ width: 1280, height: 800 });
  const seen: string[] = [];
  const origin = new URL(address);
  page.on('pageerror', (error) => seen.push(error instanceof Error ? error.message : String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warn') seen.push(message.text());
  });
  page.on('request', (request) => {
    const { protocol, host } = new URL(request.url());
    if (!inside.includes(protocol) && (protocol !== origin.protocol || host !== origin.host)) seen.push(`request to ${request.url()}`);
  });
  await page.evaluateOnNewDocument(() => {
    const made = globalThis as unknown as Remembered & { violations: string[]; sounds: HTMLAudioElement[] };
    Object.assign(made, { violations: [], sounds: [] });
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      made.violations.push(`${violatedDirective} ${blockedURI}`),
    );
    const play = HTMLMediaElement.prototype.play;
    HTMLMediaElement.prototype.play = function (this: HTMLAudioElement): Promise<void> {
      if (!made.sounds.includes(this)) made.sounds.push(this);
      return play.call(this);
    };
  });
  await page.goto(address);
  return {
    page,
    troubles: async () => [
      ...seen,
      ...(await page.evaluate(() => (globalThis as unknown as Remembered).violations)).map((what) => `policy: ${what}`),
    ],
  };
}

/** Addresses that cause no network request; the browser loads a font of its own from one. */
const inside = ['blob:', 'data:'];

/** Position of the sound that was played first. */
export function soundClock(
  page: Page,
): Promise<{ readonly time: number; readonly duration: number; readonly paused: boolean; readonly error: string | null }> {
  return page.evaluate(() => {
    const [sound] = (globalThis as unknown as Remembered).sounds;
    if (sound === undefined) throw new Error('nothing was played');
    return { time: sound.currentTime, duration: sound.duration, paused: sound.paused, error: sound.error?.message ?? null };
  });
}
