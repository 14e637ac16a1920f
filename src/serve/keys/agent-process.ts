import { LongplayError } from '../../core/base/error.ts';
import type { PageKeeping } from '../../core/page/data.ts';
import { createEventChannel } from '../../pipeline/events/event-channel.ts';
import type { PipelineEvent } from '../../pipeline/events/events.ts';
import type { NewPage } from '../../sealing/keyring/keyring.ts';
import type { AgentChannel } from './agent-channel.ts';
import type {
  AgentStart,
  CaseKeyRequest,
  FromAgent,
  KeepingRequest,
  KeyRequest,
  KeysByBag,
  KeysByPage,
  SentRefusal,
  ToAgent,
} from './key-request.ts';

/** The key agent as the serving process uses it. */
export interface KeyAgentProcess extends Disposable {
  /**
   * Starts the agent's work. When this returns, the catalog is up to date.
   * @returns key of the catalog
   * @throws LongplayError K211, and errors that the agent reports
   */
  open(): AsyncGenerator<PipelineEvent, Uint8Array>;
  /** Requests secrets. The log must already have the entry about the access. @throws LongplayError K203, K204, K210, K211, L105 */
  keysFor(request: KeyRequest): Promise<KeysByBag>;
  /** Requests secrets of cases. The log must already have the entry about the access. @throws LongplayError K210, K211, L105 */
  caseKeysFor(request: CaseKeyRequest): Promise<KeysByPage>;
  /** Asks what legal holds and the retention policy demand for a recording. The log must have the entry that it is shown. @throws LongplayError K210, K211, L105 */
  keepingOf(request: KeepingRequest): Promise<PageKeeping>;
  /** Adds a page for the details of log entries, or for the change of a case. @throws LongplayError K104, K109, K210, K211 and what the keyring throws */
  addPage(page: NewPage): Promise<void>;
}

/** An answer to a request. */
type Answered = Exclude<
  FromAgent,
  { readonly event: PipelineEvent } | { readonly ready: true } | { readonly failed: unknown } | { readonly refused: unknown }
>;

interface Waiting {
  readonly resolve: (answer: Answered) => void;
  readonly reject: (error: Error) => void;
}

/** Wraps the connection with a key agent. @param ended called if the agent ends by itself */
export function createKeyAgentProcess(connection: AgentChannel, start: AgentStart, ended: (why: string) => void): KeyAgentProcess {
  const waiting = new Map<number, Waiting>();
  const channel = createEventChannel<PipelineEvent>();
  let begun: { readonly resolve: (catalogKey: Uint8Array) => void; readonly reject: (error: Error) => void } | null = null;
  let over: LongplayError | null = null;
  let isClosing = false;
  let last = 0;
  const end = (why: string): void => {
    if (over !== null) return;
    over = agentEnded(why);
    begun?.reject(over);
    for (const one of waiting.values()) one.reject(over);
    waiting.clear();
    if (!isClosing) ended(why);
  };
  const take = (message: FromAgent): void => {
    if ('event' in message) channel.push(message.event);
    else if ('ready' in message) begun?.resolve(Buffer.from(message.catalogKey, 'hex'));
    else if ('failed' in message) begun?.reject(received(message.failed));
    else {
      const one = waiting.get(message.id);
      waiting.delete(message.id);
      if ('refused' in message) one?.reject(received(message.refused));
      else one?.resolve(message);
    }
  };
  connection.start(take, end);
  const { send } = connection;
  const ask = (messageOf: (id: number) => ToAgent): Promise<Answered> =>
    new Promise((resolve, reject) => {
      if (over !== null) {
        reject(over);
        return;
      }
      const id = ++last;
      waiting.set(id, { resolve, reject });
      send(messageOf(id));
    });
  return {
    open: async function* () {
      const ready = new Promise<Uint8Array>((resolve, reject) => {
        begun = { resolve, reject };
        if (over !== null) reject(over);
        else send({ start });
      });
      return yield* channel.during(ready);
    },
    keysFor: async (request) => {
      const answer = await ask((id) => ({ id, request }));
      return 'keys' in answer ? answer.keys : {};
    },
    keepingOf: async (keepingOf) => {
      const answer = await ask((id) => ({ id, keepingOf }));
      return 'keeping' in answer ? answer.keeping : { holds: [], retention: null };
    },
    caseKeysFor: async (caseRequest) => {
      const answer = await ask((id) => ({ id, caseRequest }));
      return 'pages' in answer ? answer.pages : {};
    },
    addPage: async ({ page, of, cells }) => {
      await ask((id) => ({ id, page: { page, of, cells: [...cells] } }));
    },
    [Symbol.dispose]: () => {
      isClosing = true;
      connection.close();
    },
  };
}

function received(sent: SentRefusal | string): Error {
  return typeof sent === 'string' ? new Error(sent) : new LongplayError(sent.kind, sent.code, sent.message, sent.hint);
}

function agentEnded(why: string): LongplayError {
  return new LongplayError('incomplete', 'K211', `the key agent of the server ended (${why})`, 'start longplay serve again');
}
