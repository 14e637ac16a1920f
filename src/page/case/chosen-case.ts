import type { CaseAdditionRequest, CaseFilled, PageCase, PageCases, PageRegister } from '../../core/page/data.ts';
import { failedText, type Wording } from '../base/wording.ts';
import { filledText, mostUploaded, type NewCase } from './forms.ts';

/** The cases to which a user may add recordings, and the chosen one among them. */
export interface ChosenCase {
  known(): readonly PageCase[];
  /** Returns the chosen case; null: none is chosen, or the list does not contain it. */
  one(): PageCase | null;
  /** Returns true if a case is chosen, even if the list does not contain it. */
  hasChoice(): boolean;
  /** Requests the list. */
  list(): Promise<void>;
  choose(id: string | null): void;
  /** Shows the content of the chosen case again. */
  show(): Promise<void>;
  /** Creates a case and chooses it. @param made called when the case exists */
  create(asked: NewCase, made: () => void): Promise<void>;
  /** Sends requests one by one, and shows the results. Null: no case is chosen, or there is no request. */
  add(requests: readonly CaseAdditionRequest[]): Promise<void> | null;
  /** Imports files with messages. @param zone of local times in them */
  receive(files: readonly File[], zone: string): Promise<void>;
  remove(recording: string, reason: string): Promise<void>;
}

/** What the cases need from their panel. */
export interface ChosenCaseWiring {
  readonly wording: Wording;
  readonly cases: PageCases;
  readonly signal: AbortSignal;
  /** Reports the result of an action. */
  readonly tell: (words: string) => void;
  /** Called with the state of the register of persons when the list has arrived. */
  readonly listed: (register: PageRegister) => void;
  /** Called when the list or the choice has changed. */
  readonly changed: () => void;
  /** Shows the content of a case; null: of none. */
  readonly show: (id: string | null) => Promise<void>;
}

/** Creates the choice, with no list and no chosen case. */
export function createChosenCase({ wording, cases, signal, tell, listed, changed, show }: ChosenCaseWiring): ChosenCase {
  const { text } = wording;
  let known: readonly PageCase[] = [];
  let current: string | null = null;
  let listing = 0;
  const titleOf = (id: string): string => known.find((one) => one.id === id)?.title ?? '';
  /** Runs an action and shows its error. */
  const doing = (work: () => Promise<void>): Promise<void> =>
    work().catch((error: unknown) => {
      if (!signal.aborted) tell(failedText(error, wording));
    });
  const list = (): Promise<void> =>
    doing(async () => {
      const mine = ++listing;
      const found = await cases.list(signal);
      // A later request has newer data.
      if (mine !== listing) return;
      known = found.cases;
      listed(found.register);
      changed();
    });
  const showNow = (): Promise<void> => doing(() => show(current));
  /** Changes the chosen case, shows its new state, and reports the result. @param change performs the change and returns a function that words the result */
  const change = (id: string, work: (id: string) => Promise<() => string>): Promise<void> =>
    doing(async () => {
      const words = await work(id);
      await list();
      await showNow();
      tell(words());
    });
  const choose = (id: string | null): void => {
    current = id;
    tell('');
    changed();
    void showNow();
  };
  return {
    known: () => known,
    one: () => known.find(({ id }) => id === current) ?? null,
    hasChoice: () => current !== null,
    list,
    choose,
    show: showNow,
    create: ({ title, country, about }, made) =>
      doing(async () => {
        const one = await cases.create(title, country, about, signal);
        made();
        await list();
        choose(one.id);
        tell(text('caseMade', { title: one.title }));
      }),
    add: (requests) => {
      if (current === null || requests.length === 0) return null;
      return change(current, async (id) => {
        tell(text('caseWorking'));
        const sum = await addAll(cases, id, requests, signal);
        return () => filledText(sum, titleOf(id), wording);
      });
    },
    receive: async (files, zone) => {
      if (current === null) return;
      const large = files.find(({ size }) => size > mostUploaded);
      if (large !== undefined) {
        tell(text('caseFileLarge', { file: large.name, size: wording.bytes(mostUploaded) }));
        return;
      }
      await change(current, async (id) => {
        const sum = await receiveAll(cases, id, { files, zone }, signal);
        return () => receivedText(sum, titleOf(id), wording);
      });
    },
    remove: async (recording, reason) => {
      if (current === null) return;
      await change(current, async (id) => {
        await cases.remove(id, recording, reason, signal);
        return () => text('caseRemoved');
      });
    },
  };
}

/** Sends requests one by one. @returns the sums of the answers */
async function addAll(cases: PageCases, id: string, requests: readonly CaseAdditionRequest[], signal: AbortSignal): Promise<CaseFilled> {
  const sum: Record<keyof CaseFilled, number> = {
    added: 0,
    uncertainLeftOut: 0,
    perhapsInTime: 0,
    undatedLeftOut: 0,
    unreadable: 0,
    keysNotFollowed: 0,
  };
  for (const request of requests) {
    const filled = await cases.add(id, request, signal);
    for (const name of Object.keys(sum) as (keyof CaseFilled)[]) sum[name] += filled[name]; // its own members
  }
  return sum;
}

/** Result of importing files. */
interface Received {
  readonly messages: number;
  /** Files that had been imported before. */
  readonly before: number;
  readonly leftOut: number;
}

async function receiveAll(
  cases: PageCases,
  id: string,
  { files, zone }: { readonly files: readonly File[]; readonly zone: string },
  signal: AbortSignal,
): Promise<Received> {
  let [messages, before, beyond] = [0, 0, 0];
  for (const file of files) {
    const { received, isKnown, leftOut } = await cases.receive(id, file, zone, signal);
    messages += received;
    before += isKnown ? 1 : 0;
    beyond += leftOut;
  }
  return { messages, before, leftOut: beyond };
}

function receivedText({ messages, before, leftOut }: Received, title: string, { text, number }: Wording): string {
  const twice = before === 0 ? '' : ` ${text('caseFilesKnown', { n: number(before) })}`;
  const lost = leftOut === 0 ? '' : ` ${text('caseLeftOut', { n: number(leftOut) })}`;
  return `${text('caseReceived', { n: number(messages), title })}${lost}${twice}`;
}
