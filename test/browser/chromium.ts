import { existsSync } from 'node:fs';
import axe from 'axe-core';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { patience } from '../patience.ts';

/** Debian's browser. */
const program = '/usr/bin/chromium';
/** False if there is no such browser; its tests are then skipped. */
export const hasChromium = existsSync(program);

/** Starts the browser headless. As root it has no sandbox. */
export function startChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: program, args: process.getuid?.() === 0 ? ['--no-sandbox'] : [] });
}

/** A page with its errors recorded. */
export interface WatchedPage {
  readonly page: Page;
  readonly context: BrowserContext;
  /** All problems: errors, violations of the content security policy, requests to anything but files. */
  readonly troubles: string[];
}

/** Options for opening a page. */
export interface Look {
  readonly scheme?: 'light' | 'dark';
  readonly locale?: string;
  readonly width?: number;
  readonly height?: number;
  /** IANA name of the browser's time zone. */
  readonly zone?: string;
}

/** Opens an address in a context of its own. */
export async function openPage(
  browser: Browser,
  address: string,
  { scheme = 'light', locale = 'en', width = 1280, height = 800, zone = 'UTC' }: Look = {},
): Promise<WatchedPage> {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme, locale, timezoneId: zone, reducedMotion: 'reduce' });
  const page = await context.newPage();
  page.setDefaultTimeout(patience);
  const troubles: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') troubles.push(message.text());
  });
  page.on('pageerror', (error) => troubles.push(error.message));
  page.on('dialog', (dialog) => {
    troubles.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  const scheme0 = new URL(address).protocol;
  page.on('request', (request) => {
    const { protocol } = new URL(request.url());
    if (protocol !== scheme0 && protocol !== 'blob:') troubles.push(`request to ${request.url()}`);
  });
  await page.exposeFunction('longplayViolated', (what: string) => troubles.push(`policy: ${what}`));
  await page.addInitScript(() => {
    document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
      (globalThis as unknown as { longplayViolated(what: string): void }).longplayViolated(`${violatedDirective} ${blockedURI}`),
    );
  });
  await page.goto(address);
  return { page, context, troubles };
}

/** A page that runs a script and returns its result: Playwright's or Puppeteer's. */
export interface EvaluatingPage {
  evaluate(script: string): Promise<unknown>;
}

/** Returns the violations of WCAG 2.1 A and AA that axe-core finds: rule and elements. */
export async function axeViolations(page: EvaluatingPage): Promise<string[]> {
  await page.evaluate(axe.source);
  return (await page.evaluate(`(${judged.toString()})()`)) as string[]; // the type of its result
}

/** Runs in the page. */
async function judged(): Promise<string[]> {
  const { axe: judge } = globalThis as unknown as {
    axe: { run(options: object): Promise<{ violations: { id: string; nodes: { target: unknown[]; failureSummary?: string }[] }[] }> };
  };
  const { violations } = await judge.run({ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] });
  return violations.map(
    ({ id, nodes }) => `${id}: ${nodes.map(({ target, failureSummary }) => `${String(target)} ${failureSummary ?? ''}`).join('; ')}`,
  );
}
