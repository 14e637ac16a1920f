import type { LargeArchive } from './large-archive.ts';

/** The common interface of both browser drivers: Playwright's page and Puppeteer's. */
export interface AnyPage {
  goto(address: string): Promise<unknown>;
  click(selector: string): Promise<void>;
  focus(selector: string): Promise<void>;
  waitForSelector(selector: string): Promise<unknown>;
  readonly keyboard: { press(key: string): Promise<void>; type(text: string): Promise<void> };
}

/** A state that a page can show. */
export interface PageState {
  readonly name: string;
  /** The user who is signed in; null: nobody. */
  readonly user: string | null;
  /** Text appended to the address of the page. */
  readonly path: string;
  /** Steps that lead to the state; resolves once it is shown. */
  readonly act?: (page: AnyPage) => Promise<void>;
  /** Selector of what must be visible at the end. */
  readonly shows: string;
  /** The server refuses a request on the way, which browsers report as an error. */
  readonly isRefused?: boolean;
}

const rows = '#results[aria-busy=false] .rows .row:not(:has(.wait))';
const asked =
  '#text=a&status=matched&direction=inbound&weekday=mon,tue,wed,thu,fri,sat,sun&minLength=1s&maxLength=90m&timeOfDay=00:00-24:00&from=2010&to=2027';

/** A region over the middle of the sound, magnified, with the legend open. */
async function markRegion(page: AnyPage): Promise<void> {
  await page.waitForSelector('.waves');
  await page.click('.waves');
  await page.focus('.waves');
  for (const key of ['i', 'ArrowRight', 'z']) await page.keyboard.press(key);
  await page.click('.legend > summary');
}

async function openFilters(page: AnyPage): Promise<void> {
  await page.waitForSelector(rows);
  await page.click('.filters > summary');
}

/** States of the list and of a call, whatever the source of the page's data. */
function shared(user: string | null, { calls }: LargeArchive): readonly PageState[] {
  const of = (name: string, path: string, shows: string, act?: PageState['act']): PageState => ({
    name,
    user,
    path,
    shows,
    ...(act === undefined ? {} : { act }),
  });
  return [
    of('list', '', rows),
    of('list-long', '#text=rindfleisch', rows),
    of('list-filters', asked, '.filters[open] .fields', openFilters),
    of('list-none', '#text=zzzz+yyyy', '#results[aria-busy=false]'),
    of('list-saved', '#text=%C3%A5', '.saveform:not([hidden])', async (page) => {
      await page.waitForSelector(rows);
      await page.click('.save > button');
      await page.keyboard.type('Åsa, every one of them, whatever the day');
      await page.keyboard.press('Enter');
      await page.waitForSelector('.saved li');
      await page.click('.save > button');
    }),
    of('call', `#call=${calls.joined}`, '.legend[open]', markRegion),
    of('call-marks', `#call=${calls.paused}`, '.marklist'),
    of('call-silent', `#call=${calls.silent}`, '.nosound'),
    of('call-long', `#call=${calls.long}`, '.nosound'),
    of('call-folded', `#call=${calls.folded}`, '.candidates'),
    of('call-damaged', `#call=${calls.damaged}`, '.banner.fault'),
    of('call-lost', `#call=${calls.lost}`, '.banner.fault'),
    { ...of('call-none', '#call=00000000-0000-8000-8000-000000000000', '.call [role=alert]'), isRefused: true },
    of('help', '', 'dialog.help[open]', async (page) => {
      await page.waitForSelector(rows);
      await page.keyboard.press('?');
    }),
  ];
}

/** States of the page in an archive. */
export function viewerStates(archive: LargeArchive): readonly PageState[] {
  return shared(null, archive);
}

