import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { exportCase, exportCaseOf } from '../../cases/hand-over/export-case.ts';
import { handOverName } from '../../cases/hand-over/place.ts';
import type { CaseExportRequest } from '../../cases/hand-over/work.ts';
import type { CaseTools } from '../../cases/store/store.ts';
import { agree } from '../../core/base/agree.ts';
import { withResult } from '../../core/base/with-result.ts';
import { makeScratch, removeScratch } from '../../pipeline/files/scratch.ts';
import { openFileReader } from '../../source/read/file-reader.ts';
import { bodyOf } from '../answer/body-stream.ts';
import { refusalAnswer } from '../answer/headers.ts';
import { idleTimeoutMs, logUnavailable, type ServerContext, type SignedInRequest } from '../answer/server-context.ts';
import type { CaseAccess } from './case-keys.ts';

/** The case that will be sent as a zip. */
interface WantedZip {
  readonly id: string;
  readonly mask: boolean;
  /** SHA-256 of the case's document for which the hand-over was permitted. */
  readonly sha256: string;
  readonly access: CaseAccess;
}

/** Largest number of zips that are being made or wait to be downloaded. */
const mostHeld = 4;
/** Longest time that making a zip may take. */
const makingMs = 20 * 60_000;

/**
 * Creates the handler that hands over a case as one zip. The zip is made completely in a temporary folder outside the archive, then logged, then sent, so that
 * exactly the logged file is sent. The folder is deleted when the zip has been sent or the client has gone. One zip is made at a time, and only a few are kept,
 * to save disk space.
 */
export function createCaseZip(context: ServerContext): (request: SignedInRequest, wanted: WantedZip, tools: CaseTools) => Promise<Response> {
  const { caseTools } = context;
  let isBusy = false;
  let held = 0;
  return async (request, { id, mask, sha256, access }, tools) => {
    if (isBusy || held >= mostHeld) return refusalAnswer(503, 'zip-busy', { 'Retry-After': '10' });
    isBusy = true;
    held++;
    request.setIdleTimeout(makingMs);
    let folder: string | null = null;
    let isOver = false;
    const discard = (): void => {
      if (folder !== null) removeScratch(folder);
      folder = null;
      if (!isOver) held--;
      isOver = true;
    };
    try {
      folder = makeScratch(caseTools.temporary);
      const file = join(folder, `case-${id}.zip`);
      let refusal: string | null = null;
      const enter: CaseTools['enter'] = async (type, detail, details) => {
        refusal = (await tools.enter?.(type, detail, details)) ?? null;
        return refusal;
      };
      const exportTools = { ...tools, enter, temporary: caseTools.temporary };
      const taken = withResult(handOver(context, { id, mask, sha256, access }, file, exportTools, request.signal));
      for await (const event of taken) {
        if (event.type === 'finding' && event.code !== 'P172') context.warn(`${event.code} ${event.place}: ${event.message}`);
        // Lets the server answer other requests.
        await turn();
      }
      const made = taken.result();
      if (refusal !== null) {
        discard();
        return logUnavailable(context, refusal);
      }
      if (made.corrupt > 0)
        context.warn(
          agree`${made.corrupt} file[s] [was|were] left out of case ${id}, which was handed over: [it differs|they differ] from what was archived; run longplay verify`,
        );
      const reader = await openFileReader(file);
      const ended = (): void => {
        // The deleted file remains readable while it is open, so it must only be closed.
        void reader.close().catch(context.reportFailure);
        discard();
      };
      const body = bodyOf(piecesOf(reader), { failed: context.reportFailure, cut: request.abortConnection, gone: request.signal, ended });
      return new Response(body, {
        headers: {
          'Content-Type': 'application/zip',
          'Content-Length': String(reader.size),
          'Content-Disposition': `attachment; filename="${handOverName({ caseId: id, number: made.handOver ?? 0 })}${mask ? '-masked' : ''}.zip"`,
        },
      });
    } catch (error) {
      discard();
      throw error;
    } finally {
      isBusy = false;
      request.setIdleTimeout(idleTimeoutMs);
    }
  };
}

type ExportTools = Parameters<typeof exportCaseOf>[3];

/** Makes the zip of a case. @param out path of the zip */
function handOver(
  context: ServerContext,
  { id, mask, sha256, access }: WantedZip,
  out: string,
  tools: ExportTools,
  signal: AbortSignal,
): ReturnType<typeof exportCaseOf> {
  const people = context.people.people();
  const request = {
    out,
    zip: true,
    mask,
    mediaTypes: context.caseTools.mediaTypes,
    decodeOpus: context.decodeOpus,
    caseSha256: sha256,
    ...(people === null ? {} : { people }),
  };
  if (context.keyAgent === null) return exportCase(context.archive.dir, id, request, tools, signal);
  return exportSealed(context, { id, request, ...access.handingOver(id, tools.enter) }, tools, signal);
}

/** Hands over a case of a sealed archive. Uses the catalog as the last import left it, because this process cannot read the descriptions of new bags. */
async function* exportSealed(
  { archive, openCatalog }: ServerContext,
  { id, request, reading }: { readonly id: string; readonly request: CaseExportRequest } & ReturnType<CaseAccess['handingOver']>,
  tools: ExportTools,
  signal: AbortSignal,
): ReturnType<typeof exportCaseOf> {
  const catalog = openCatalog();
  try {
    return yield* exportCaseOf({ archive, catalog, ...(reading === undefined ? {} : { reading }) }, id, request, tools, signal);
  } finally {
    catalog.close();
  }
}

async function* piecesOf(reader: Awaited<ReturnType<typeof openFileReader>>): AsyncGenerator<Uint8Array> {
  yield* reader.stream(0, reader.size);
}
