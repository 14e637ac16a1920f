/** A chunk as its header states it. */
interface StatedChunk {
  readonly id: string;
  readonly start: number;
  /** Bytes; below 0: to the end of the file. */
  readonly declared: number;
}

/** Returns where the chunks lie that hold texts, pictures, marks and tables, and no audio: they are skipped when a file without audio is searched for some (M147). */
export function otherChunks(chunks: readonly StatedChunk[], ids: ReadonlySet<string>, size: number): (readonly [start: number, end: number])[] {
  return chunks.flatMap(({ id, start, declared }) =>
    ids.has(id) && declared > 0 && start < size ? [[start, Math.min(size, start + declared)]] : [],
  );
}