/** States of the pages of a server. @param users by permission: everything; decide on requests; an exhausted quota; see sessions without listening */
export function servedStates(archive: LargeArchive, users: Readonly<Record<'all' | 'second' | 'few' | 'keeper', string>>): readonly PageState[] {
  const { full, empty } = archive.cases;
  const { joined } = archive.calls;
  const ofCase = (tab: string): PageState => ({
    name: `case-${tab.toLowerCase()}`,
    user: users.all,
    path: `#cases=${full}`,
    shows: `#tab-caseTab${tab}[aria-selected=true]`,
    act: async (page) => {
      await page.waitForSelector('.tabs');
      await page.click(`#tab-caseTab${tab}`);
    },
  });
  const dialog = async (page: AnyPage, button: string): Promise<void> => {
    await page.waitForSelector(rows);
    await page.click(button);
  };
  return [
    { name: 'sign-in', user: null, path: 'sign-in', shows: '#password' },
    {
      name: 'sign-in-wrong',
      user: null,
      path: 'sign-in',
      isRefused: true,
      shows: '.trouble',
      act: async (page) => {
        await page.focus('#user');
        await page.keyboard.type('nobody');
        await page.focus('#password');
        await page.keyboard.type('wrong');
        await page.keyboard.press('Enter');
      },
    },
    ...shared(users.all, archive),
    {
      name: 'list-ticked',
      user: users.all,
      path: '',
      shows: '.selection:not([hidden])',
      act: async (page) => {
        await page.waitForSelector(rows);
        await page.focus('#results');
        for (const key of ['x', 'ArrowDown', 'ArrowDown', 'X']) await page.keyboard.press(key);
      },
    },
    {
      name: 'list-cases',
      user: users.all,
      path: `#cases=${full}`,
      shows: '.cases[open] .caserows li',
      act: async (page) => {
        await page.waitForSelector('.casehead .caseactions button');
        await page.click('.casehead .caseactions button');
      },
    },
    { name: 'cases', user: users.all, path: '#cases=all', shows: '.casetable tbody tr' },
    ...['Time', 'Calls', 'Notes', 'Custody'].map(ofCase),
    { name: 'case-empty', user: users.all, path: `#cases=${empty}`, shows: '.casehead' },
    { name: 'case-none', user: users.all, path: '#cases=20190101-00000000', isRefused: true, shows: '.casespage [role=alert]' },
    { name: 'case-and-call', user: users.all, path: `#cases=${full}&call=${joined}`, shows: '.callhead' },
    {
      name: 'sessions',
      user: users.all,
      path: '',
      shows: 'dialog[open] .sessions li',
      act: (page) => dialog(page, '.account .user'),
    },
    {
      name: 'sessions-of-all',
      user: users.keeper,
      path: '',
      isRefused: true,
      shows: 'dialog[open] section .sessions li',
      act: async (page) => {
        await page.waitForSelector('.account .user');
        await page.click('.account .user');
      },
    },
    { name: 'nothing-to-find', user: users.keeper, path: '', isRefused: true, shows: '.account .user' },
    {
      name: 'request-asked',
      user: users.all,
      path: '#text=rindfleisch',
      shows: 'dialog[open] .requests li',
      act: (page) => dialog(page, '.requestsopen'),
    },
    {
      name: 'request-to-decide',
      user: users.second,
      path: '',
      shows: 'dialog[open] .decide',
      act: (page) => dialog(page, '.requestsopen'),
    },
    {
      name: 'request-reason',
      user: users.second,
      path: `#importer=${archive.others}`,
      isRefused: true,
      shows: 'dialog[open] form:not([hidden]) textarea',
      act: async (page) => {
        await page.waitForSelector(rows);
        await page.waitForSelector('.counts a.take:not([hidden])');
        await page.click('.counts a.take');
      },
    },
    {
      name: 'quota',
      user: users.few,
      path: `#importer=${archive.others}`,
      isRefused: true,
      shows: '.refusal',
      act: async (page) => {
        await page.waitForSelector('.counts a.take:not([hidden])');
        await page.click('.counts a.take');
      },
    },
    { name: 'not-there', user: users.all, path: 'nothing/here', isRefused: true, shows: 'body' },
  ];
}
