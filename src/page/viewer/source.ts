import type { DataSource } from '../../core/page/data.ts';
import { orderColumns } from '../../core/page/order.ts';
import type { DetailScript, ViewerIndex } from '../../core/page/viewer-data.ts';
import { type AnswerRows, createAnswerRows, withFault } from './answer.ts';
import { createShardCache } from './cache.ts';
import { decoded, indexOfId, rowOf } from './rows.ts';
import { checked, createDataScripts } from './scripts.ts';
import { type ShardAnswer, searchShards } from './search.ts';

/** Larger archives are not loaded before a search, because they take too much memory. */
const mostPrepared = 300_000;

/** Opens the data source of a page inside an archive: the scripts beside the page. */
export function openShards(): DataSource {
  const scripts = createDataScripts();
  const shards = createShardCache(scripts);
  let index: Promise<ViewerIndex> | null = null;
  let reader: AnswerRows | null = null;
  let answered: (ShardAnswer & { readonly question: string }) | null = null;
  const indexed = (): Promise<ViewerIndex> => {
    index ??= scripts.load('index').then((value) => checked<ViewerIndex>(value, 'index'));
    return index;
  };
  return {
    orders: orderColumns,
    overview: async (signal) => {
      const { overview } = await indexed();
      signal.throwIfAborted();
      return overview;
    },
    search: async function* (query, order, offset, limit, signal) {
      const { months, verified } = await indexed();
      signal.throwIfAborted();
      reader ??= createAnswerRows(shards, verified);
      const question = JSON.stringify(query);
      const span = { offset, limit };
      const answer =
        answered?.question === question
          ? answered
          : { ...(yield* searchShards({ query, order, span, index: { months, verified }, signal }, shards, reader)), question };
      const rows = await reader.ordered(answer.parts, query, order, span);
      signal.throwIfAborted();
      answered = answer;
      yield { ...answer.result, rows };
    },
    prepare: () => {
      void indexed()
        .then(async ({ overview, months }) => {
          if (overview.recordings > mostPrepared) return;
          const places = months.flatMap((month) => month.shards);
          const read = shards.inTurn(places);
          for (const part of places) await read(part);
        })
        // The search that needs the shard reports the error.
        .catch(() => undefined);
    },
    detail: async (id, signal) => {
      const { months, verified } = await indexed();
      for await (const shard of shards.nearestFirst(months.flatMap((month) => month.shards))) {
        signal.throwIfAborted();
        const at = indexOfId(shard, id);
        if (at < 0) continue;
        const row = withFault(rowOf(shard, at), verified);
        const { documents, codes } = checked<DetailScript>(await scripts.load(decoded(shard.detail, at) ?? ''), 'detail');
        signal.throwIfAborted();
        const document = documents.find(({ recordingId }) => recordingId === row.id);
        return document === undefined
          ? null
          : { row, document, codes, proof: 'command', verified: Object.hasOwn(verified, row.bag) ? (verified[row.bag] ?? null) : null };
      }
      return null;
    },
    address: (row, file) => `../bags/${row.bag}/data/${row.id}/${encodeURIComponent(file)}`,
  };
}
